/** Peers that fail at times: no input of ours may be blamed for it. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { ca, diagnose, httpServer, onlyFinding, serve } from './serve.ts';

/** A port that takes a connection or resets it, by its number. */
async function front(isTaken: (connection: number) => boolean): Promise<number> {
  const behind = httpServer(ca.issue({ names: ['shop.example'] }));
  await serve(behind);
  let connection = 0;
  return serve(
    createServer((socket) => {
      if (isTaken(connection++)) behind.emit('connection', socket);
      else socket.once('data', () => socket.resetAndDestroy());
    }),
  );
}

test.each<[string, (connection: number) => boolean]>([
  ['one of two servers is broken, and they take turns', (connection) => connection % 2 === 1],
  ['one of three is', (connection) => connection % 3 !== 0],
  ['the first connection fails alone', (connection) => connection > 0],
  ['two of three are broken, the second and third connection pass', (connection) => connection % 4 > 1],
])('%s', async (_, isTaken) => {
  const finding = onlyFinding(await diagnose(await front(isTaken), { http: false }));
  expect(finding).toMatchObject({
    code: 'INTERMITTENT',
    proof: { kind: 'probe', changed: 'nothing: the same was sent again', before: 'connection reset' },
    fix: { text: expect.stringMatching(/^look at every server behind 127\.0\.0\.1:\d+/) },
  });
});

test('a name that is filtered is not one of them: three times with it, once without', async () => {
  const behind = httpServer(ca.issue({ names: ['shop.example'] }));
  await serve(behind);
  const port = await serve(
    createServer((socket) =>
      socket.once('data', (hello: Buffer) => {
        if (hello.includes('shop.example')) {
          socket.resetAndDestroy();
          return;
        }
        behind.emit('connection', socket);
        socket.unshift(hello);
      }),
    ),
  );
  const report = await diagnose(port, { http: false });
  const finding = onlyFinding(report);
  expect(finding).toMatchObject({ code: 'SNI_REJECTED', proof: { kind: 'probe', before: 'connection reset' } });
  // The first, the changed one, and two controls.
  expect(finding.proof.connections).toHaveLength(4);
  expect(finding.notes).toContain('the certificate without a name is for shop.example too');
});

test('what a probe of TLS 1.2 got is not told as the version of a server that has TLS 1.3', async () => {
  const behind = httpServer(ca.issue({ names: ['shop.example'] }));
  await serve(behind);
  let connection = 0;
  const port = await serve(
    createServer((socket) => {
      if (connection++ > 0) behind.emit('connection', socket);
      else socket.once('data', () => socket.end(Buffer.from('15030300020246', 'hex')));
    }),
  );
  const report = await diagnose(port, { http: false });
  expect(onlyFinding(report).code).toBe('INTERMITTENT');
  expect(report.facts.addresses[0]?.exchanges.map(({ change }) => change)).toContain('versions:1.2');
  expect(report.facts.addresses[0]?.negotiated.version).toBeUndefined();
});
