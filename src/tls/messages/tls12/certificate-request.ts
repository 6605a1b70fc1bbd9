import type { Allocator, Reader } from '../../../bytes/index.ts';
import { readU8s, writeU8s } from '../../extensions/lists.ts';
import { VERSIONS } from '../../registry/versions.ts';
import { encodeHandshake } from '../encode.ts';

/** A server's wish for a client certificate (RFC 5246 section 7.4.4). */
export interface Tls12CertificateRequest {
  readonly type: 'certificate_request';
  /** ClientCertificateType code points: the kinds of keys. */
  readonly certificateTypes: readonly number[];
  /** SignatureScheme code points; absent before TLS 1.2. */
  readonly signatureAlgorithms?: readonly number[];
  /** Names of the CAs that are accepted, DER; none says nothing of any. */
  readonly certificateAuthorities: readonly Uint8Array[];
}

/** Decodes the body. @param version ProtocolVersion of the ServerHello */
export function decodeTls12CertificateRequest(reader: Reader, version: number): Tls12CertificateRequest {
  const certificateTypes = readU8s(reader, 'certificate_types', 'certificate_type');
  const signatureAlgorithms =
    version >= VERSIONS.tls12 ? { signatureAlgorithms: reader.u16s(2, 'supported_signature_algorithms') } : {};
  const list = reader.vector(2, 'certificate_authorities');
  const certificateAuthorities: Uint8Array[] = [];
  while (list.remaining > 0) certificateAuthorities.push(list.opaque(2, 'distinguished_name', 1));
  list.end();
  reader.end();
  return { type: 'certificate_request', certificateTypes, ...signatureAlgorithms, certificateAuthorities };
}

/** Encodes a whole CertificateRequest, header included. */
export function encodeTls12CertificateRequest(
  message: Omit<Tls12CertificateRequest, 'type'>,
  alloc?: Allocator,
): Uint8Array {
  return encodeHandshake('certificate_request', alloc, (writer) => {
    writeU8s(writer, message.certificateTypes);
    if (message.signatureAlgorithms !== undefined) writer.u16s(2, message.signatureAlgorithms);
    writer.vector(2, (list) => {
      for (const name of message.certificateAuthorities) list.opaque(2, name);
    });
  });
}
