/** Whether a server resumes, on a second connection; and what it does with 0-RTT data when that is asked for. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageLines, type Report, reportLines, reportToJson } from '../../src/diagnose/index.ts';
import { toPlainText } from '../../src/explain/index.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { handOver } from '../../src/lab/servers/hand-over.ts';
import { responder } from '../../src/lab/servers/responder.ts';
import { type CheckOptions, check } from '../../src/node/probe/index.ts';
import { preSharedKey, VERSIONS } from '../../src/tls/wire.ts';
import { requirePeer, startOpensslServer } from '../support/peers.ts';
import { ca, diagnose, hangUp, httpServer, onlyFinding, serve, writeFiles } from './serve.ts';

const credential = ca.issue({ names: ['shop.example'] });

function rowOf(report: Report): string {
  const text = toPlainText(reportLines(report, { verbose: false }));
  return /^ {2}SESS {2}(.*)$/m.exec(text)?.[1] ?? '';
}

function offersOf(report: Report) {
  const { addresses } = reportToJson(report) as {
    addresses: readonly { sessions?: { offers: unknown; given: unknown } }[];
  };
  return addresses[0]?.sessions;
}

async function look(server: Parameters<typeof serve>[0], options: CheckOptions = {}) {
  const report = await diagnose(await serve(server), options);
  return { report, row: rowOf(report), sessions: offersOf(report) };
}

const groups = ['x25519'];

describe('what is resumed', () => {
  test('by a ticket of TLS 1.3, with a fresh key', async () => {
    const { report, row, sessions } = await look(httpServer(credential), { groups });
    expect([report.status, report.findings, report.facts.connections]).toEqual(['healthy', [], 2]);
    expect(row).toBe('✔ resumed, fresh x25519 key (connection 2) · 2 tickets, 5 minutes · no 0-RTT');
    expect(sessions).toEqual({
      given: { kind: 'ticket', count: 2, lifetime: 300, maxEarlyData: 0 },
      offers: [{ connection: 2, outcome: 'resumed', group: 'x25519' }],
    });
  });

  test('the tickets are waited for where nothing is requested', async () => {
    const { row } = await look(httpServer(credential), { groups, http: false });
    expect(row).toBe('✔ resumed, fresh x25519 key (connection 2) · 2 tickets, 5 minutes · no 0-RTT');
  });

  test('by a ticket of TLS 1.2, without one', async () => {
    const { row, sessions } = await look(httpServer(credential), { tls: '1.2' });
    expect(row).toBe('✔ resumed, no fresh key (connection 2) · 1 ticket, 5 minutes');
    expect(sessions?.offers).toEqual([{ connection: 2, outcome: 'resumed' }]);
  });

  test('nothing, where the server gives no session', async () => {
    const { report, row, sessions } = await look(httpServer(credential, undefined, { sessionTimeout: 0 }));
    expect([report.status, report.facts.connections]).toEqual(['healthy', 1]);
    expect(row).toBe('– no session is given: every connection is a full handshake');
    expect(sessions).toEqual({ given: null, offers: [] });
  });

  test('on request alone', async () => {
    const { report, row } = await look(httpServer(credential), { resumption: false });
    expect([report.facts.connections, row]).toEqual([1, '']);
  });

  test('within the connections allowed: what was not tried is told', async () => {
    const { report, row } = await look(httpServer(credential), { maxConnections: 1 });
    expect([report.facts.connections, row]).toEqual([1, '– not tried · 2 tickets, 5 minutes']);
  });

  test('-v shows both handshakes', async () => {
    const { report } = await look(httpServer(credential));
    const text = toPlainText(messageLines(report.facts.run, { fields: false }));
    expect(text).toContain('probe 2, the session of an earlier connection offered: the handshake completes');
    expect(text.match(/client_hello/g)).toHaveLength(2);
    expect(text.match(/certificate_verify/g)).toHaveLength(1);
  });
});

describe('0-RTT', () => {
  const taking = { maxEarlyData: 1_000 };

  test('is announced, and no more unless it is asked for', async () => {
    const { row, report } = await look(httpServer(credential, undefined, taking), { groups });
    expect(row).toMatch(/0-RTT up to 1000 B announced$/);
    expect(report.facts.connections).toBe(2);
  });

  test.each([
    ['h2', []],
    ['http/1.1', ['HEAD /']],
  ])('over %s is taken, and asks for %j', async (protocol, requests) => {
    const early: string[] = [];
    const server = httpServer(credential, undefined, taking);
    server.on('earlyData', (data: Buffer) => early.push(data.toString('latin1')));
    const { row, report } = await look(server, { groups, earlyData: true, alpn: [protocol] });
    expect(row).toMatch(/0-RTT up to 1000 B, accepted$/);
    expect(report.facts.connections).toBe(3);
    expect(early.flatMap((text) => /^(?:GET|HEAD|POST) \S+/.exec(text) ?? [])).toEqual(requests);
  });

  test('is told as rejected where the ticket was not good for it', async () => {
    const refusing = { ...taking, singleUse: { use: () => false } };
    const { row, report } = await look(httpServer(credential, undefined, refusing), { groups, earlyData: true });
    expect(row).toMatch(/0-RTT up to 1000 B, rejected$/);
    expect(report.status).toBe('healthy');
  });

  test('is not sent where less of it is taken than a request has', async () => {
    const { row } = await look(httpServer(credential, undefined, { maxEarlyData: 16 }), { groups, earlyData: true });
    expect(row).toMatch(/0-RTT up to 16 B announced$/);
  });

  test('is not sent where none is announced', async () => {
    const { row, report } = await look(httpServer(credential), { groups, earlyData: true });
    expect(row).toMatch(/no 0-RTT$/);
    expect(report.facts.connections).toBe(2);
  });
});

describe('what is refused', () => {
  /** Servers of their own ticket keys behind one port; which takes the n-th connection. */
  function balanced(choose: (connection: number) => number) {
    const servers = [0, 1, 2].map(() => httpServer(credential));
    let connections = 0;
    return createServer((socket) => {
      const server = servers[choose(connections++)];
      if (server !== undefined) handOver(socket, new Uint8Array(0), server);
    });
  }

  test('at times: servers that share no ticket keys', async () => {
    const { report, row } = await look(balanced((connection) => connection % 2));
    const finding = onlyFinding(report);
    expect(finding).toMatchObject({
      code: 'SESSION_NOT_RESUMED',
      severity: 'notice',
      where: { message: 'ServerHello message' },
    });
    expect(finding.title).toContain('one server behind the address knows it');
    expect([report.status, row]).toEqual([
      'healthy',
      '▲ refused (connection 2) and resumed (connection 3) · 2 tickets, 5 minutes · no 0-RTT',
    ]);
  });

  test.each(['1.2', '1.3'] as const)('always, in TLS %s', async (tls) => {
    const { report } = await look(
      balanced((connection) => connection % 3),
      { tls },
    );
    const finding = onlyFinding(report);
    expect([finding.code, finding.title]).toEqual([
      'SESSION_NOT_RESUMED',
      'sessions are given, and none that was offered is resumed',
    ]);
    expect(finding.proof.connections).toEqual([1, 2, 3]);
  });

  test('once is no finding where nothing is left to try it again', async () => {
    const { report, row } = await look(
      balanced((connection) => connection),
      { maxConnections: 2 },
    );
    expect([report.findings, row.substring(0, 24)]).toEqual([[], '▲ refused (connection 2)']);
  });

  test('with the connection, by what stands before the server', async () => {
    const behind = httpServer(credential);
    const server = responder(VERSIONS.tls12, (hello) =>
      hello.extensions.get(preSharedKey.clientHello) === undefined ? { handOver: behind } : { alert: 'decode_error' },
    );
    const { report, row } = await look(server);
    const finding = onlyFinding(report);
    expect([finding.code, finding.severity, finding.title]).toEqual([
      'SESSION_NOT_RESUMED',
      'notice',
      'a session is given, and a handshake that offers it fails',
    ]);
    expect(finding.proof.after).toBe('alert 50 decode_error');
    expect(row).toMatch(/^▲ failed \(connection 2\) and failed \(connection 3\) · /);
  });

  test('a failure that does not come again is none of sessions', async () => {
    const behind = httpServer(credential);
    let connections = 0;
    const server = createServer((socket) => {
      if (connections++ === 1) hangUp(socket);
      else handOver(socket, new Uint8Array(0), behind);
    });
    const { report } = await look(server);
    expect(report.findings).toEqual([]);
  });
});

