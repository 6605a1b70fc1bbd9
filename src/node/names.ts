/**
 * The names that OpenSSL and node:tls use in options, read into the registries' names.
 */
import type { GroupName, SchemeName } from '../crypto/index.ts';
import { argumentError } from './error.ts';

/** A colon-separated list, or its parts. */
export type NameList = string | readonly string[];

const GROUP_NAMES: ReadonlyMap<string, GroupName> = new Map(
  Object.entries({
    x25519: 'x25519',
    'p-256': 'secp256r1',
    prime256v1: 'secp256r1',
    secp256r1: 'secp256r1',
    'p-384': 'secp384r1',
    secp384r1: 'secp384r1',
    'p-521': 'secp521r1',
    secp521r1: 'secp521r1',
    x25519mlkem768: 'X25519MLKEM768',
    secp256r1mlkem768: 'SecP256r1MLKEM768',
    secp384r1mlkem1024: 'SecP384r1MLKEM1024',
    mlkem1024: 'MLKEM1024',
    ffdhe2048: 'ffdhe2048',
    ffdhe3072: 'ffdhe3072',
  }),
);

const SCHEME_NAMES: ReadonlyMap<string, readonly SchemeName[]> = new Map(
  Object.entries({
    'ecdsa+sha256': ['ecdsa_secp256r1_sha256'],
    'ecdsa+sha384': ['ecdsa_secp384r1_sha384'],
    'ecdsa+sha512': ['ecdsa_secp521r1_sha512'],
    'ecdsa+sha1': ['ecdsa_sha1'],
    'rsa-pss+sha256': ['rsa_pss_rsae_sha256', 'rsa_pss_pss_sha256'],
    'rsa-pss+sha384': ['rsa_pss_rsae_sha384', 'rsa_pss_pss_sha384'],
    'rsa-pss+sha512': ['rsa_pss_rsae_sha512', 'rsa_pss_pss_sha512'],
    'rsa+sha256': ['rsa_pkcs1_sha256'],
    'rsa+sha384': ['rsa_pkcs1_sha384'],
    'rsa+sha512': ['rsa_pkcs1_sha512'],
    'rsa+sha1': ['rsa_pkcs1_sha1'],
  }),
);

const SCHEMES: ReadonlySet<string> = new Set<SchemeName>([
  ...(['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512', 'ed25519', 'ed448'] as const),
  ...(['rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512', 'rsa_pss_pss_sha256'] as const),
  ...(['rsa_pss_pss_sha384', 'rsa_pss_pss_sha512', 'rsa_pkcs1_sha256', 'rsa_pkcs1_sha384'] as const),
  ...(['rsa_pkcs1_sha512', 'rsa_pkcs1_sha1', 'ecdsa_sha1'] as const),
  ...(['mldsa44', 'mldsa65', 'mldsa87'] as const),
]);

/**
 * Named groups as `ecdhCurve` takes them; `auto` and `undefined` stand for the provider's defaults.
 * @throws code ERR_INVALID_ARG_VALUE for a name that is not known.
 */
export function parseGroups(list: NameList | undefined): readonly GroupName[] | undefined {
  if (list === undefined || list === 'auto') return undefined;
  return parts(list).map((name) => {
    const group = GROUP_NAMES.get(name.toLowerCase());
    if (group === undefined) throw argumentError('ERR_INVALID_ARG_VALUE', `unknown group in ecdhCurve: '${name}'`);
    return group;
  });
}

/**
 * Signature algorithms by TLS 1.3 name or in OpenSSL's `RSA-PSS+SHA256` form.
 * @throws code ERR_INVALID_ARG_VALUE for a name that is not known.
 */
export function parseSigalgs(list: NameList | undefined): readonly SchemeName[] | undefined {
  // node:tls takes null for nothing.
  if (list === undefined || list === null) return undefined;
  return parts(list).flatMap((part) => {
    const name = part.toLowerCase();
    if (isScheme(name)) return [name];
    const schemes = SCHEME_NAMES.get(name);
    if (schemes === undefined) throw argumentError('ERR_INVALID_ARG_VALUE', `unknown algorithm in sigalgs: '${part}'`);
    return schemes;
  });
}

/** ALPN protocols in any form that node:tls takes: names, bytes, or the wire format of RFC 7301 in one array. */
export function parseAlpn(protocols: AlpnProtocols | undefined): readonly string[] | undefined {
  if (protocols === undefined) return undefined;
  if (!(protocols instanceof Uint8Array)) {
    const names = protocols.map((name) => (typeof name === 'string' ? name : Buffer.from(name).toString('latin1')));
    for (const name of names) {
      if (name.length < 1 || name.length > 255) throw badAlpn('a protocol name has 1 to 255 bytes');
    }
    return names.length === 0 ? undefined : names;
  }
  const names: string[] = [];
  for (let at = 0; at < protocols.length; ) {
    const end = at + 1 + (protocols[at] ?? 0);
    if (end === at + 1 || end > protocols.length) throw badAlpn('not a list of length-prefixed names');
    names.push(Buffer.from(protocols.subarray(at + 1, end)).toString('latin1'));
    at = end;
  }
  return names.length === 0 ? undefined : names;
}

/** What `ALPNProtocols` may be. */
export type AlpnProtocols = readonly (string | Uint8Array)[] | Uint8Array;

function badAlpn(reason: string): Error {
  return argumentError('ERR_INVALID_ARG_VALUE', `ALPNProtocols: ${reason}`);
}

function parts(list: NameList): readonly string[] {
  return typeof list === 'string' ? list.split(':').filter((part) => part !== '') : list;
}

function isScheme(name: string): name is SchemeName {
  return SCHEMES.has(name);
}
