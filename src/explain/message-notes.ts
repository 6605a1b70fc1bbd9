/** What each message of a handshake is for, in a sentence, for somebody who meets it the first time. */

/** A message's purpose. */
export interface MessageNote {
  readonly says: string;
  readonly spec: string;
}

type Notes = Readonly<Record<string, MessageNote>>;

const DATA: MessageNote = {
  says: 'The first bytes of the application: here the request, and what answers it.',
  spec: 'RFC 8446 section 5.1',
};

const TLS12: Notes = {
  client_hello: {
    says: 'The client offers versions, cipher suites and extensions, names the server it wants, and adds 32 random bytes.',
    spec: 'RFC 5246 section 7.4.1.2',
  },
  server_hello: {
    says: 'The server chooses one version and one suite, which names key exchange, signature and cipher together.',
    spec: 'RFC 5246 section 7.4.1.3',
  },
  certificate: {
    says: 'Who the server is, signed by an authority. Everybody on the way can read it.',
    spec: 'RFC 5246 section 7.4.2',
  },
  certificate_status: {
    says: "The authority's word that the certificate is not revoked, passed on by the server.",
    spec: 'RFC 6066 section 8',
  },
  server_key_exchange: {
    says: "The server's half of a fresh key agreement, signed with the certificate's key, which signs and does nothing else.",
    spec: 'RFC 8422 section 5.4',
  },
  certificate_request: {
    says: 'The server asks the client for a certificate too.',
    spec: 'RFC 5246 section 7.4.4',
  },
  server_hello_done: { says: 'The server has said what it has to say, and waits.', spec: 'RFC 5246 section 7.4.5' },
  client_key_exchange: {
    says: "The client's half of the key agreement: both sides can now compute the same master secret.",
    spec: 'RFC 8422 section 5.7',
  },
  certificate_verify: {
    says: "The client signs what was said so far, which shows that its certificate's key is its own.",
    spec: 'RFC 5246 section 7.4.8',
  },
  change_cipher_spec: { says: 'From the next record on this side encrypts.', spec: 'RFC 5246 section 7.1' },
  new_session_ticket: {
    says: 'The state of this session, sealed by the server, to be shown next time. It crosses in clear.',
    spec: 'RFC 5077 section 3.3',
  },
  finished: {
    says: 'A checksum over the whole handshake, under the new keys: whoever changed anything is found out here.',
    spec: 'RFC 5246 section 7.4.9',
  },
  application_data: { ...DATA, spec: 'RFC 5246 section 10' },
};

const TLS13: Notes = {
  client_hello: {
    says: 'The client offers versions and ciphers, names the server it wants, and sends its half of the key agreement at once: it guesses the group that the server takes.',
    spec: 'RFC 8446 section 4.1.2',
  },
  hello_retry_request: {
    says: 'The server wants another group, or a cookie back: the client begins again, which costs a round trip.',
    spec: 'RFC 8446 section 4.1.4',
  },
  server_hello: {
    says: "The server's choice of cipher, and its half of the key agreement. Everything after it is encrypted.",
    spec: 'RFC 8446 section 4.1.3',
  },
  change_cipher_spec: {
    says: 'Means nothing any more. It is sent so that boxes on the way take this for TLS 1.2.',
    spec: 'RFC 8446 appendix D.4',
  },
  encrypted_extensions: {
    says: 'The answers to the extensions that need not be seen by others, such as the application protocol.',
    spec: 'RFC 8446 section 4.3.1',
  },
  certificate_request: {
    says: 'The server asks the client for a certificate too.',
    spec: 'RFC 8446 section 4.3.2',
  },
  certificate: {
    says: 'Who the server is, signed by an authority. Nobody on the way can read it.',
    spec: 'RFC 8446 section 4.4.2',
  },
  certificate_verify: {
    says: "The server signs everything that was said so far, which shows that the certificate's key is its own.",
    spec: 'RFC 8446 section 4.4.3',
  },
  finished: {
    says: 'A checksum over the whole handshake, under the new keys: whoever changed anything is found out here.',
    spec: 'RFC 8446 section 4.4.4',
  },
  new_session_ticket: {
    says: 'What to show next time to resume, and whether data may come with it at once. It crosses encrypted.',
    spec: 'RFC 8446 section 4.6.1',
  },
  application_data: DATA,
};

/** What a message of a version is for; `undefined` for one that is none of its handshake. */
export function messageNote(version: 'TLS 1.2' | 'TLS 1.3', name: string): MessageNote | undefined {
  return (version === 'TLS 1.3' ? TLS13 : TLS12)[name];
}
