/**
 * Any bytes, cut into any chunks, give the same records or the same TlsError as in one piece; memory stays within a
 * record and what was pushed.
 */
import { type Allocator, concat, equal } from '../../../src/bytes/index.ts';
import { TlsError } from '../../../src/tls/index.ts';
import { type RawRecord, RecordFramer } from '../../../src/tls/record/framing.ts';
import { MAX_CIPHERTEXT, RECORD_HEADER_LENGTH } from '../../../src/tls/record/limits.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { fixedLength, type Vector } from '../structure.ts';
import { attempt, must, type Target } from '../target.ts';

const seed = concat([
  Uint8Array.of(22, 3, 1, 0, 4, 1, 0, 0, 0),
  Uint8Array.of(20, 3, 3, 0, 1, 1),
  Uint8Array.of(23, 3, 3, 0, 0),
  Uint8Array.of(21, 3, 3, 0, 2, 1, 0),
  concat([Uint8Array.of(23, 3, 3, 0x40, 0x11), new Uint8Array(2 ** 14 + 17)]),
]);

/** The first byte of an input says how long the chunks are. */
function split(input: Uint8Array): { readonly chunk: number; readonly stream: Uint8Array } {
  return { chunk: (input[0] ?? 0) + 1, stream: input.subarray(1) };
}

function headers(input: Uint8Array): Vector[] {
  const vectors: Vector[] = [];
  for (let at = 1; at + RECORD_HEADER_LENGTH <= input.length; ) {
    const start = at + RECORD_HEADER_LENGTH;
    const end = start + ((input[at + 3] ?? 0) << 8) + (input[at + 4] ?? 0);
    vectors.push({ lengthStart: at + 3, start, end, encode: fixedLength(2) });
    at = end;
  }
  return vectors;
}

function frame(chunks: readonly Uint8Array[]): { records: RawRecord[]; error: TlsError | undefined } {
  let allocated = 0;
  let pushed = 0;
  const count: Allocator = (length) => {
    allocated += length;
    return new Uint8Array(length);
  };
  const framer = new RecordFramer(count);
  const records: RawRecord[] = [];
  const { error } = attempt([TlsError], () => {
    for (const chunk of chunks) {
      framer.push(chunk);
      pushed += chunk.length;
      for (let record = framer.next(); record !== undefined; record = framer.next()) records.push(record);
    }
  });
  // A split record is copied once, and its header once more.
  must(allocated <= 2 * pushed + MAX_CIPHERTEXT + 2 * RECORD_HEADER_LENGTH, `${allocated} bytes for ${pushed}`);
  const taken = records.reduce((sum, { bytes }) => sum + bytes.length, 0);
  must(error !== undefined || taken + framer.buffered === pushed, 'bytes were lost');
  return { records, error };
}

/** Record framing. */
export const records: Target = {
  name: 'records',
  runs: 40_000,
  seeds: () => [0, 2, 255].map((chunk) => concat([Uint8Array.of(chunk), seed])),
  mutations: [mutateBytes, (random, input) => mutateVector(random, input, headers(input))],
  check(input) {
    const { chunk, stream } = split(input);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += chunk) chunks.push(stream.subarray(at, at + chunk));
    const whole = frame([stream]);
    const cut = frame(chunks);
    must(whole.records.length === cut.records.length, `${whole.records.length} records, cut ${cut.records.length}`);
    whole.records.forEach((record, i) => {
      const other = cut.records[i];
      must(other !== undefined && equal(record.bytes, other.bytes) && record.offset === other.offset, 'other records');
    });
    must(whole.error?.code === cut.error?.code, `${whole.error?.code}, cut ${cut.error?.code}`);
    must(whole.error?.code !== 'INTERNAL', `${whole.error?.message}`);
    return whole.error?.code ?? `${Math.min(whole.records.length, 3)} records`;
  },
};
