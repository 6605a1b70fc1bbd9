import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, illegalValue } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.8';

/** One peer's public value of a key agreement. */
export interface KeyShareEntry {
  /** NamedGroup code point. */
  readonly group: number;
  readonly keyExchange: Uint8Array;
}

/** The shares that the client made, the one that the server answered with, or the group that the server wants. */
export const keyShare = {
  clientHello: codec('key_share', 'client_hello', RFC, decodeShares, encodeShares),
  serverHello: codec('key_share', 'server_hello', RFC, decodeEntry, encodeEntry),
  helloRetryRequest: codec('key_share', 'hello_retry_request', RFC, decodeGroup, encodeGroup),
};

/** An empty list is legal: it asks for a HelloRetryRequest. */
function decodeShares(reader: Reader): KeyShareEntry[] {
  const list = reader.vector(2, 'client_shares');
  const shares: KeyShareEntry[] = [];
  const groups = new Set<number>();
  while (list.remaining > 0) {
    const start = list.offset;
    const entry = list.group('key_share_entry', decodeEntry);
    if (groups.has(entry.group)) {
      // RFC 8446 section 4.2.8: clients MUST NOT offer two entries for one group; servers may check.
      throw illegalValue('client_hello', `two key shares for group ${entry.group}`, RFC, start, list.offset);
    }
    groups.add(entry.group);
    shares.push(entry);
  }
  list.end();
  return shares;
}

function encodeShares(writer: Writer, shares: readonly KeyShareEntry[]): void {
  writer.vector(2, (list) => {
    for (const entry of shares) encodeEntry(list, entry);
  });
}

function decodeEntry(reader: Reader): KeyShareEntry {
  return { group: reader.u16('group'), keyExchange: reader.opaque(2, 'key_exchange', 1) };
}

function encodeEntry(writer: Writer, entry: KeyShareEntry): void {
  writer.u16(entry.group).opaque(2, entry.keyExchange);
}

function decodeGroup(reader: Reader): number {
  return reader.u16('selected_group');
}

function encodeGroup(writer: Writer, group: number): void {
  writer.u16(group);
}
