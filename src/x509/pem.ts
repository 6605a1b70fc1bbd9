import { decodePem } from '../asn1/index.ts';

/**
 * The DER certificates of a PEM file, in order; blocks of another kind are passed over. They are not parsed.
 * @throws PemError
 */
export function certificatesFromPem(text: string): Uint8Array[] {
  return decodePem(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ bytes }) => bytes);
}