describe('where an address is broken', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ only: ['expired'] });
  });
  afterAll(() => lab.close());

  test('sessions are not asked for', async () => {
    const { target } = lab.endpoint('expired');
    const report = await check(target, { ca: lab.ca, resolver: lab.resolver });
    expect(toPlainText(reportLines(report, { verbose: false }))).not.toContain('SESS');
    expect(offersOf(report)).toBeUndefined();
  });
});

const openssl = requirePeer('openssl');

describe.skipIf(openssl === undefined)('openssl s_server', () => {
  const [cert, key] = writeFiles(credential.cert, credential.key);
  const files = ['-cert', cert, '-key', key, '-cert_chain', cert];

  test.each([
    ['a session id', ['-tls1_2', '-no_ticket'], '✔ resumed, no fresh key (connection 2) · session id'],
    ['a ticket of TLS 1.2', ['-tls1_2'], 'resumed, no fresh key (connection 2) · 1 ticket, 2 hours'],
    ['a ticket of TLS 1.3', [], '✔ resumed, fresh x25519 key (connection 2) · 2 tickets, 2 hours · no 0-RTT'],
    ['announced 0-RTT', ['-early_data', '-max_early_data', '512'], /0-RTT up to 512 B, accepted$/],
    ['nothing', ['-tls1_2', '-no_ticket', '-no_cache'], /^– no session is given/],
  ])('%s', async (_, options, row) => {
    const server = await startOpensslServer([...files, ...options]);
    try {
      const offered = { groups: ['x25519', 'secp256r1'], http: false, earlyData: true };
      const report = await diagnose(server.port, offered);
      expect(rowOf(report)).toMatch(row);
      expect(report.findings.filter(({ code }) => code !== 'TLS13_NOT_SUPPORTED')).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
