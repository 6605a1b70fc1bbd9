import type { Reader, Writer } from '../../bytes/index.ts';
import { codec } from './codec.ts';
import { readU8s, writeU8s } from './lists.ts';

/** PskKeyExchangeMode code points (RFC 8446 section 4.2.9). */
export const PSK_KEY_EXCHANGE_MODES = { psk_ke: 0, psk_dhe_ke: 1 } as const;

/** How a client lets a pre-shared key be used: alone or with a key agreement. */
export const pskKeyExchangeModes = {
  clientHello: codec('psk_key_exchange_modes', 'client_hello', 'RFC 8446 section 4.2.9', decode, encode),
};

function decode(reader: Reader): number[] {
  return readU8s(reader, 'ke_modes', 'ke_mode');
}

function encode(writer: Writer, modes: readonly number[]): void {
  writeU8s(writer, modes);
}
