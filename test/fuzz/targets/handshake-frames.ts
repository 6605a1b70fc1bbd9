/**
 * Any handshake bytes, cut into any chunks, give the same messages or the same TlsError as in one piece, and no more
 * memory than twice what was pushed is ever asked for at a time.
 */
import { concat, equal } from '../../../src/bytes/index.ts';
import { TlsError } from '../../../src/tls/index.ts';
import { HandshakeBuffer, type HandshakeFrame } from '../../../src/tls/messages/frame.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { fixedLength, type Vector } from '../structure.ts';
import { attempt, must, type Target } from '../target.ts';

const seed = concat([
  Uint8Array.of(1, 0, 0, 3, 1, 2, 3),
  Uint8Array.of(8, 0, 0, 0),
  concat([Uint8Array.of(11, 0, 4, 0), new Uint8Array(0x400)]),
  Uint8Array.of(20, 0, 0, 1, 9),
  Uint8Array.of(24, 0, 0),
]);

function headers(input: Uint8Array): Vector[] {
  const vectors: Vector[] = [];
  for (let at = 1; at + 4 <= input.length; ) {
    const end = at + 4 + ((input[at + 1] ?? 0) << 16) + ((input[at + 2] ?? 0) << 8) + (input[at + 3] ?? 0);
    vectors.push({ lengthStart: at + 1, start: at + 4, end, encode: fixedLength(3) });
    at = end;
  }
  return vectors;
}

function frames(chunks: readonly Uint8Array[]): { messages: HandshakeFrame[]; error: TlsError | undefined } {
  let pushed = 0;
  const buffer = new HandshakeBuffer((length) => {
    must(length <= 2 * pushed, `${length} bytes asked for after ${pushed} came`);
    return new Uint8Array(length);
  });
  const messages: HandshakeFrame[] = [];
  const { error } = attempt([TlsError], () => {
    for (const chunk of chunks) {
      pushed += chunk.length;
      buffer.push(chunk);
      for (let message = buffer.next(); message !== undefined; message = buffer.next()) messages.push(message);
    }
  });
  const taken = messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
  must(error !== undefined || buffer.empty === (taken === pushed), 'empty is wrong');
  return { messages, error };
}

/** The cutting of handshake bytes into messages. */
export const handshakeFrames: Target = {
  name: 'handshake-frames',
  runs: 40_000,
  seeds: () => [0, 2, 255].map((chunk) => concat([Uint8Array.of(chunk), seed])),
  mutations: [mutateBytes, (random, input) => mutateVector(random, input, headers(input))],
  check(input) {
    const chunk = (input[0] ?? 0) + 1;
    const stream = input.subarray(1);
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += chunk) chunks.push(stream.subarray(at, at + chunk));
    const whole = frames([stream]);
    const cut = frames(chunks);
    must(whole.messages.length === cut.messages.length, `${whole.messages.length}, cut ${cut.messages.length}`);
    whole.messages.forEach(({ type, bytes }, i) => {
      const other = cut.messages[i];
      must(other !== undefined && type === other.type && equal(bytes, other.bytes), 'other messages');
    });
    must(whole.error?.code === cut.error?.code, `${whole.error?.code}, cut ${cut.error?.code}`);
    return whole.error?.message ?? `${Math.min(whole.messages.length, 3)} messages`;
  },
};
