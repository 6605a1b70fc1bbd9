import { fromHex } from '../../bytes/index.ts';
import { DerReader, derElement, derInteger, TAG } from '../der.ts';
import type { FiniteField } from '../provider.ts';

const DH_KEY_AGREEMENT = fromHex('2a864886f70d010301');

/** The AlgorithmIdentifier of a Diffie-Hellman key (PKCS #3 section 9), DER. */
export function dhAlgorithm({ prime, generator }: FiniteField): Uint8Array {
  const parameters = derElement(TAG.sequence, derInteger(prime), derInteger(generator));
  return derElement(TAG.sequence, derElement(TAG.oid, DH_KEY_AGREEMENT), parameters);
}

/** The public value in a Diffie-Hellman key's SubjectPublicKeyInfo. */
export function publicValue(spki: Uint8Array): Uint8Array {
  const reader = new DerReader(spki).enter('SubjectPublicKeyInfo');
  reader.enter('AlgorithmIdentifier');
  return new DerReader(reader.bits('subjectPublicKey')).integer('public value');
}
