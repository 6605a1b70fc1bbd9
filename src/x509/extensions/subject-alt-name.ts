import { type DerReader, der, TAG } from '../../asn1/index.ts';
import { decodeGeneralNames, encodeHostName, type GeneralName } from './general-name.ts';

/** Reads subjectAltName (RFC 5280 section 4.2.1.6). @throws DerError */
export function decodeSubjectAltName(value: DerReader): GeneralName[] {
  const element = value.next(TAG.sequence, 'subjectAltName');
  const names = decodeGeneralNames(element.reader());
  if (names.length === 0) throw element.error('has no name');
  return names;
}

/** Writes subjectAltName from DNS names and IP literals. */
export function encodeSubjectAltName(names: readonly string[]): Uint8Array {
  return der.sequence(...names.map(encodeHostName));
}
