/**
 * Changes that are made to a whole handshake. The others stop at the server's first answer; who shows which certificate
 * to which name, and what comes after the handshake, is encrypted, so that only a handshake of its own tells it.
 */
import type { ProbeInput } from './input.ts';

/** A change by its name, as saved runs hold it. `server_name:` is followed by `none` or a name with a dot. */
export type HandshakeChangeId =
  | 'handshake:none'
  | 'handshake:none:again'
  | 'handshake:server_name:none'
  | `handshake:server_name:${string}.${string}`
  | 'handshake:alpn:none'
  | 'handshake:alpn:h2'
  | 'handshake:alpn:http/1.1'
  | 'handshake:groups:classical'
  | 'handshake:middlebox_compatibility:none'
  | 'handshake:client_certificate:none'
  | 'handshake:verdict:none'
  | 'handshake:cipher_suites:old'
  | SessionChangeId;

/** Changes that offer a session of an earlier connection. */
type SessionChangeId = 'handshake:session' | 'handshake:session:again' | 'handshake:session:early_data';

/** What is requested after the handshake: what was to be requested anyway, the time of day alone, or nothing. */
type AfterHandshake = 'as_before' | 'date' | 'nothing';

/** One input of a handshake exchanged. */
export interface HandshakeChange {
  readonly id: HandshakeChangeId;
  /** The input in words: `server name`. */
  readonly input: string;
  /** What it is changed to. */
  readonly to: string;
  /** The changed handshake in words: `no server name`. */
  readonly name: string;
  readonly after: AfterHandshake;
  /** Whom the peer must be, where that is not whom the user meant. */
  readonly identity?: string;
  /** Set where the handshake is completed whatever the verdict on the chain is. */
  readonly acceptsAnyChain?: true;
  /** Set where it can complete what was read as a flight: the others end there as the first did. */
  readonly completesFlight?: true;
  /** Set where a session of an earlier connection is offered; `early_data` sends 0-RTT data with it. */
  readonly session?: 'offer' | 'early_data';
  apply(input: ProbeInput): ProbeInput;
}

const FIXED: readonly HandshakeChange[] = [
  {
    // The control, as with a ClientHello: does it still end as it did?
    id: 'handshake:none',
    input: 'nothing',
    to: 'as it was',
    name: 'the same handshake again',
    after: 'as_before',
    apply: (input) => input,
  },
  {
    // Two servers in turn: one control would meet the same one again.
    id: 'handshake:none:again',
    input: 'nothing',
    to: 'as it was',
    name: 'the same handshake once more',
    after: 'nothing',
    apply: (input) => input,
  },
  {
    id: 'handshake:server_name:none',
    input: 'server name',
    to: 'none',
    name: 'no server name',
    after: 'nothing',
    apply: ({ serverName: _, ...input }) => input,
  },
  alpn('none', []),
  alpn('h2', ['h2']),
  alpn('http/1.1', ['http/1.1']),
  {
    id: 'handshake:groups:classical',
    input: 'offered groups',
    to: 'x25519 and secp256r1',
    name: 'groups without a post-quantum part',
    after: 'as_before',
    apply: (input) => ({ ...input, groups: ['x25519', 'secp256r1'] }),
  },
  {
    id: 'handshake:middlebox_compatibility:none',
    input: 'middlebox compatibility',
    to: 'off: no session id and no change_cipher_spec',
    name: 'no session id and no change_cipher_spec',
    after: 'nothing',
    apply: (input) => ({ ...input, middleboxCompatibility: false }),
  },
  {
    id: 'handshake:client_certificate:none',
    input: 'client certificate',
    to: 'none',
    name: 'no client certificate',
    after: 'nothing',
    apply: (input) => ({ ...input, clientCertificate: false }),
  },
  {
    // Whoever is at the other end is asked for the time and told nothing: no client certificate, no path, no trust.
    id: 'handshake:verdict:none',
    input: 'verdict on the chain',
    to: 'not asked, to read the Date header',
    name: 'the chain accepted unseen, to read the Date header',
    after: 'date',
    acceptsAnyChain: true,
    apply: (input) => ({ ...input, clientCertificate: false }),
  },
  {
    // A client certificate would go out before the server has shown its key (RFC 5246 section 7.4.7.1).
    id: 'handshake:cipher_suites:old',
    input: 'offered cipher suites',
    to: 'those of old servers too, in TLS 1.2',
    name: 'old cipher suites offered too',
    after: 'as_before',
    completesFlight: true,
    apply: (input) => ({ ...input, versions: ['TLS 1.2'], oldCipherSuites: true, clientCertificate: false }),
  },
  session('handshake:session', 'the session of an earlier connection offered'),
  session('handshake:session:again', 'another session of an earlier connection offered'),
  session('handshake:session:early_data', 'a session offered, with 0-RTT data'),
];

