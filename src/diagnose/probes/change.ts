/**
 * The changes that a probe makes to a failing handshake: each touches exactly one input, and the bytes are the
 * failing ClientHello itself with that input exchanged. Nothing here needs a key, because a probe stops at the
 * server's first answer.
 */
import { fromAscii } from '../../bytes/index.ts';
import { VERSIONS, versionName } from '../../tls/wire.ts';
import type { Target } from '../target.ts';
import { widen, withEveryVersion, withoutExtension, withTls13, withVersionUpTo } from './hello.ts';
import type { ProbeInput } from './input.ts';
import { type InventoryChangeId, inventoryChangeOf } from './inventory-change.ts';

/** A change by its name, as saved runs hold it. */
export type ChangeId =
  | 'none'
  | 'versions:1.2'
  | 'versions:1.3'
  | 'cipher_suites:all'
  | 'groups:all'
  | 'signature_schemes:all'
  | 'offer:all'
  | 'server_name:none'
  | 'alpn:none'
  | 'preamble:proxy'
  | 'protocol:http'
  | 'protocol:postgresql'
  | 'protocol:listen'
  | VersionProbeId
  | InventoryChangeId;

/** One version asked for alone, or all of them at once. */
export type VersionProbeId =
  | 'version:ssl3'
  | 'version:1.0'
  | 'version:1.1'
  | 'version:1.2'
  | 'version:1.3'
  | 'version:any';

/** What a change is made from. */
export interface ChangeContext {
  /** The ClientHello of the failing handshake, header included. */
  readonly hello: Uint8Array;
  readonly input: ProbeInput;
  readonly target: Target;
  readonly address: string;
  readonly port: number;
}

/** One input exchanged. */
export interface Change {
  readonly id: ChangeId;
  /** The input in words: `offered versions`. */
  readonly input: string;
  /** What it is changed to. */
  readonly to: string;
  /** The changed handshake in words: `no server name`. */
  readonly name: string;
  /** What an answer must be for the change to have helped. */
  readonly passesOn: 'server_hello' | 'http_response' | 'postgresql_answer' | 'any_byte';
  /** Whether a server of TLS 1.2 or older is read on to ServerHelloDone: it serves what it would serve anybody. */
  readonly readsOn?: true;
  /** The bytes to send; `undefined` where the failing handshake did not have the input. */
  bytes(context: ChangeContext): Uint8Array | undefined;
}

const CHANGES: readonly Change[] = [
  {
    // The control: what passes with a change proves nothing if it passes without one too.
    id: 'none',
    name: 'the same ClientHello again',
    input: 'nothing',
    to: 'as it was',
    passesOn: 'server_hello',
    bytes: ({ hello }) => inRecord(hello),
  },
  {
    id: 'versions:1.2',
    name: 'TLS 1.2 and older offered',
    input: 'offered versions',
    to: 'TLS 1.2 and older',
    passesOn: 'server_hello',
    readsOn: true,
    bytes: ({ hello }) => inRecord(withVersionUpTo(VERSIONS.tls12, hello)),
  },
  {
    id: 'versions:1.3',
    name: 'TLS 1.3 offered beside TLS 1.2',
    input: 'offered versions',
    to: 'every version from TLS 1.0 to 1.3',
    passesOn: 'server_hello',
    bytes: ({ hello }) => inRecord(withEveryVersion(hello)),
  },
  {
    id: 'cipher_suites:all',
    name: 'every cipher suite offered',
    input: 'offered cipher suites',
    to: 'every registered one of the versions offered',
    passesOn: 'server_hello',
    readsOn: true,
    bytes: ({ hello }) => inRecord(widen(hello, ['cipher_suites'])),
  },
  {
    id: 'groups:all',
    name: 'every group offered',
    input: 'offered groups',
    to: 'every registered one',
    passesOn: 'server_hello',
    readsOn: true,
    bytes: ({ hello }) => inRecord(widen(hello, ['groups'])),
  },
  {
    id: 'signature_schemes:all',
    name: 'every signature scheme offered',
    input: 'offered signature schemes',
    to: 'every registered one',
    passesOn: 'server_hello',
    readsOn: true,
    bytes: ({ hello }) => inRecord(widen(hello, ['signature_schemes'])),
  },
  {
    id: 'offer:all',
    name: 'everything offered',
    input: 'offered cipher suites, groups and signature schemes',
    to: 'every registered one',
    passesOn: 'server_hello',
    readsOn: true,
    bytes: ({ hello }) => inRecord(widen(hello, ['cipher_suites', 'groups', 'signature_schemes'])),
  },
  {
    id: 'server_name:none',
    name: 'no server name',
    input: 'server name',
    to: 'none',
    passesOn: 'server_hello',
    bytes: ({ hello }) => inRecord(withoutExtension(hello, 'server_name')),
  },
  {
    id: 'alpn:none',
    name: 'no ALPN',
    input: 'ALPN',
    to: 'none',
    passesOn: 'server_hello',
    bytes: ({ hello }) => inRecord(withoutExtension(hello, 'application_layer_protocol_negotiation')),
  },
  {
    id: 'preamble:proxy',
    name: 'a PROXY preamble',
    input: 'preamble before the ClientHello',
    to: 'PROXY protocol, version 1',
    passesOn: 'server_hello',
    bytes: ({ hello, address, port }) => concatAscii(proxyPreamble(address, port), inRecord(hello)),
  },
  {
    id: 'protocol:http',
    name: 'HTTP without TLS',
    input: 'protocol',
    to: 'HTTP without TLS',
    passesOn: 'http_response',
    bytes: ({ target }) => fromAscii(`HEAD / HTTP/1.1\r\nHost: ${target.host}\r\nConnection: close\r\n\r\n`),
  },
  {
    // https://www.postgresql.org/docs/current/protocol-message-formats.html: the code that no version of it has.
    id: 'protocol:postgresql',
    name: "PostgreSQL's request for TLS",
    input: 'protocol',
    to: 'SSLRequest of PostgreSQL',
    passesOn: 'postgresql_answer',
    bytes: () => Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f),
  },
  {
    id: 'protocol:listen',
    name: 'only listening',
    input: 'protocol',
    to: 'nothing sent, only listening',
    passesOn: 'any_byte',
    bytes: () => new Uint8Array(0),
  },
];

