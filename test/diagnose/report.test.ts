/** What is made of observations: findings, what was not measured, the exit code. */
import { describe, expect, test } from 'vitest';
import {
  CAUSES,
  exitCodeOf,
  judge,
  type Observation,
  type Report,
  type RunSettings,
} from '../../src/diagnose/index.ts';
import { ALERT_40, alerted, dns, failed, now, probe, runOf, SERVER_HELLO, tcp } from './build.ts';

const DAY = 86_400_000;

function reportOf(observations: readonly Observation[], settings: Partial<RunSettings> = {}): Report {
  return judge(runOf(observations, settings));
}

function codesOf({ findings }: Report): string[] {
  return findings.map(({ code }) => code);
}

/** A chain that is accepted, of a certificate with this validity. */
function chain(connection: number, notBefore: number, notAfter: number): Observation {
  return {
    ...{ kind: 'chain', connection, time: now, identity: 'shop.example', trusted: true, anchored: true },
    path: [
      { name: 'shop.example', notBefore, notAfter, sent: 0 },
      { name: 'Root', notBefore: now - 3650 * DAY, notAfter: now + 1 * DAY },
    ],
    problems: [],
  };
}

describe('a timeout', () => {
  test('is a finding when another address answers', () => {
    const report = reportOf([dns(), tcp(1, '192.0.2.10'), failed(1, 'closed'), tcp(2, '192.0.2.11', 'timeout')]);
    expect(codesOf(report)).toContain('TCP_TIMEOUT');
  });

  test('is a finding when the resolver answers', () => {
    const report = reportOf([dns('192.0.2.10'), tcp(1, '192.0.2.10', 'timeout')]);
    expect([codesOf(report), exitCodeOf(report, 'error')]).toEqual([['TCP_TIMEOUT'], 1]);
    expect(report.findings[0]?.evidence[0]).toMatchObject({ text: expect.stringContaining('the resolver answers') });
  });

  test('is none when nothing answers: it could be this machine', () => {
    const report = reportOf([tcp(1, '192.0.2.10', 'timeout')]);
    expect([report.status, codesOf(report), exitCodeOf(report, 'error')]).toEqual(['not_measured', [], 3]);
    expect(report.summary).toMatch(/not measured: no answer in 5 s/);
  });
});

describe('a family without a route', () => {
  test('is not measured, and never a finding', () => {
    const report = reportOf([
      dns('192.0.2.10', '2001:db8::10'),
      tcp(1, '192.0.2.10', 'refused'),
      tcp(2, '2001:db8::10', 'no_route', 'ENETUNREACH'),
    ]);
    expect(codesOf(report)).toEqual(['TCP_REFUSED']);
    expect(report.notMeasured).toEqual([
      { what: '[2001:db8::10]:443', reason: 'no route from this machine (ENETUNREACH)' },
    ]);
  });

  test('alone: could not look', () => {
    const report = reportOf([dns('2001:db8::10'), tcp(1, '2001:db8::10', 'no_route', 'ENETUNREACH')]);
    expect([report.status, exitCodeOf(report, 'notice')]).toEqual(['not_measured', 3]);
  });

  test("neither is this machine's own firewall", () => {
    expect(reportOf([dns('192.0.2.10'), tcp(1, '192.0.2.10', 'denied', 'EPERM')]).status).toBe('not_measured');
  });
});

describe('DNS', () => {
  test.each([
    ['nxdomain', 1],
    ['nodata', 1],
    ['not_found', 1],
    ['servfail', 1],
    ['refused', 1],
    ['unreachable', 3],
    ['timeout', 3],
    ['failed', 3],
  ] as const)('%s ends with %i', (status, code) => {
    const records = (['A', 'AAAA'] as const).map((type) => ({ type, status, addresses: [] }));
    const report = reportOf([{ ...dns(), records }]);
    expect(exitCodeOf(report, 'error')).toBe(code);
    expect(codesOf(report)).toEqual(code === 1 ? ['NAME_NOT_RESOLVED'] : []);
  });

  test('one type that was not answered is told', () => {
    const [a] = dns('192.0.2.10').records;
    if (a === undefined) throw new Error('no record');
    const records = [a, { type: 'AAAA', status: 'timeout', addresses: [], detail: 'ETIMEOUT' }] as const;
    const report = reportOf([{ ...dns(), records }, tcp(1, '192.0.2.10', 'refused')]);
    expect(report.notMeasured).toMatchObject([{ what: 'DNS AAAA', reason: expect.stringContaining('ETIMEOUT') }]);
  });

  test('no record of one type says nothing while the other is not answered', () => {
    const records = [
      { type: 'A', status: 'nodata', addresses: [] },
      { type: 'AAAA', status: 'timeout', addresses: [] },
    ] as const;
    const report = reportOf([{ ...dns(), records }]);
    expect([codesOf(report), exitCodeOf(report, 'error')]).toEqual([[], 3]);
  });

  test('addresses beyond the connections allowed are not measured', () => {
    const report = reportOf([dns('192.0.2.10', '192.0.2.11'), tcp(1, '192.0.2.10', 'refused')], { maxConnections: 1 });
    expect(report.notMeasured).toEqual([{ what: '192.0.2.11:443', reason: 'no connection left (--max-connections)' }]);
  });
});

