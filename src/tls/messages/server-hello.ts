import { type Allocator, equal, fromHex, type Reader } from '../../bytes/index.ts';
import {
  decodeExtensions,
  decodeServerHelloExtensions,
  type ExtensionBlock,
  encodeExtensions,
  noExtensions,
} from '../extensions/block.ts';
import { MAX_SESSION_ID_LENGTH, RANDOM_LENGTH } from './client-hello.ts';
import { encodeHandshake, type Outgoing } from './encode.ts';

interface ServerHelloFields {
  /** 0x0303 in TLS 1.3; before that the version selected. */
  readonly legacyVersion: number;
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** 0 to 32 bytes. */
  readonly legacySessionIdEcho: Uint8Array;
  readonly cipherSuite: number;
  readonly legacyCompressionMethod: number;
}

/** What the server selected (RFC 8446 section 4.1.3). */
export interface ServerHello extends ServerHelloFields {
  readonly type: 'server_hello';
  readonly extensions: ExtensionBlock;
}

/** A ServerHello that asks for another ClientHello (RFC 8446 section 4.1.4). */
export interface HelloRetryRequest extends ServerHelloFields {
  readonly type: 'hello_retry_request';
  readonly extensions: ExtensionBlock;
}

/** The random that makes a ServerHello a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (RFC 8446 section 4.1.3). */
export const HELLO_RETRY_REQUEST_RANDOM: Uint8Array = fromHex(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
);

/**
 * Decodes the body of a ServerHello of any version, or of a HelloRetryRequest.
 * @param message the bytes that `reader` was made of.
 */
export function decodeServerHello(reader: Reader, message: Uint8Array): ServerHello | HelloRetryRequest {
  const legacyVersion = reader.u16('legacy_version');
  const random = reader.bytes(RANDOM_LENGTH, 'random');
  const legacySessionIdEcho = reader.opaque(1, 'legacy_session_id_echo', 0, MAX_SESSION_ID_LENGTH);
  const cipherSuite = reader.u16('cipher_suite');
  const legacyCompressionMethod = reader.u8('legacy_compression_method');
  const fields = { legacyVersion, random, legacySessionIdEcho, cipherSuite, legacyCompressionMethod };
  if (equal(random, HELLO_RETRY_REQUEST_RANDOM)) {
    const extensions = decodeExtensions(reader, 'hello_retry_request', message);
    reader.end();
    return { type: 'hello_retry_request', ...fields, extensions };
  }
  const extensions = reader.remaining > 0 ? decodeServerHelloExtensions(reader, message) : noExtensions('server_hello');
  reader.end();
  return { type: 'server_hello', ...fields, extensions };
}

/** Encodes a whole ServerHello, header included. */
export function encodeServerHello(hello: Outgoing<ServerHello>, alloc?: Allocator): Uint8Array {
  return encodeHandshake('server_hello', alloc, (writer) => {
    writer
      .u16(hello.legacyVersion)
      .bytes(hello.random)
      .opaque(1, hello.legacySessionIdEcho)
      .u16(hello.cipherSuite)
      .u8(hello.legacyCompressionMethod);
    encodeExtensions(writer, hello.extensions);
  });
}

/** Encodes a whole HelloRetryRequest, header included; its random is always the special one. */
export function encodeHelloRetryRequest(
  request: Omit<Outgoing<HelloRetryRequest>, 'random'>,
  alloc?: Allocator,
): Uint8Array {
  return encodeServerHello({ ...request, random: HELLO_RETRY_REQUEST_RANDOM }, alloc);
}
