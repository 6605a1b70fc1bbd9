import { decodePem, encodePem } from '../asn1/index.ts';

/**
 * The DER certificates of a PEM file, in order; blocks of another kind are passed over. They are not parsed.
 * @throws PemError
 */
export function certificatesFromPem(text: string): Uint8Array[] {
  return blocks(text, 'CERTIFICATE');
}

/** The DER CRLs of a PEM file, as {@link certificatesFromPem}. @throws PemError */
export function crlsFromPem(text: string): Uint8Array[] {
  return blocks(text, 'X509 CRL');
}

function blocks(text: string, label: string): Uint8Array[] {
  return decodePem(text)
    .filter((block) => block.label === label)
    .map(({ bytes }) => bytes);
}

/** DER certificates as the text of a PEM file, in their order. */
export function certificatesToPem(ders: readonly Uint8Array[]): string {
  return ders.map((der) => encodePem('CERTIFICATE', der)).join('');
}
