import type { Reader, Writer } from '../../bytes/index.ts';
import { codec, flag } from './codec.ts';

const RFC = 'RFC 8446 section 4.2.10';

/** What max_early_data_size says over QUIC, which has limits of its own (RFC 9001 section 4.6.1). */
export const QUIC_MAX_EARLY_DATA = 0xffff_ffff;

/** Announces and accepts 0-RTT data; a ticket says how many bytes of it the server takes. */
export const earlyData = {
  clientHello: flag('early_data', 'client_hello', RFC),
  encryptedExtensions: flag('early_data', 'encrypted_extensions', RFC),
  newSessionTicket: codec('early_data', 'new_session_ticket', RFC, decode, encode),
};

function decode(reader: Reader): number {
  return reader.u32('max_early_data_size');
}

function encode(writer: Writer, size: number): void {
  writer.u32(size);
}
