import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { writeRecords } from './output.ts';

/** Parts of `total` bytes altogether: long and short ones in turn, as records are, every byte telling its place. */
function partsOf(total: number, from: number): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < total; at += parts.at(-1)?.length ?? 1) {
    const length = Math.min(total - at, parts.length % 2 === 0 ? 16_385 : 21);
    parts.push(Uint8Array.from({ length }, (_, i) => byteAt(from + at + i)));
  }
  return parts;
}

function byteAt(place: number): number {
  return (place * 31 + (place >> 8)) & 0xff;
}

function firstWrong(bytes: Uint8Array): number {
  return bytes.findIndex((byte, place) => byte !== byteAt(place));
}

test('records reach a socket in order, however many wait at once', { timeout: 20_000 }, async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const sender = connect(port, '127.0.0.1');
  const [[receiver]] = (await Promise.all([once(server, 'connection'), once(sender, 'connect')])) as [
    [Socket],
    unknown,
  ];
  const lengths = [65_624, 300_000, 10, 4096, 4097, 65_625, 1_000_000, 65_624, 65_624, 2_000_000, 1];
  let sent = 0;
  const written = lengths.map((length) => {
    const parts = partsOf(length, sent);
    sent += length;
    return new Promise<void>((resolve, reject) => {
      writeRecords(sender, parts, (error) => (error ? reject(error) : resolve()));
    });
  });
  sender.end();
  const chunks: Buffer[] = [];
  for await (const chunk of receiver) chunks.push(chunk as Buffer);
  await Promise.all(written);
  server.close();
  const received = Buffer.concat(chunks);
  expect(received).toHaveLength(sent);
  expect(firstWrong(received)).toBe(-1);
});

test('what another transport was given stays as it is', async () => {
  const kept: Buffer[] = [];
  const transport = new Duplex({
    write(chunk: Buffer, _encoding, done) {
      kept.push(chunk);
      done();
    },
  });
  let sent = 0;
  for (const length of [65_000, 200_000, 65_000, 3000]) {
    const parts = partsOf(length, sent);
    sent += length;
    await new Promise((resolve) => writeRecords(transport, parts, resolve));
  }
  const received = Buffer.concat(kept);
  expect(received).toHaveLength(sent);
  expect(firstWrong(received)).toBe(-1);
});

test('a transport that has ended takes nothing, and says so', () => {
  const transport = new Duplex({ write: (_chunk, _encoding, done) => done() });
  transport.end();
  let refusal: unknown;
  writeRecords(transport, partsOf(10_000, 0), (error) => {
    refusal = error;
  });
  expect(refusal).toMatchObject({ code: 'EPIPE' });
});
