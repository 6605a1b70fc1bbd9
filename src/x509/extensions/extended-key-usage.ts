import { type DerReader, der, TAG } from '../../asn1/index.ts';

/** Reads extKeyUsage (RFC 5280 section 4.2.1.12) as object identifiers. @throws DerError */
export function decodeExtendedKeyUsage(value: DerReader): string[] {
  const element = value.next(TAG.sequence, 'extKeyUsage');
  const purposes: string[] = [];
  for (const list = element.reader(); list.remaining > 0; ) purposes.push(list.next(TAG.oid, 'KeyPurposeId').oid());
  if (purposes.length === 0) throw element.error('has no purpose');
  return purposes;
}

/** Writes extKeyUsage from object identifiers. */
export function encodeExtendedKeyUsage(purposes: readonly string[]): Uint8Array {
  return der.sequence(...purposes.map((purpose) => der.oid(purpose)));
}