/** The version that each probe asks for alone, newest first; none for the one that asks for all. */
export const VERSION_PROBES: readonly { readonly id: VersionProbeId; readonly version?: number }[] = [
  { id: 'version:1.3', version: VERSIONS.tls13 },
  { id: 'version:1.2', version: VERSIONS.tls12 },
  { id: 'version:1.1', version: VERSIONS.tls11 },
  { id: 'version:1.0', version: VERSIONS.tls10 },
  { id: 'version:ssl3', version: VERSIONS.ssl3 },
  { id: 'version:any' },
];

/** Whether a change asks for a version: it looks for no cause. */
export function isVersionProbe(change: ChangeId): boolean {
  return VERSION_PROBES.some(({ id }) => id === change);
}

/** They look for no cause: each asks for itself. */
const ASKING = VERSION_PROBES.map(({ id, version }): Change => {
  const name = version === undefined ? 'every version from TLS 1.0 to 1.3' : versionName(version);
  return {
    ...{ id, input: 'offered versions', to: name, name: `${name} alone`, passesOn: 'server_hello' },
    ...(version === undefined ? { name } : {}),
    bytes: ({ hello }) => inRecord(helloFor(version, hello), version === VERSIONS.ssl3 ? version : VERSIONS.tls10),
  };
});

function helloFor(version: number | undefined, hello: Uint8Array): Uint8Array {
  if (version === undefined) return withEveryVersion(hello);
  return version === VERSIONS.tls13 ? withTls13(hello) : withVersionUpTo(version, hello);
}

const BY_ID: ReadonlyMap<string, Change> = new Map([...CHANGES, ...ASKING].map((change) => [change.id, change]));

/** Every change, for tests and documentation. */
export const ALL_CHANGES: readonly Change[] = [...CHANGES, ...ASKING];

/** The change of an id. @throws RangeError for one that does not exist */
export function changeOf(id: ChangeId): Change {
  const change = changeNamed(id);
  if (change === undefined) throw new RangeError(`no change ${id}`);
  return change;
}

/** Whether a text is the id of a change. */
export function isChangeId(text: unknown): text is ChangeId {
  return typeof text === 'string' && changeNamed(text) !== undefined;
}

/** Whether a change asks for more of what a server has: it looks for no cause. */
export function isInventory(id: ChangeId): boolean {
  return inventoryChangeOf(id) !== undefined;
}

function changeNamed(id: string): Change | undefined {
  const change = BY_ID.get(id);
  if (change !== undefined) return change;
  const asking = inventoryChangeOf(id);
  if (asking === undefined) return undefined;
  const { bytes, ...words } = asking;
  return { ...words, passesOn: 'server_hello', readsOn: true, bytes: ({ hello }) => inRecord(bytes(hello)) };
}

/** The failing value of the input that a change exchanges, in words. */
export function valueBefore(id: ChangeId, { serverName, alpn, versions = ['TLS 1.3', 'TLS 1.2'] }: ProbeInput): string {
  switch (id) {
    case 'server_name:none':
      return serverName ?? 'none';
    case 'alpn:none':
      return alpn.join(', ');
    case 'versions:1.2':
    case 'versions:1.3':
      return versions.join(' and ');
    case 'preamble:proxy':
      return 'none';
    case 'protocol:http':
    case 'protocol:postgresql':
    case 'protocol:listen':
      return 'TLS';
    default:
      return 'those that this client implements';
  }
}

/** Largest fragment of a plaintext record (RFC 8446 section 5.1). */
const MAX_FRAGMENT = 2 ** 14;

/**
 * A ClientHello in a record: every legal one of ours fits into a single one.
 * @param version of the record: 3.1, as RFC 8446 section 5.1 has it for an initial ClientHello
 */
function inRecord(hello: Uint8Array | undefined, version: number = VERSIONS.tls10): Uint8Array | undefined {
  if (hello === undefined) return undefined;
  if (hello.length > MAX_FRAGMENT) throw new RangeError(`a ClientHello of ${hello.length} bytes`);
  const record = new Uint8Array(5 + hello.length);
  record.set([22, version >> 8, version & 0xff, hello.length >> 8, hello.length & 0xff]);
  record.set(hello, 5);
  return record;
}

/** https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt section 2.1: documentation addresses as the source. */
function proxyPreamble(address: string, port: number): Uint8Array {
  const [family, source] = address.includes(':') ? ['TCP6', '2001:db8::1'] : ['TCP4', '192.0.2.1'];
  return fromAscii(`PROXY ${family} ${source} ${address} 49152 ${port}\r\n`);
}

function concatAscii(preamble: Uint8Array, record: Uint8Array | undefined): Uint8Array | undefined {
  if (record === undefined) return undefined;
  const out = new Uint8Array(preamble.length + record.length);
  out.set(preamble);
  out.set(record, preamble.length);
  return out;
}
