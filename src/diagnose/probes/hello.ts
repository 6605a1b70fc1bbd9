/**
 * ClientHellos that differ from a given one in one list. The random and the key shares stay: whoever sends these stops
 * at the answer and derives no key.
 */
import { Reader, Writer } from '../../bytes/index.ts';
import {
  CIPHER_SUITES,
  type ClientHello,
  decodeMessage,
  EXTENSION_TYPES,
  type ExtensionName,
  encodeClientHello,
  GROUPS,
  HANDSHAKE_TYPES,
  type RawExtension,
  SIGNATURE_SCHEMES,
  VERSIONS,
} from '../../tls/wire.ts';

/** What {@link widen} can widen. */
export type OfferedList = 'cipher_suites' | 'groups' | 'signature_schemes';

type HelloToSend = Omit<ClientHello, 'type' | 'extensions'> & { readonly extensions: readonly RawExtension[] };

/** Suites of TLS 1.3 (RFC 8446 appendix B.4 and what was registered since): their names have no key exchange. */
const TLS13_SUITES = Object.entries(CIPHER_SUITES).flatMap(([name, code]) =>
  /_WITH_|_SCSV$/.test(name) ? [] : [code],
);

/**
 * Suites of TLS 1.2 and older, without those that encrypt or authenticate nothing or need a shared secret: the ones that
 * clients prefer first.
 */
const TLS12_SUITES = Object.entries(CIPHER_SUITES)
  .filter(([name]) => name.includes('_WITH_') && !/NULL|anon|EXPORT|PSK|SRP|GOST/.test(name))
  .sort(([a], [b]) => rankOf(b) - rankOf(a))
  .map(([, code]) => code);

const REGISTERED: Readonly<Record<'groups' | 'signature_schemes', readonly number[]>> = {
  // RFC 8422 section 5.1.1: the two codes of arbitrary explicit curves name no group.
  groups: Object.values(GROUPS).filter((code) => code < 0xff00),
  signature_schemes: Object.values(SIGNATURE_SCHEMES),
};

/** Extensions that make a hello one of TLS 1.3 or mean nothing without it. */
const TLS13_ONLY: ReadonlySet<number> = new Set([
  EXTENSION_TYPES.supported_versions,
  EXTENSION_TYPES.key_share,
  EXTENSION_TYPES.psk_key_exchange_modes,
  EXTENSION_TYPES.pre_shared_key,
  EXTENSION_TYPES.early_data,
  EXTENSION_TYPES.cookie,
]);

/** What a hello of TLS 1.2 has: uncompressed points (RFC 8422 section 5.1.2), RFC 7627, RFC 5746. */
const TLS12_EXTENSIONS: readonly RawExtension[] = [
  { id: EXTENSION_TYPES.ec_point_formats, data: Uint8Array.of(1, 0) },
  { id: EXTENSION_TYPES.extended_master_secret, data: new Uint8Array(0) },
  { id: EXTENSION_TYPES.renegotiation_info, data: Uint8Array.of(0) },
];

/** Without supported_versions the server may answer with `version` or anything older (RFC 8446 section 4.2.1). */
export function withVersionUpTo(version: number, hello: Uint8Array): Uint8Array {
  const message = decode(hello);
  if (version === VERSIONS.ssl3) return withoutExtensions({ ...message, legacyVersion: version });
  const extensions = message.extensions.filter(({ id }) => !TLS13_ONLY.has(id));
  const missing = TLS12_EXTENSIONS.filter(({ id }) => !extensions.some((one) => one.id === id));
  return sameLength(hello, {
    ...message,
    legacyVersion: version,
    cipherSuites: TLS12_SUITES,
    extensions: [...extensions, ...missing],
  });
}

/** TLS 1.3 and nothing else. */
export function withTls13(hello: Uint8Array): Uint8Array {
  return sameLength(hello, withVersions(decode(hello), [VERSIONS.tls13], TLS13_SUITES));
}

/** Every version from TLS 1.0 to 1.3, the newest preferred. */
export function withEveryVersion(hello: Uint8Array): Uint8Array {
  const versions = [VERSIONS.tls13, VERSIONS.tls12, VERSIONS.tls11, VERSIONS.tls10];
  return encodeClientHello(withVersions(decode(hello), versions, [...TLS13_SUITES, ...TLS12_SUITES]));
}

function withVersions(message: HelloToSend, versions: readonly number[], suites: readonly number[]): HelloToSend {
  const own = message.cipherSuites.filter((code) => suites.includes(code));
  const offer = { id: EXTENSION_TYPES.supported_versions, data: new Writer().u16s(1, versions).finish() };
  const others = message.extensions.filter(({ id }) => id !== offer.id);
  // A hello of TLS 1.2 has no share: none asks for a HelloRetryRequest (RFC 8446 section 4.2.8).
  const hasShare = others.some(({ id }) => id === EXTENSION_TYPES.key_share);
  const share = hasShare ? [] : [{ id: EXTENSION_TYPES.key_share, data: Uint8Array.of(0, 0) }];
  return { ...message, cipherSuites: union(own, suites), extensions: [...others, offer, ...share] };
}

