/** Certificates that travel compressed (RFC 8879). The algorithms are the host's; their bounds are held here. */
import { concat } from '../../bytes/index.ts';
import type { CertificateCompression } from '../config.ts';
import type { HandshakeContext } from '../context.ts';
import { illegalParameter, TlsError } from '../error.ts';
import type { Received } from '../machine.ts';
import type { Certificate } from '../messages/certificate.ts';
import { type CompressedCertificate, encodeCompressedCertificate } from '../messages/compressed-certificate.ts';
import { HANDSHAKE_HEADER_LENGTH, MAX_CERTIFICATE_MESSAGE_LENGTH } from '../messages/frame.ts';
import { decodeMessage } from '../messages/message.ts';
import { HANDSHAKE_TYPES } from '../registry/handshake-types.ts';

const SPEC = 'RFC 8879 section 4';

/** Our most preferred algorithm among the peer's. */
export function chooseCompression(
  own: readonly CertificateCompression[],
  peer: readonly number[] | undefined,
): CertificateCompression | undefined {
  return own.find(({ algorithm }) => peer?.includes(algorithm));
}

/** The CompressedCertificate that stands for a whole Certificate message. */
export function compressed(
  context: HandshakeContext,
  { algorithm, compress }: CertificateCompression,
  certificate: Uint8Array,
): Uint8Array {
  const body = certificate.subarray(HANDSHAKE_HEADER_LENGTH);
  const message = { algorithm, uncompressedLength: body.length, compressedCertificateMessage: compress(body) };
  return encodeCompressedCertificate(message, context.allocate);
}

/**
 * The Certificate that a CompressedCertificate stands for. The message as it was sent is what the transcript has.
 * @param offered what this side asked for.
 * @throws TlsError UNEXPECTED_MESSAGE, ILLEGAL_PARAMETER, LIMIT_EXCEEDED, BAD_CERTIFICATE_COMPRESSION, and what a
 * Certificate throws that does not decode
 */
export function decompressed(
  context: HandshakeContext,
  offered: readonly CertificateCompression[],
  received: Received<'compressed_certificate'>,
): Received<'certificate'> {
  const { message } = received;
  const codec = codecFor(offered, message.algorithm);
  const { uncompressedLength: length } = message;
  if (length > MAX_CERTIFICATE_MESSAGE_LENGTH) {
    const got = `certificate of ${length} bytes announced, at most ${MAX_CERTIFICATE_MESSAGE_LENGTH}`;
    throw bad('LIMIT_EXCEEDED', got);
  }
  const header = Uint8Array.of(HANDSHAKE_TYPES.certificate, length >>> 16, (length >>> 8) & 0xff, length & 0xff);
  const bytes = concat([header, decompress(codec, message)]);
  context.info.peerCertificateCompression = message.algorithm;
  return { ...received, message: decodeMessage(HANDSHAKE_TYPES.certificate, bytes) as Certificate, bytes };
}

function codecFor(offered: readonly CertificateCompression[], algorithm: number): CertificateCompression {
  const codec = offered.find((candidate) => candidate.algorithm === algorithm);
  if (codec !== undefined) return codec;
  if (offered.length > 0) throw illegalParameter(`compression algorithm ${algorithm} was not offered`, SPEC);
  throw new TlsError({
    code: 'UNEXPECTED_MESSAGE',
    alert: 'unexpected_message',
    fault: 'peer',
    message: 'got compressed_certificate, compress_certificate was not offered',
    spec: SPEC,
  });
}

/** The codec is told when to stop; that it did is not taken on trust. */
function decompress({ decompress }: CertificateCompression, message: CompressedCertificate): Uint8Array {
  const { uncompressedLength, compressedCertificateMessage } = message;
  let cause: unknown;
  try {
    const body = decompress(compressedCertificateMessage, uncompressedLength);
    if (body?.length === uncompressedLength) return body;
  } catch (error) {
    cause = error;
  }
  const expected = `to the ${uncompressedLength} bytes announced`;
  throw bad('BAD_CERTIFICATE_COMPRESSION', `certificate does not decompress ${expected}`, cause);
}

function bad(code: 'LIMIT_EXCEEDED' | 'BAD_CERTIFICATE_COMPRESSION', message: string, cause?: unknown): TlsError {
  return new TlsError({ code, alert: 'bad_certificate', fault: 'peer', message, spec: SPEC, cause });
}
