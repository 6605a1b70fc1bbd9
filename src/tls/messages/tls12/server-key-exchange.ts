import { type Allocator, type Reader, Writer } from '../../../bytes/index.ts';
import { malformed } from '../../extensions/codec.ts';
import type { SuiteKeyExchange } from '../../registry/key-exchange.ts';
import { VERSIONS } from '../../registry/versions.ts';
import { encodeHandshake } from '../encode.ts';

/** ECCurveType named_curve, the only one left (RFC 8422 section 5.4). */
const NAMED_CURVE = 3;

/** A server's ephemeral key. */
export type ServerKeyParams =
  | {
      readonly kind: 'ecdhe';
      /** NamedGroup code point. */
      readonly group: number;
      readonly publicKey: Uint8Array;
    }
  | {
      readonly kind: 'dhe';
      readonly prime: Uint8Array;
      readonly generator: Uint8Array;
      readonly publicKey: Uint8Array;
    };

/** The server's ephemeral key, signed unless the suite is anonymous (RFC 5246 section 7.4.3, RFC 8422 section 5.4). */
export interface ServerKeyExchange {
  readonly type: 'server_key_exchange';
  readonly params: ServerKeyParams;
  /** The same as they stand in the message: the signature covers both randoms and these bytes. */
  readonly signedParams: Uint8Array;
  /** SignatureScheme code point; absent before TLS 1.2, where the key says which. */
  readonly algorithm?: number;
  readonly signature?: Uint8Array;
}

/** What the form of a ServerKeyExchange follows from: the ServerHello says both. */
export interface ServerKeyExchangeContext extends SuiteKeyExchange {
  readonly version: number;
}

/**
 * Decodes the body.
 * @param message the bytes that `reader` was made of.
 */
export function decodeServerKeyExchange(
  reader: Reader,
  message: Uint8Array,
  context: ServerKeyExchangeContext,
): ServerKeyExchange {
  const start = reader.offset;
  const params = reader.group('params', (inner) => readParams(inner, context));
  const signedParams = message.subarray(start, reader.offset);
  if (context.isAnonymous) {
    reader.end();
    return { type: 'server_key_exchange', params, signedParams };
  }
  const algorithm = context.version >= VERSIONS.tls12 ? { algorithm: reader.u16('algorithm') } : {};
  const signature = reader.opaque(2, 'signature');
  reader.end();
  return { type: 'server_key_exchange', params, signedParams, ...algorithm, signature };
}

/** Encodes a whole ServerKeyExchange, header included. @param signedParams see {@link encodeServerKeyParams} */
export function encodeServerKeyExchange(
  { signedParams, algorithm, signature }: Pick<ServerKeyExchange, 'signedParams' | 'algorithm' | 'signature'>,
  alloc?: Allocator,
): Uint8Array {
  return encodeHandshake('server_key_exchange', alloc, (writer) => {
    writer.bytes(signedParams);
    if (algorithm !== undefined) writer.u16(algorithm);
    if (signature !== undefined) writer.opaque(2, signature);
  });
}

/** The bytes of the parameters: to be signed, and to stand in the message. */
export function encodeServerKeyParams(params: ServerKeyParams): Uint8Array {
  const writer = new Writer();
  if (params.kind === 'ecdhe') writer.u8(NAMED_CURVE).u16(params.group).opaque(1, params.publicKey);
  else writer.opaque(2, params.prime).opaque(2, params.generator).opaque(2, params.publicKey);
  return writer.finish();
}

function readParams(reader: Reader, { keyExchange }: ServerKeyExchangeContext): ServerKeyParams {
  const start = reader.offset;
  if (keyExchange === 'dhe') {
    return {
      kind: 'dhe',
      prime: reader.opaque(2, 'dh_p', 1),
      generator: reader.opaque(2, 'dh_g', 1),
      publicKey: reader.opaque(2, 'dh_Ys', 1),
    };
  }
  if (keyExchange !== 'ecdhe') throw malformed(`no form is known for a key exchange of ${keyExchange}`, reader, start);
  const curveType = reader.u8('curve_type');
  if (curveType !== NAMED_CURVE) {
    throw malformed(`curve_type is ${curveType}, expected named_curve (${NAMED_CURVE})`, reader, start);
  }
  return { kind: 'ecdhe', group: reader.u16('named_curve'), publicKey: reader.opaque(1, 'point', 1) };
}
