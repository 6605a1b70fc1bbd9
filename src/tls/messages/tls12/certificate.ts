import type { Allocator, Reader } from '../../../bytes/index.ts';
import { MAX_CHAIN_LENGTH, tooManyCertificates } from '../certificate.ts';
import { encodeHandshake } from '../encode.ts';

/** A chain before TLS 1.3: certificates and nothing beside them (RFC 5246 section 7.4.2). */
export interface Tls12Certificate {
  readonly type: 'certificate';
  /** DER, the sender's own first. A client that has none sends an empty list. */
  readonly certificateList: readonly { readonly certData: Uint8Array }[];
}

/**
 * Decodes the body.
 * @throws TlsError LIMIT_EXCEEDED for a chain of more than MAX_CHAIN_LENGTH
 */
export function decodeTls12Certificate(reader: Reader): Tls12Certificate {
  const list = reader.vector(3, 'certificate_list');
  const certificateList: { certData: Uint8Array }[] = [];
  while (list.remaining > 0) {
    if (certificateList.length === MAX_CHAIN_LENGTH) {
      throw tooManyCertificates(list.offset, list.offset + list.remaining, 'RFC 5246 section 7.4.2');
    }
    certificateList.push({ certData: list.opaque(3, 'certificate', 1) });
  }
  list.end();
  reader.end();
  return { type: 'certificate', certificateList };
}

/** Encodes a whole Certificate, header included. @param chain DER */
export function encodeTls12Certificate(chain: readonly Uint8Array[], alloc?: Allocator): Uint8Array {
  return encodeHandshake('certificate', alloc, (writer) => {
    writer.vector(3, (list) => {
      for (const certificate of chain) list.opaque(3, certificate);
    });
  });
}
