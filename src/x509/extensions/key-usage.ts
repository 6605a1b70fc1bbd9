import { type DerReader, der, TAG } from '../../asn1/index.ts';

/** The bits of keyUsage (RFC 5280 section 4.2.1.3), bit 0 first. */
const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

/** What a key may be used for. */
export type KeyUsage = (typeof KEY_USAGES)[number];

/** Reads keyUsage. Bits beyond the ninth have no meaning and are dropped. @throws DerError */
export function decodeKeyUsage(value: DerReader): KeyUsage[] {
  const bits = value.next(TAG.bitString, 'keyUsage').namedBits();
  return KEY_USAGES.filter((_, index) => bits[index] === true);
}

/** Writes keyUsage. */
export function encodeKeyUsage(usages: readonly KeyUsage[]): Uint8Array {
  return der.namedBits(KEY_USAGES.map((usage) => usages.includes(usage)));
}
