import { decodePem, encodePem } from '../asn1/index.ts';

/**
 * The DER certificates of a PEM file, in order; blocks of another kind are passed over. They are not parsed.
 * @throws PemError
 */
export function certificatesFromPem(text: string): Uint8Array[] {
  return decodePem(text)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ bytes }) => bytes);
}

/** DER certificates as the text of a PEM file, in their order. */
export function certificatesToPem(ders: readonly Uint8Array[]): string {
  return ders.map((der) => encodePem('CERTIFICATE', der)).join('');
}
