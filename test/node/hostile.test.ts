import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Duplex, Transform } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { connect, createSecureContext, type SecureContext, TLSSocket } from '../../src/node/index.ts';
import { testCa } from '../support/pki.ts';
import { duplexPair } from '../support/sockets.ts';

const client: { context: SecureContext } = { context: createSecureContext() };
const server: { context: SecureContext } = { context: createSecureContext() };

beforeAll(() => {
  const ca = testCa();
  client.context = createSecureContext({ ca: ca.cert });
  server.context = createSecureContext(ca.issue());
});

/** A small generator, so that a failure can be run again by its seed. */
function random(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Both ends with a mangler in the way from one to the other; how each ended and what the server's user got.
 * @param patience milliseconds until an end that waits for more is given up.
 */
async function mangled(from: 'client' | 'server', mangle: (chunk: Buffer, offset: number) => Buffer, patience = 200) {
  const [a, b] = duplexPair();
  let offset = 0;
  const bend = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = offset;
      offset += chunk.length;
      done(null, mangle(chunk, at));
    },
  });
  const bent = from === 'client' ? a : b;
  const through = Duplex.from({ readable: bent === a ? b.pipe(bend) : a.pipe(bend), writable: bent === a ? b : a });
  through.on('error', () => undefined);
  const secure = { client: false, server: false };
  const received: Buffer[] = [];
  const ends = {
    client: connect({
      socket: from === 'client' ? a : through,
      host: 'localhost',
      secureContext: client.context,
      handshakeTimeout: patience,
    }),
    server: new TLSSocket(from === 'client' ? through : b, {
      isServer: true,
      secureContext: server.context,
      handshakeTimeout: patience,
    }),
  };
  const closed = (['client', 'server'] as const).map(async (side) => {
    ends[side].once('secure', () => {
      secure[side] = true;
    });
    ends[side].on('error', () => undefined);
    await new Promise((resolve) => ends[side].once('close', resolve));
  });
  ends.server.on('data', (chunk: Buffer) => received.push(chunk));
  ends.client.resume();
  ends.client.end('for the server');
  // A record whose length was changed leaves an end waiting for more: the transport ends in the end.
  const timer = setTimeout(() => {
    a.destroy();
    b.destroy();
  }, patience);
  await Promise.all(closed);
  clearTimeout(timer);
  return { secure, received: Buffer.concat(received).toString() };
}

describe('one byte changed on its way', () => {
  test.each(['client', 'server'] as const)(
    'from the %s: nobody hangs, throws or takes it for genuine',
    async (from) => {
      const next = random(from === 'client' ? 1 : 2);
      let intact = 0;
      for (let run = 0; run < 60; run++) {
        const [at, flip] = [next(from === 'client' ? 420 : 900), 1 + next(255)];
        const { received } = await mangled(from, (chunk, offset) => {
          const index = at - offset;
          if (index < 0 || index >= chunk.length) return chunk;
          const copy = Buffer.from(chunk);
          copy[index] = (copy[index] ?? 0) ^ flip;
          return copy;
        });
        // Either it was for nothing, or it did not matter (the version in a record header).
        expect(['', 'for the server'], `byte ${at} with ${flip}`).toContain(received);
        if (received !== '') intact++;
      }
      expect(intact).toBeLessThan(20);
    },
  );

  test('and unchanged, everything arrives', async () => {
    const { secure, received } = await mangled('client', (chunk) => chunk, 60_000);
    expect(secure).toEqual({ client: true, server: true });
    expect(received).toBe('for the server');
  });
});

test.each([true, false])('random bytes to a server (after a header that looks right: %s)', async (header) => {
  for (let run = 0; run < 50; run++) {
    const [a, b] = duplexPair();
    const tls = new TLSSocket(b, { isServer: true, secureContext: server.context, handshakeTimeout: 100 });
    const failed = once(tls, 'error');
    a.on('error', () => undefined).resume();
    if (header) a.write(Buffer.from([0x16, 3, 1, 0, 200]));
    a.end(randomBytes(300));
    const [error] = await failed;
    expect((error as { code: string }).code).toMatch(/^[A-Z_]+$/);
    expect(tls.secureConnecting).toBe(true);
  }
});
