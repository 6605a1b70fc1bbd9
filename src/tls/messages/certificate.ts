import type { Allocator, Reader } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { decodeExtensions, type ExtensionBlock, encodeExtensions, type RawExtension } from '../extensions/block.ts';
import { encodeHandshake } from './encode.ts';

const RFC = 'RFC 8446 section 4.4.2';

/** One certificate of a chain (RFC 8446 section 4.4.2). */
interface CertificateEntry {
  /** DER, never empty. */
  readonly certData: Uint8Array;
  readonly extensions: ExtensionBlock;
}

/** A peer's chain, its own certificate first. A client that has none sends an empty list. */
export interface Certificate {
  readonly type: 'certificate';
  /** What the CertificateRequest said; empty from a server. */
  readonly certificateRequestContext: Uint8Array;
  readonly certificateList: readonly CertificateEntry[];
}

/** A chain to send. */
export interface OutgoingCertificate {
  readonly certificateRequestContext: Uint8Array;
  readonly certificateList: readonly {
    readonly certData: Uint8Array;
    readonly extensions: readonly RawExtension[];
  }[];
}

/** Most certificates that are decoded; how many of them a connection takes is configured. */
export const MAX_CHAIN_LENGTH = 255;

/**
 * Decodes the body.
 * @param message the bytes that `reader` was made of.
 * @throws TlsError LIMIT_EXCEEDED for a chain of more than {@link MAX_CHAIN_LENGTH}
 */
export function decodeCertificate(reader: Reader, message: Uint8Array): Certificate {
  const certificateRequestContext = reader.opaque(1, 'certificate_request_context');
  const list = reader.vector(3, 'certificate_list');
  const certificateList: CertificateEntry[] = [];
  const readEntry = (entry: Reader): CertificateEntry => ({
    certData: entry.opaque(3, 'cert_data', 1),
    extensions: decodeExtensions(entry, 'certificate', message),
  });
  while (list.remaining > 0) {
    if (certificateList.length === MAX_CHAIN_LENGTH)
      throw tooManyCertificates(list.offset, list.offset + list.remaining, RFC);
    certificateList.push(list.group('certificate_entry', readEntry));
  }
  list.end();
  reader.end();
  return { type: 'certificate', certificateRequestContext, certificateList };
}

/** Encodes a whole Certificate, header included. */
export function encodeCertificate(message: OutgoingCertificate, alloc?: Allocator): Uint8Array {
  return encodeHandshake('certificate', alloc, (writer) => {
    writer.opaque(1, message.certificateRequestContext).vector(3, (list) => {
      for (const { certData, extensions } of message.certificateList) {
        list.opaque(3, certData);
        encodeExtensions(list, extensions);
      }
    });
  });
}

/** The refusal of a chain of more than {@link MAX_CHAIN_LENGTH}, with the bytes that are too many. */
export function tooManyCertificates(start: number, end: number, spec: string): TlsError {
  return new TlsError({
    code: 'LIMIT_EXCEEDED',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: `certificate: more than ${MAX_CHAIN_LENGTH} certificates`,
    spec,
    evidence: { messageType: 'certificate', span: { start, end } },
  });
}
