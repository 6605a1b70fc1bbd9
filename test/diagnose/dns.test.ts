/** Names that resolve in part, and resolvers that do not answer in form. */
import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { exitCodeOf } from '../../src/diagnose/index.ts';
import { check } from '../../src/node/probe/index.ts';
import { ca, httpServer, onlyFinding, serve, tableOf } from './serve.ts';

const TYPE_AAAA = 28;

const sockets: ReturnType<typeof createSocket>[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

/** A resolver that answers A with 127.0.0.1, and questions for AAAA with an RCODE; or both with one. */
async function resolver(rcode: number, types: 'AAAA' | 'both' = 'AAAA'): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const isRefused = types === 'both' || query.readUInt16BE(end - 4) === TYPE_AAAA;
    const head = Buffer.concat([
      query.subarray(0, 2),
      Buffer.of(0x81, 0x80 | (isRefused ? rcode : 0), 0, 1, 0, isRefused ? 0 : 1, 0, 0, 0, 0),
    ]);
    const answer = isRefused ? [] : [Buffer.from('c00c00010001000000000004' + '7f000001', 'hex')];
    socket.send(Buffer.concat([head, query.subarray(12, end), ...answer]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return `udp://127.0.0.1:${(socket.address() as AddressInfo).port}`;
}

test.each([
  [2, 'SERVFAIL'],
  [5, 'REFUSED'],
])('AAAA fails with RCODE %i beside an A: a notice', async (rcode, name) => {
  const port = await serve(httpServer(ca.issue({ names: ['shop.example'] })));
  const url = await resolver(rcode);
  const report = await check(`shop.example:${port}`, { ca: ca.root, resolver: url, timeout: 20_000 });
  const finding = onlyFinding(report);
  expect(finding).toMatchObject({
    code: 'NAME_PARTLY_RESOLVED',
    severity: 'notice',
    title: `AAAA fails with ${name}, the other type is answered`,
    proof: { kind: 'dns', after: `A NOERROR and AAAA ${name}` },
    fix: { commands: [`dig @127.0.0.1 -p ${url.split(':')[2]} +cd shop.example AAAA`] },
    reproduce: [`dig @127.0.0.1 -p ${url.split(':')[2]} shop.example AAAA`],
  });
  expect(tableOf(finding)).toHaveLength(2);
  expect([report.status, exitCodeOf(report, 'error'), exitCodeOf(report, 'notice')]).toEqual(['healthy', 0, 1]);
});

test('both fail: the question with checking disabled goes to the same resolver', async () => {
  const url = await resolver(2, 'both');
  const finding = onlyFinding(await check('shop.example:9', { resolver: url, timeout: 20_000 }));
  expect(finding).toMatchObject({
    code: 'NAME_NOT_RESOLVED',
    fix: { commands: [`dig @127.0.0.1 -p ${url.split(':')[2]} +cd shop.example A`] },
  });
});

test('one type was asked for: the fix and the command are about that one', async () => {
  const url = await resolver(0);
  const finding = onlyFinding(await check('shop.example:9', { resolver: url, families: [6], timeout: 20_000 }));
  expect(finding).toMatchObject({
    title: 'the name exists and has no address (only AAAA was asked for)',
    fix: { text: 'correct the name, or publish an AAAA record for shop.example' },
    reproduce: [`dig @127.0.0.1 -p ${url.split(':')[2]} shop.example AAAA`],
  });
});

test.each([
  [1, 'does not understand the question (EFORMERR)'],
  [4, 'does not know such questions (ENOTIMP)'],
])('RCODE %i is no answer of the name', async (rcode, reason) => {
  const url = await resolver(rcode, 'both');
  const report = await check('shop.example:9', { resolver: url, timeout: 20_000 });
  expect([report.findings, exitCodeOf(report, 'error')]).toEqual([[], 3]);
  expect(report.notMeasured[0]?.reason).toBe(`the resolver (${url}) ${reason}`);
});

test('an answer that is none', async () => {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (query, from) => socket.send(query.subarray(0, 12).fill(0x80, 2), from.port, from.address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const url = `udp://127.0.0.1:${(socket.address() as AddressInfo).port}`;
  const report = await check('shop.example:9', { resolver: url, timeout: 500 });
  expect(exitCodeOf(report, 'error')).toBe(3);
  expect(report.notMeasured[0]?.reason).toMatch(/gives an answer that cannot be read \(EBADRESP\)|does not answer/);
});
