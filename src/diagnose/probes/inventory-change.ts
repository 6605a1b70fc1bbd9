/**
 * Changes that ask a server for what else it has, once it is known that nothing of it was offered: everything but what it
 * has already named, or one kind of signature scheme alone.
 */
import { cipherSuiteName, groupName, SIGNATURE_SCHEMES } from '../../tls/wire.ts';
import { onlySchemes, without } from './hello.ts';

/** Signature schemes by the key that makes them: a server has a certificate for some. */
export const SCHEME_FAMILIES = {
  'ecdsa-p256': ['ecdsa_secp256r1_sha256'],
  rsa: [
    ...(['rsa_pss_rsae_sha256', 'rsa_pss_rsae_sha384', 'rsa_pss_rsae_sha512'] as const),
    ...(['rsa_pkcs1_sha256', 'rsa_pkcs1_sha384', 'rsa_pkcs1_sha512'] as const),
  ],
  'ecdsa-p384': ['ecdsa_secp384r1_sha384'],
  ed25519: ['ed25519'],
  'ecdsa-p521': ['ecdsa_secp521r1_sha512'],
  'rsa-pss': ['rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512'],
  ed448: ['ed448'],
  'ml-dsa': ['mldsa44', 'mldsa65', 'mldsa87'],
} as const satisfies Record<string, readonly (keyof typeof SIGNATURE_SCHEMES)[]>;

/** A kind of key by its name here. */
export type SchemeFamily = keyof typeof SCHEME_FAMILIES;

/** A change by its name, as saved runs hold it: codes are hexadecimal, with dots between them. */
export type InventoryChangeId =
  | `cipher_suites:without:${string}`
  | `groups:without:${string}`
  | `signature_schemes:only:${SchemeFamily}`;

/** What an {@link InventoryChangeId} says. */
export interface InventoryChange {
  readonly id: InventoryChangeId;
  readonly input: string;
  readonly to: string;
  readonly name: string;
  bytes(hello: Uint8Array): Uint8Array;
}

const WITHOUT = /^(cipher_suites|groups):without:((?:[0-9a-f]{4}\.){0,31}[0-9a-f]{4})$/;
const ONLY = /^signature_schemes:only:([a-z0-9-]{1,16})$/;

/** The name of the change that offers everything but these. @param codes not none */
export function withoutId(list: 'cipher_suites' | 'groups', codes: readonly number[]): InventoryChangeId {
  return `${list}:without:${codes.map((code) => code.toString(16).padStart(4, '0')).join('.')}`;
}

/** The change of an id; `undefined` for a text that is none. */
export function inventoryChangeOf(id: string): InventoryChange | undefined {
  const [, list, codes = ''] = WITHOUT.exec(id) ?? [];
  if (list !== undefined) return changeWithout(list === 'groups' ? list : 'cipher_suites', codes.split('.'));
  const family = ONLY.exec(id)?.[1] ?? '';
  return isFamily(family) ? changeToOnly(family) : undefined;
}

function changeWithout(list: 'cipher_suites' | 'groups', codes: readonly string[]): InventoryChange {
  const numbers = codes.map((code) => Number.parseInt(code, 16));
  const nameOf = list === 'groups' ? groupName : cipherSuiteName;
  const names = numbers.map((code, at) => nameOf(code) ?? codes[at]).join(', ');
  const what = list === 'groups' ? 'group' : 'cipher suite';
  return {
    id: withoutId(list, numbers),
    input: `offered ${what}s`,
    to: `every registered one but ${names}`,
    name: `every ${what} but ${names} offered`,
    bytes: (hello) => without(hello, list, numbers),
  };
}

function changeToOnly(family: SchemeFamily): InventoryChange {
  const names: readonly (keyof typeof SIGNATURE_SCHEMES)[] = SCHEME_FAMILIES[family];
  return {
    id: `signature_schemes:only:${family}`,
    input: 'offered signature schemes',
    to: names.join(', '),
    name: `signature schemes of ${family} alone`,
    bytes: (hello) =>
      onlySchemes(
        hello,
        names.map((name) => SIGNATURE_SCHEMES[name]),
      ),
  };
}

function isFamily(text: string): text is SchemeFamily {
  return Object.hasOwn(SCHEME_FAMILIES, text);
}
