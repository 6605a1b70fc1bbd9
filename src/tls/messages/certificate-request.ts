import type { Allocator, Reader } from '../../bytes/index.ts';
import { decodeExtensions, type ExtensionBlock, encodeExtensions } from '../extensions/block.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** A server that asks for a client certificate (RFC 8446 section 4.3.2). */
export interface CertificateRequest {
  readonly type: 'certificate_request';
  /** Empty in the handshake; names the request afterwards. */
  readonly certificateRequestContext: Uint8Array;
  readonly extensions: ExtensionBlock;
}

/**
 * Decodes the body.
 * @param message the bytes that `reader` was made of.
 */
export function decodeCertificateRequest(reader: Reader, message: Uint8Array): CertificateRequest {
  const certificateRequestContext = reader.opaque(1, 'certificate_request_context');
  const extensions = decodeExtensions(reader, 'certificate_request', message);
  reader.end();
  return { type: 'certificate_request', certificateRequestContext, extensions };
}

/** Encodes a whole CertificateRequest, header included. */
export function encodeCertificateRequest(message: Outgoing<CertificateRequest>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('certificate_request', alloc, (writer) => {
    writer.opaque(1, message.certificateRequestContext);
    encodeExtensions(writer, message.extensions);
  });
}