describe('the cause found by a probe', () => {
  const base = [dns('192.0.2.10'), tcp(1, '192.0.2.10')];

  test('says which input differs and which connections show it', () => {
    const report = reportOf([
      ...base,
      alerted(1, 'unrecognized_name'),
      ...probe(2, 'server_name:none', SERVER_HELLO),
      ...probe(3, 'none', ALERT_40),
    ]);
    expect(report.findings).toMatchObject([
      {
        code: 'SNI_REJECTED',
        proof: {
          kind: 'probe',
          changed: 'server name: shop.example -> none',
          before: 'alert 112 unrecognized_name',
          after: 'ServerHello, TLS 1.3',
          connections: [1, 2, 3],
        },
      },
    ]);
  });

  test('is none when the same ClientHello is answered another time', () => {
    const report = reportOf([
      ...base,
      alerted(1, 'unrecognized_name'),
      ...probe(2, 'server_name:none', SERVER_HELLO),
      ...probe(3, 'none', SERVER_HELLO),
    ]);
    expect(report.findings).toMatchObject([{ code: 'INTERMITTENT', proof: { connections: [1, 2, 3] } }]);
  });

  test('plain HTTP where the ClientHello met silence', () => {
    const report = reportOf([
      ...base,
      failed(1, 'timeout'),
      ...probe(2, 'protocol:http', Buffer.from('HTTP/1.1 200 OK\r\n').toString('hex')),
    ]);
    expect(codesOf(report)).toEqual(['NOT_TLS']);
  });

  test('the PROXY protocol', () => {
    const report = reportOf([
      ...base,
      failed(1, 'closed'),
      ...probe(2, 'preamble:proxy', SERVER_HELLO),
      ...probe(3, 'none', '', 'closed'),
    ]);
    expect(codesOf(report)).toEqual(['PROXY_PROTOCOL_EXPECTED']);
  });

  test.each([
    ['reset', 'RESET_BEFORE_DATA'],
    ['closed', 'CLOSED_BEFORE_DATA'],
    ['timeout', 'PEER_SILENT'],
  ] as const)('%s without one is told as %s', (end, code) => {
    expect(codesOf(reportOf([...base, failed(1, end)]))).toEqual([code]);
  });

  test('an end in the middle is unexplained', () => {
    const report = reportOf([...base, failed(1, 'closed', { received: 90 })]);
    expect(report.findings).toMatchObject([
      { code: 'UNEXPLAINED', proof: { kind: 'observation', after: 'connection closed after 90 bytes' } },
    ]);
  });

  test('a server that breaks the protocol, with the bytes', () => {
    const error = {
      ...{ code: 'ILLEGAL_PARAMETER', fault: 'peer', message: 'client_hello: a fault', spec: 'RFC 8446 section 4.1.2' },
      evidence: { messageType: 'client_hello', span: { start: 4, end: 6 } },
    };
    const report = reportOf([...base, failed(1, 'open', { error, received: 90 })]);
    expect(report.findings).toMatchObject([
      { code: 'PROTOCOL_VIOLATION', where: { message: 'client_hello', bytes: { start: 4, end: 6 } } },
    ]);
  });
});

describe('an expiry', () => {
  const healthy = (notBefore: number, notAfter: number) => [
    dns('192.0.2.10'),
    tcp(1, '192.0.2.10'),
    chain(1, notBefore, notAfter),
  ];

  test.each([
    ['19 of 90 days left', -71, 19, { value: 20, unit: 'percent' }, []],
    ['17 of 90 days left', -73, 17, { value: 20, unit: 'percent' }, ['CERT_EXPIRES_SOON']],
    ['two of six days left', -4, 2, { value: 20, unit: 'percent' }, []],
    ['one of six days left', -5, 1, { value: 20, unit: 'percent' }, ['CERT_EXPIRES_SOON']],
    ['15 days left, 14 wanted', -75, 15, { value: 14, unit: 'days' }, []],
    ['13 days left, 14 wanted', -77, 13, { value: 14, unit: 'days' }, ['CERT_EXPIRES_SOON']],
  ] as const)('%s', (_, from, to, expiry, expected) => {
    const report = reportOf(healthy(now + from * DAY, now + to * DAY), { expiry });
    expect(codesOf(report).filter((code) => code === 'CERT_EXPIRES_SOON')).toEqual(expected);
  });

  test('of a root that was not sent is not the concern of the server', () => {
    expect(codesOf(reportOf(healthy(now - DAY, now + 300 * DAY)))).not.toContain('CERT_EXPIRES_SOON');
  });
});

test('what is ignored is told and not counted', () => {
  const run = runOf([dns('192.0.2.10'), tcp(1, '192.0.2.10', 'refused')]);
  const report = judge(run, ['TCP_REFUSED']);
  expect([report.status, report.findings, report.ignored, exitCodeOf(report, 'notice')]).toEqual([
    'healthy',
    [],
    ['TCP_REFUSED'],
    0,
  ]);
});

describe('the catalogue', () => {
  test('has every code once, each with words for every reader', () => {
    const codes = CAUSES.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, title, meaning, provedBy, remedy } of CAUSES) {
      expect(code).toMatch(/^[A-Z][A-Z0-9_]+$/);
      for (const text of [meaning, provedBy, remedy]) expect(text, code).toMatch(/^.+\.$/);
      expect(title, code).not.toMatch(/\.$/);
    }
  });
});

test('a connection that ends for one name is not put into the mouth of the server', () => {
  const report = reportOf([
    dns('192.0.2.10'),
    tcp(1, '192.0.2.10'),
    failed(1, 'reset'),
    ...probe(2, 'server_name:none', SERVER_HELLO),
    ...probe(3, 'none', '', 'reset'),
  ]);
  expect(report.findings).toMatchObject([{ code: 'SNI_REJECTED', title: expect.stringContaining('gets no answer') }]);
});

test('what is ignored does not make a target healthy in words', () => {
  const report = judge(runOf([dns('192.0.2.10'), tcp(1, '192.0.2.10', 'refused')]), ['TCP_REFUSED']);
  expect(report.summary).toContain('nothing but what is ignored');
});
