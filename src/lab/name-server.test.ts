import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type NameRecord, type NameServer, startNameServer } from './name-server.ts';

let server: NameServer;
const resolver = new Resolver({ timeout: 20_000, tries: 1 });

beforeAll(async () => {
  server = await startNameServer(
    new Map<string, NameRecord>([
      ['shop.example', { a: ['127.0.0.1', '127.0.0.2'] }],
      ['both.example', { a: ['127.0.0.1'], aaaa: ['::1', '2001:db8::10'] }],
      ['empty.example', { a: [] }],
      ['broken.example', 'servfail'],
      ['gone.example', 'nxdomain'],
    ]),
  );
  resolver.setServers([server.url.replace('udp://', '')]);
});

afterAll(() => server.close());

test('answers with addresses, in any case of letters', async () => {
  expect(await resolver.resolve4('Shop.Example')).toEqual(['127.0.0.1', '127.0.0.2']);
});

test.each([
  ['empty.example', 'ENODATA'],
  ['broken.example', 'ESERVFAIL'],
  ['gone.example', 'ENOTFOUND'],
  ['nobody.example', 'ENOTFOUND'],
])('%s: %s', async (name, code) => {
  await expect(resolver.resolve4(name)).rejects.toMatchObject({ code });
});

test('has addresses of IPv6 where it was given some', async () => {
  expect(await resolver.resolve6('both.example')).toEqual(['::1', '2001:db8::10']);
  expect(await resolver.resolve4('both.example')).toEqual(['127.0.0.1']);
  await expect(resolver.resolve6('shop.example')).rejects.toMatchObject({ code: 'ENODATA' });
  await expect(resolver.resolveMx('both.example')).rejects.toMatchObject({ code: 'ENODATA' });
});

test('what is no query gets no answer and does no harm', async () => {
  const socket = createSocket('udp4');
  const port = Number(server.url.split(':').at(-1));
  for (const bytes of [[], [0, 1], [...Array(12).fill(0), 63, 1], [0, 1, 0x80, 0, ...Array(20).fill(0)]]) {
    socket.send(Uint8Array.from(bytes), port, '127.0.0.1');
  }
  expect(await resolver.resolve4('shop.example')).toHaveLength(2);
  socket.close();
});
