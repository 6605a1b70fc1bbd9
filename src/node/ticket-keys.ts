import type { CryptoProvider } from '../crypto/index.ts';
import { type TicketKey, TicketKeys } from '../tls/index.ts';
import { argumentError } from './error.ts';

/** Bytes of one key, as node:tls has them: here a name of 16 and a key of 32. */
const TICKET_KEY_LENGTH = 48;
const NAME_LENGTH = 16;

/** Ticket keys of their own making, or of the `ticketKeys` option. @throws code ERR_INVALID_ARG_VALUE */
export function ticketKeysOf(crypto: CryptoProvider, keys: Uint8Array | undefined): TicketKeys {
  return new TicketKeys(crypto, keys === undefined ? [] : parseTicketKeys(keys));
}

/** Keys one behind the other: the first seals. @throws code ERR_INVALID_ARG_VALUE */
export function parseTicketKeys(bytes: Uint8Array): TicketKey[] {
  if (bytes.length === 0 || bytes.length % TICKET_KEY_LENGTH !== 0) {
    throw argumentError('ERR_INVALID_ARG_VALUE', `ticket keys have ${TICKET_KEY_LENGTH} bytes each`);
  }
  const keys: TicketKey[] = [];
  for (let at = 0; at < bytes.length; at += TICKET_KEY_LENGTH) {
    const one = Uint8Array.from(bytes.subarray(at, at + TICKET_KEY_LENGTH));
    keys.push({ name: one.subarray(0, NAME_LENGTH), key: one.subarray(NAME_LENGTH) });
  }
  return keys;
}

/** The keys in use as {@link parseTicketKeys} takes them. */
export function formatTicketKeys(keys: TicketKeys): Buffer {
  return Buffer.concat(keys.export(Date.now()).flatMap(({ name, key }) => [name, key]));
}
