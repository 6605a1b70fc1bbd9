import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, illegalValue } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.11';

/** A key that the client offers to resume with. */
interface PskIdentity {
  readonly identity: Uint8Array;
  /** Age of the ticket in milliseconds plus ticket_age_add, modulo 2^32. */
  readonly obfuscatedTicketAge: number;
}

/** What a client offers: `binders[i]` proves possession of the key behind `identities[i]`. */
export interface OfferedPsks {
  readonly identities: readonly PskIdentity[];
  readonly binders: readonly Uint8Array[];
}

/** Bytes of the binders with all their lengths: they end a ClientHello and cover what stands before them. */
export function bindersLength(binders: readonly { readonly length: number }[]): number {
  return binders.reduce((sum, { length }) => sum + 1 + length, 2);
}

/** The pre-shared keys on offer, and the index of the one that the server selected. */
export const preSharedKey = {
  clientHello: codec('pre_shared_key', 'client_hello', RFC, decodeOffer, encodeOffer),
  serverHello: codec('pre_shared_key', 'server_hello', RFC, decodeSelected, encodeSelected),
};

/** Bytes of the shortest PskIdentity and PskBinderEntry: the minima of the two vectors (RFC 8446 section 4.2.11). */
const MIN_IDENTITIES = 7;
const MIN_BINDERS = 33;
const MIN_BINDER = 32;

function decodeOffer(reader: Reader): OfferedPsks {
  const start = reader.offset;
  const list = reader.vector(2, 'identities', MIN_IDENTITIES);
  const identities: PskIdentity[] = [];
  while (list.remaining > 0) identities.push(list.group('psk_identity', decodeIdentity));
  list.end();
  const proofs = reader.vector(2, 'binders', MIN_BINDERS);
  const binders: Uint8Array[] = [];
  while (proofs.remaining > 0) binders.push(proofs.opaque(1, 'psk_binder_entry', MIN_BINDER));
  proofs.end();
  if (identities.length !== binders.length) {
    const counts = `${identities.length} identities and ${binders.length} binders`;
    throw illegalValue('client_hello', `pre_shared_key has ${counts}`, RFC, start, reader.offset);
  }
  return { identities, binders };
}

function encodeOffer(writer: Writer, offer: OfferedPsks): void {
  writer.vector(2, (list) => {
    for (const { identity, obfuscatedTicketAge } of offer.identities) {
      list.opaque(2, identity).u32(obfuscatedTicketAge);
    }
  });
  writer.vector(2, (list) => {
    for (const binder of offer.binders) list.opaque(1, binder);
  });
}

function decodeIdentity(reader: Reader): PskIdentity {
  return { identity: reader.opaque(2, 'identity', 1), obfuscatedTicketAge: reader.u32('obfuscated_ticket_age') };
}

function decodeSelected(reader: Reader): number {
  return reader.u16('selected_identity');
}

function encodeSelected(writer: Writer, index: number): void {
  writer.u16(index);
}
