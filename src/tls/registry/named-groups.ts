import type { GroupName } from '../../crypto/index.ts';
import { reverse } from './reverse.ts';

/** IANA "TLS Supported Groups", by name. */
export const GROUPS = {
  sect163k1: 1,
  sect163r1: 2,
  sect163r2: 3,
  sect193r1: 4,
  sect193r2: 5,
  sect233k1: 6,
  sect233r1: 7,
  sect239k1: 8,
  sect283k1: 9,
  sect283r1: 10,
  sect409k1: 11,
  sect409r1: 12,
  sect571k1: 13,
  sect571r1: 14,
  secp160k1: 15,
  secp160r1: 16,
  secp160r2: 17,
  secp192k1: 18,
  secp192r1: 19,
  secp224k1: 20,
  secp224r1: 21,
  secp256k1: 22,
  secp256r1: 23,
  secp384r1: 24,
  secp521r1: 25,
  brainpoolP256r1: 26,
  brainpoolP384r1: 27,
  brainpoolP512r1: 28,
  x25519: 29,
  x448: 30,
  brainpoolP256r1tls13: 31,
  brainpoolP384r1tls13: 32,
  brainpoolP512r1tls13: 33,
  GC256A: 34,
  GC256B: 35,
  GC256C: 36,
  GC256D: 37,
  GC512A: 38,
  GC512B: 39,
  GC512C: 40,
  curveSM2: 41,
  ffdhe2048: 256,
  ffdhe3072: 257,
  ffdhe4096: 258,
  ffdhe6144: 259,
  ffdhe8192: 260,
  MLKEM512: 0x0200,
  MLKEM768: 0x0201,
  MLKEM1024: 0x0202,
  SecP256r1MLKEM768: 0x11eb,
  X25519MLKEM768: 0x11ec,
  SecP384r1MLKEM1024: 0x11ed,
  curveSM2MLKEM768: 0x11ee,
  X25519Kyber768Draft00: 0x6399,
  SecP256r1Kyber768Draft00: 0x639a,
  arbitrary_explicit_prime_curves: 0xff01,
  arbitrary_explicit_char2_curves: 0xff02,
} as const;

/** A named group by its registered name. */
export type NamedGroup = keyof typeof GROUPS;

const NAMES = reverse(GROUPS);

/** The registered name of a group's code, or `undefined` for one that is not registered. */
export function groupName(code: number): NamedGroup | undefined {
  return NAMES.get(code);
}

/** Every group that a provider may declare, by the same name in the registry. */
const PROVIDER_GROUPS = {
  x25519: GROUPS.x25519,
  secp256r1: GROUPS.secp256r1,
  secp384r1: GROUPS.secp384r1,
  secp521r1: GROUPS.secp521r1,
  X25519MLKEM768: GROUPS.X25519MLKEM768,
  SecP256r1MLKEM768: GROUPS.SecP256r1MLKEM768,
  SecP384r1MLKEM1024: GROUPS.SecP384r1MLKEM1024,
  MLKEM1024: GROUPS.MLKEM1024,
  ffdhe2048: GROUPS.ffdhe2048,
  ffdhe3072: GROUPS.ffdhe3072,
} as const satisfies Record<GroupName, number>;

/** Groups that TLS 1.2 can agree by (RFC 8422 section 5.1.1): a hybrid's halves are answered apart only in TLS 1.3. */
const ELLIPTIC: ReadonlySet<GroupName> = new Set<GroupName>(['x25519', 'secp256r1', 'secp384r1', 'secp521r1']);

/** Whether an ECDHE suite of TLS 1.2 can use the group. */
export function isElliptic(group: GroupName): boolean {
  return ELLIPTIC.has(group);
}

const FOR_PROVIDER = reverse<GroupName>(PROVIDER_GROUPS);

/** The provider's name for a group's code, or `undefined` for a group that no provider can declare. */
export function groupForProvider(code: number): GroupName | undefined {
  return FOR_PROVIDER.get(code);
}
