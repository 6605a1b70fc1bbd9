import type { Allocator, Reader } from '../../bytes/index.ts';
import { decodeExtensions, type ExtensionBlock, encodeExtensions, noExtensions } from '../extensions/block.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

/** What the client offers (RFC 8446 section 4.1.2). */
export interface ClientHello {
  readonly type: 'client_hello';
  /** 0x0303 in TLS 1.3; before that the highest version the client speaks. */
  readonly legacyVersion: number;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 0 to 32 bytes. */
  readonly legacySessionId: Uint8Array;
  /** Code points, most preferred first. */
  readonly cipherSuites: readonly number[];
  /** One byte per method; a single zero in TLS 1.3. */
  readonly legacyCompressionMethods: Uint8Array;
  readonly extensions: ExtensionBlock;
}

/** Length of a hello's random, in bytes. */
export const RANDOM_LENGTH = 32;

/** Longest legacy_session_id, in bytes. */
export const MAX_SESSION_ID_LENGTH = 32;

/**
 * Decodes the body of a ClientHello of any version: one without an extensions field is legal before TLS 1.3.
 * @param message the bytes that `reader` was made of.
 */
export function decodeClientHello(reader: Reader, message: Uint8Array): ClientHello {
  const legacyVersion = reader.u16('legacy_version');
  const random = reader.bytes(RANDOM_LENGTH, 'random');
  const legacySessionId = reader.opaque(1, 'legacy_session_id', 0, MAX_SESSION_ID_LENGTH);
  const cipherSuites = reader.u16s(2, 'cipher_suites');
  const legacyCompressionMethods = reader.opaque(1, 'legacy_compression_methods', 1);
  const extensions =
    reader.remaining > 0 ? decodeExtensions(reader, 'client_hello', message) : noExtensions('client_hello');
  reader.end();
  return {
    type: 'client_hello',
    legacyVersion,
    random,
    legacySessionId,
    cipherSuites,
    legacyCompressionMethods,
    extensions,
  };
}

/** Encodes a whole ClientHello, header included. */
export function encodeClientHello(hello: Outgoing<ClientHello>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('client_hello', alloc, (writer) => {
    writer
      .u16(hello.legacyVersion)
      .bytes(hello.random)
      .opaque(1, hello.legacySessionId)
      .u16s(2, hello.cipherSuites)
      .opaque(1, hello.legacyCompressionMethods);
    encodeExtensions(writer, hello.extensions);
  });
}
