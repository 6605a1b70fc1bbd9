import type { Allocator, Reader } from '../../../bytes/index.ts';
import type { KeyExchange } from '../../registry/key-exchange.ts';
import { encodeHandshake } from '../encode.ts';

/** The client's share of the premaster secret (RFC 5246 section 7.4.7, RFC 8422 section 5.7). */
export interface ClientKeyExchange {
  readonly type: 'client_key_exchange';
  /** A public key, or with RSA the encrypted premaster secret. */
  readonly exchangeKeys: Uint8Array;
}

/** What the client sends, and the bytes of its length, by key exchange. */
const FORMS: Readonly<Record<string, { readonly name: string; readonly prefix: 1 | 2 }>> = {
  ecdhe: { name: 'ecdh_Yc', prefix: 1 },
  ecdh: { name: 'ecdh_Yc', prefix: 1 },
  dhe: { name: 'dh_Yc', prefix: 2 },
  rsa: { name: 'encrypted_pre_master_secret', prefix: 2 },
};

const OTHER = { name: 'exchange_keys', prefix: 2 } as const;

/** Decodes the body. @param keyExchange what the suite says */
export function decodeClientKeyExchange(reader: Reader, keyExchange: KeyExchange): ClientKeyExchange {
  const { name, prefix } = FORMS[keyExchange] ?? OTHER;
  const exchangeKeys = reader.opaque(prefix, name, 1);
  reader.end();
  return { type: 'client_key_exchange', exchangeKeys };
}

/** Encodes a whole ClientKeyExchange, header included. */
export function encodeClientKeyExchange(
  keyExchange: KeyExchange,
  exchangeKeys: Uint8Array,
  alloc?: Allocator,
): Uint8Array {
  const { prefix } = FORMS[keyExchange] ?? OTHER;
  return encodeHandshake('client_key_exchange', alloc, (writer) => writer.opaque(prefix, exchangeKeys));
}
