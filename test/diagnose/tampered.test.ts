/** Bytes that change on the way: what finds it, and what can be said of where. */
import { connect, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { exitCodeOf } from '../../src/diagnose/index.ts';
import { ca, diagnose, httpServer, onlyFinding, serve, textsOf } from './serve.ts';

type Direction = 'to_server' | 'to_client';

/** Something on the way. `change` sees each record, counted from 0 in its direction, and may change it in place. */
async function relay(
  change: (direction: Direction, record: Uint8Array, index: number, connection: number) => void,
  options: object = {},
): Promise<number> {
  const behind = await serve(httpServer(ca.issue({ names: ['shop.example'] }), undefined, options));
  let connection = 0;
  const front = createTcpServer((socket) => {
    const number = connection++;
    const upstream = connect(behind, '127.0.0.1');
    upstream.on('error', () => socket.destroy());
    socket.once('close', () => upstream.destroy());
    pipeRecords(socket, upstream, (record, index) => change('to_server', record, index, number));
    pipeRecords(upstream, socket, (record, index) => change('to_client', record, index, number));
  });
  return serve(front);
}

function pipeRecords(from: Socket, to: Socket, change: (record: Uint8Array, index: number) => void): void {
  let held = Buffer.alloc(0);
  let index = 0;
  from.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    for (let end = 0; held.length >= 5; held = held.subarray(end)) {
      end = 5 + held.readUInt16BE(3);
      if (held.length < end) return;
      const record = held.subarray(0, end);
      change(record, index++);
      to.write(record);
    }
  });
  from.once('end', () => to.end());
}

function flip(record: Uint8Array, at: number): void {
  record[at] = (record[at] ?? 0) ^ 1;
}

/** Offset of the random in a record with a ClientHello or ServerHello. */
const RANDOM = 5 + 4 + 2;

describe('one bit flipped', () => {
  test.each<[string, Direction, (record: Uint8Array) => boolean]>([
    ['in the ClientHello', 'to_server', (record) => record[0] === 22],
    ['in the ServerHello', 'to_client', (record) => record[0] === 22],
  ])('%s: no record decrypts', async (_, where, isIt) => {
    const port = await relay((direction, record) => {
      if (direction === where && isIt(record)) flip(record, RANDOM);
    });
    const report = await diagnose(port);
    const finding = onlyFinding(report);
    expect(finding).toMatchObject({
      code: 'HANDSHAKE_TAMPERED',
      title: 'the first protected record of the server does not decrypt',
      where: { message: 'the bytes received' },
      proof: { kind: 'observation', after: 'BAD_RECORD_MAC' },
      notes: [
        'no record was opened: a hello was changed on the way, or one end computes other keys',
        'what changes them, this side does not see: a device on the way, a failing network card, or an end',
      ],
    });
    expect(textsOf(finding)).toEqual([
      'record does not decrypt (RFC 8446 section 5.2); 0 records opened before',
      'the same handshake again: BAD_RECORD_MAC, at the same place',
    ]);
    const hasPostQuantum = nodeCrypto.capabilities.defaultGroups.includes('X25519MLKEM768');
    expect(report.facts.connections).toBe(hasPostQuantum ? 3 : 2);
    expect(exitCodeOf(report, 'error')).toBe(1);
  });

  test('in a protected record: those before it decrypted, so the keys agree', async () => {
    // ServerHello, change_cipher_spec, and of the protected ones the second.
    const port = await relay((direction, record, index) => {
      if (direction === 'to_client' && record[0] === 23 && index === 3) flip(record, record.length - 1);
    });
    const finding = onlyFinding(await diagnose(port));
    expect(finding.code).toBe('HANDSHAKE_TAMPERED');
    expect(finding.title).toMatch(/^a protected record of the server does not decrypt, behind \d+ records? that did$/);
    expect(finding.notes[0]).toMatch(/^the keys agree, as records were opened before/);
  });

  test("in the client's Finished: the server says it", async () => {
    const port = await relay((direction, record) => {
      if (direction === 'to_server' && record[0] === 23) flip(record, record.length - 1);
    });
    expect(onlyFinding(await diagnose(port))).toMatchObject({
      code: 'HANDSHAKE_TAMPERED',
      title: 'the server finds what this client sent changed: alert 20 bad_record_mac',
      evidence: [{ kind: 'bytes', reads: 'fatal, bad_record_mac' }, { kind: 'text' }],
    });
  });

  test('the first time only: it fails at times', async () => {
    const port = await relay((direction, record, _index, connection) => {
      if (direction === 'to_client' && record[0] === 22 && connection === 0) flip(record, RANDOM);
    });
    expect(onlyFinding(await diagnose(port))).toMatchObject({
      code: 'INTERMITTENT',
      proof: { kind: 'probe', before: 'BAD_RECORD_MAC', after: 'the handshake completes', connections: [1, 2] },
    });
  });
});

const groups = ['X25519MLKEM768', 'x25519'] as const;
const hasHybrid = nodeCrypto.capabilities.groups.includes(groups[0]);

test.skipIf(!hasHybrid)('hellos with a post-quantum share alone: then it is that, and told with it', async () => {
  const port = await relay(
    (direction, record) => {
      if (direction === 'to_server' && record[0] === 22 && record.length > 1_200) flip(record, RANDOM);
    },
    { groups },
  );
  const finding = onlyFinding(await diagnose(port, { groups }));
  expect(finding.code).toBe('PROTOCOL_VIOLATION');
  expect(finding.notes).toEqual([
    'with groups without a post-quantum part: the handshake completes; an end computes X25519MLKEM768 wrongly, or a device changes hellos of its size',
  ]);
});

test('a relay that changes nothing is no finding', async () => {
  const report = await diagnose(await relay(() => undefined));
  expect([report.status, report.facts.connections]).toEqual(['healthy', 2]);
});