const BY_ID: ReadonlyMap<string, HandshakeChange> = new Map(FIXED.map((change) => [change.id, change]));

/** Whether a change offers a session. */
export function isSessionChange(id: HandshakeChangeId): id is SessionChangeId {
  return handshakeChangeOf(id).session !== undefined;
}

/** `handshake:server_name:` and a name of at least two labels (RFC 1123 section 2.1, and underscores as hosts have them). */
const NAMED = /^handshake:server_name:((?=.{1,253}$)(?:[a-z0-9_][a-z0-9_-]{0,62}\.)+[a-z0-9_][a-z0-9_-]{0,62})$/;

/** Whether a text is the id of a change of a whole handshake. */
export function isHandshakeChangeId(text: unknown): text is HandshakeChangeId {
  return typeof text === 'string' && (BY_ID.has(text) || NAMED.test(text));
}

/** The change that asks for another name, which is also whom the peer must then be; `undefined` for what is no host's name. */
export function asksFor(name: string): HandshakeChangeId | undefined {
  const id = `handshake:server_name:${name.toLowerCase()}`;
  return isHandshakeChangeId(id) ? id : undefined;
}

/** The change of an id. @throws RangeError for one that does not exist */
export function handshakeChangeOf(id: HandshakeChangeId): HandshakeChange {
  const fixed = BY_ID.get(id);
  if (fixed !== undefined) return fixed;
  const serverName = NAMED.exec(id)?.[1];
  if (serverName === undefined) throw new RangeError(`no change ${id}`);
  return {
    id,
    input: 'server name',
    to: serverName,
    name: `the server name ${serverName}`,
    after: 'nothing',
    identity: serverName,
    apply: (input) => ({ ...input, serverName }),
  };
}

/** The failing value of the input that a change exchanges, in words. */
export function handshakeValueBefore(id: HandshakeChangeId, { serverName, alpn: protocols }: ProbeInput): string {
  if (id.startsWith('handshake:server_name:')) return serverName ?? 'none';
  if (id.startsWith('handshake:alpn:')) return protocols.length === 0 ? 'none' : protocols.join(', ');
  if (isSessionChange(id)) return 'none';
  if (id === 'handshake:middlebox_compatibility:none') return 'on';
  if (id === 'handshake:client_certificate:none') return 'the one given';
  return id === 'handshake:verdict:none' ? 'asked' : 'those that this client implements';
}

function alpn(to: 'none' | 'h2' | 'http/1.1', protocols: readonly string[]): HandshakeChange {
  return {
    id: `handshake:alpn:${to}`,
    input: 'ALPN',
    to,
    name: to === 'none' ? 'no ALPN' : `ALPN ${to}`,
    after: 'as_before',
    apply: (input) => ({ ...input, alpn: protocols }),
  };
}

function session(id: SessionChangeId, name: string): HandshakeChange {
  const isEarly = id === 'handshake:session:early_data';
  return {
    ...{ id, name, input: 'session' },
    to: isEarly ? 'one of an earlier connection, with 0-RTT data' : 'one of an earlier connection',
    after: 'nothing',
    session: isEarly ? 'early_data' : 'offer',
    apply: (input) => input,
  };
}
