/** What TLS 1.3 took out of TLS 1.2 and what it put in (RFC 8446 section 1.2), each with the reason. */

/** A change between the versions. */
export interface VersionChange {
  readonly what: string;
  readonly why: string;
  readonly spec: string;
}

/** What TLS 1.2 has and TLS 1.3 has not. */
export const REMOVED: readonly VersionChange[] = [
  {
    what: 'RSA key transport and static Diffie-Hellman',
    why: "whoever gets the certificate's key later reads all that was recorded",
    spec: 'RFC 8446 section 1.2',
  },
  {
    what: 'CBC, RC4, 3DES and every cipher that does not authenticate',
    why: 'padding oracles: Lucky 13, BEAST, POODLE',
    spec: 'RFC 8446 section 5.2',
  },
  { what: 'MD5 and SHA-1 in signatures of the handshake', why: 'collisions (SLOTH)', spec: 'RFC 8446 section 4.2.3' },
  { what: 'compression', why: 'the length of a record tells what is in it (CRIME)', spec: 'RFC 8446 section 4.1.2' },
  {
    what: 'renegotiation',
    why: 'a stranger could put words before those of the client; key_update changes keys instead',
    spec: 'RFC 8446 section 4.1.2',
  },
  {
    what: 'change_cipher_spec as a switch',
    why: 'keys change with the messages; what is left of it is a dummy for boxes on the way',
    spec: 'RFC 8446 appendix D.4',
  },
  {
    what: 'session ids',
    why: 'one way to resume is enough: a ticket is a pre-shared key',
    spec: 'RFC 8446 section 2.2',
  },
  {
    what: 'curves and groups of own making',
    why: 'they could not be checked; groups are named now',
    spec: 'RFC 8446 section 4.2.7',
  },
];

/** What TLS 1.3 has and TLS 1.2 has not. */
export const ADDED: readonly VersionChange[] = [
  {
    what: 'the key agreement in the hellos',
    why: 'one round trip less, and everything after ServerHello is encrypted',
    spec: 'RFC 8446 section 4.2.8',
  },
  {
    what: 'encrypted_extensions and an encrypted certificate',
    why: 'whoever is on the way sees the name that was asked for, and nothing of who answers',
    spec: 'RFC 8446 section 4.3.1',
  },
  {
    what: 'a signature over the whole handshake',
    why: "TLS 1.2 signs the server's key and two random numbers: the choice of a weak group could be forged (Logjam)",
    spec: 'RFC 8446 section 4.4.3',
  },
  {
    what: 'a sentinel in the random of a server that had to choose TLS 1.2',
    why: 'somebody on the way can not talk both sides down',
    spec: 'RFC 8446 section 4.1.3',
  },
  {
    what: 'a fresh key agreement beside the ticket',
    why: 'what was resumed stays secret when the ticket key leaks',
    spec: 'RFC 8446 section 4.2.9',
  },
  { what: '0-RTT data', why: 'no wait at all, for requests that may be repeated', spec: 'RFC 8446 section 2.3' },
  {
    what: 'hello_retry_request',
    why: 'the client guesses the group, and the server can say which it wants',
    spec: 'RFC 8446 section 4.1.4',
  },
  { what: 'key_update', why: 'new keys for long connections without a new handshake', spec: 'RFC 8446 section 4.6.3' },
];