/** SSL 3.0 has no extensions, and servers of its time expect none (RFC 6101 section 5.6.1.2). */
function withoutExtensions(message: HelloToSend): Uint8Array {
  const cipherSuites = [...TLS12_SUITES, CIPHER_SUITES.TLS_EMPTY_RENEGOTIATION_INFO_SCSV];
  const encoded = encodeClientHello({ ...message, cipherSuites, extensions: [] });
  // Without the length of the extensions, which is zero.
  const body = encoded.subarray(HANDSHAKE_HEADER, -2);
  return new Writer().u8(HANDSHAKE_TYPES.client_hello).opaque(3, body).finish();
}

/** Every registered value of the lists named, behind the hello's own. */
export function widen(hello: Uint8Array, lists: readonly OfferedList[]): Uint8Array {
  return encodeClientHello(lists.reduce(widenOne, decode(hello)));
}

/** Without an extension; `undefined` when the hello does not have it. */
export function withoutExtension(hello: Uint8Array, name: ExtensionName): Uint8Array | undefined {
  const message = decode(hello);
  const extensions = message.extensions.filter(({ id }) => id !== EXTENSION_TYPES[name]);
  if (extensions.length === message.extensions.length) return undefined;
  return sameLength(hello, { ...message, extensions });
}

/** Bytes of a handshake message's type and length. */
const HANDSHAKE_HEADER = 4;

/** Bytes of an extension's type and length. */
const EXTENSION_HEADER = 4;

/**
 * Pads a shorter hello to the length of the one it is made from (RFC 7685): else the length would be a second change,
 * and there are devices that drop long hellos.
 */
function sameLength(original: Uint8Array, changed: HelloToSend): Uint8Array {
  const missing = original.length - encodeClientHello(changed).length;
  if (missing < EXTENSION_HEADER) return encodeClientHello(changed);
  const padding = { id: EXTENSION_TYPES.padding, data: new Uint8Array(missing - EXTENSION_HEADER) };
  return encodeClientHello({ ...changed, extensions: [...changed.extensions, padding] });
}

function decode(bytes: Uint8Array): HelloToSend {
  const hello = decodeMessage(HANDSHAKE_TYPES.client_hello, bytes);
  if (hello.type !== 'client_hello') throw new RangeError(`not a ClientHello: ${hello.type}`);
  return { ...hello, extensions: hello.extensions.raw };
}

/** Every registered cipher suite, group, of the versions that the hello offers, but these. Its own stay, they are refused. */
export function without(hello: Uint8Array, list: 'cipher_suites' | 'groups', codes: readonly number[]): Uint8Array {
  const wide = widenOne(decode(hello), list);
  const others = (all: readonly number[]) => all.filter((code) => !codes.includes(code));
  if (list === 'cipher_suites') return encodeClientHello({ ...wide, cipherSuites: others(wide.cipherSuites) });
  return encodeClientHello(withCodes(wide, EXTENSION_TYPES.supported_groups, others));
}

/** These signature schemes alone for the handshake. The certificates of the chain may be signed by any. */
export function onlySchemes(hello: Uint8Array, codes: readonly number[]): Uint8Array {
  const message = decode(hello);
  const id = EXTENSION_TYPES.signature_algorithms_cert;
  const forChain = { id, data: new Writer().u16s(2, REGISTERED.signature_schemes).finish() };
  const others = message.extensions.filter((extension) => extension.id !== id);
  const extensions = [...others, forChain];
  return encodeClientHello(withCodes({ ...message, extensions }, EXTENSION_TYPES.signature_algorithms, () => codes));
}

function widenOne(hello: HelloToSend, list: OfferedList): HelloToSend {
  if (list === 'cipher_suites') return { ...hello, cipherSuites: union(hello.cipherSuites, suitesFor(hello)) };
  const id = list === 'groups' ? EXTENSION_TYPES.supported_groups : EXTENSION_TYPES.signature_algorithms;
  return withCodes(hello, id, (own) => union(own, REGISTERED[list]));
}

/** The suites of the versions that a hello offers (RFC 8446 section 4.2.1). */
function suitesFor({ extensions }: HelloToSend): number[] {
  const offer = extensions.find(({ id }) => id === EXTENSION_TYPES.supported_versions);
  if (offer === undefined) return TLS12_SUITES;
  const versions = new Reader(offer.data).u16s(1, 'versions');
  return [
    ...(versions.includes(VERSIONS.tls13) ? TLS13_SUITES : []),
    ...(versions.some((version) => version <= VERSIONS.tls12) ? TLS12_SUITES : []),
  ];
}

/** With another list of code points in an extension that has one. */
function withCodes(hello: HelloToSend, id: number, change: (own: readonly number[]) => readonly number[]): HelloToSend {
  const extensions = hello.extensions.map((extension) =>
    extension.id === id
      ? { id, data: new Writer().u16s(2, change(new Reader(extension.data).u16s(2, 'list'))).finish() }
      : extension,
  );
  return { ...hello, extensions };
}

function union(own: readonly number[], registered: readonly number[]): number[] {
  return [...own, ...registered.filter((code) => !own.includes(code))];
}

/** Fresh keys and authenticated encryption come first. */
function rankOf(suite: string): number {
  return (suite.includes('_ECDHE_') ? 2 : 0) + (/GCM|CHACHA20/.test(suite) ? 1 : 0);
}
