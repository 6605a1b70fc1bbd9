/** Hellos that a test changes before they are encoded. */
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import type { RawExtension } from '../../src/tls/extensions/block.ts';
import { firstOffer, type Offer } from '../../src/tls/hello/offer.ts';
import type { ClientConfig } from '../../src/tls/index.ts';
import { type ClientHello, encodeClientHello } from '../../src/tls/messages/client-hello.ts';
import { decodeMessage, type HandshakeName, type MessageOf } from '../../src/tls/messages/message.ts';

export type { ClientHello };

/** Fields of a ClientHello to encode. */
export type HelloFields = Parameters<typeof encodeClientHello>[0];

/** What a client with our defaults offers; always the same shares and random within one test file. */
const OFFER: Offer = makeOffer();

export function makeOffer(more: Partial<ClientConfig> = {}): Offer {
  return firstOffer({ crypto: nodeCrypto, serverName: 'server.test', ...more });
}

/** Decodes a message that must be of a name. */
export function decoded<N extends HandshakeName>(name: N, bytes: Uint8Array): MessageOf<N> {
  const message = decodeMessage(bytes[0] ?? 0, bytes);
  if (message.type !== name) throw new Error(`${message.type} is no ${name}`);
  return message as MessageOf<N>;
}

/** The ClientHello of the offer above, or another, changed and encoded. */
export function encodedHello(change: (hello: HelloFields) => HelloFields, offer: Offer = OFFER): Uint8Array {
  const hello = decoded('client_hello', offer.bytes);
  return encodeClientHello(change({ ...hello, extensions: hello.extensions.raw }));
}

/** As {@link encodedHello}, decoded again. */
export function decodedHello(
  change: (hello: HelloFields) => HelloFields = (hello) => hello,
  offer: Offer = OFFER,
): ClientHello {
  return decoded('client_hello', encodedHello(change, offer));
}

/** Puts an extension in the place of the one of its id, or behind all. */
export function replacing(list: readonly RawExtension[], ...others: readonly RawExtension[]): RawExtension[] {
  const out = [...list];
  for (const other of others) {
    const at = out.findIndex(({ id }) => id === other.id);
    if (at < 0) out.push(other);
    else out[at] = other;
  }
  return out;
}

/** A list of extensions without those of some ids. */
export function without(list: readonly RawExtension[], ...ids: readonly number[]): RawExtension[] {
  return list.filter(({ id }) => !ids.includes(id));
}
