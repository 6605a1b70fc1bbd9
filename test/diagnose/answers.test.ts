/** Servers made of bytes, whose answer could be taken for what it is not. */
import { expect, test } from 'vitest';
import { diagnose, onlyFinding, rawServer, serve } from './serve.ts';

/** A ServerHello in a record, of a version's own form. */
function serverHello(version: number): Uint8Array {
  const body = [version >> 8, version & 0xff, ...Array<number>(32).fill(7), 0, 0xc0, 0x13, 0];
  return Uint8Array.of(0x16, 3, 3, 0, body.length + 4, 2, 0, 0, body.length, ...body);
}

function answering(bytes: Uint8Array) {
  return serve(rawServer((socket) => socket.once('data', () => socket.end(bytes))));
}

function alert(level: number, code: number): Uint8Array {
  return Uint8Array.of(0x15, 3, 3, 0, 2, level, code);
}

test.each([
  ['TLS 1.1', 0x302],
  ['TLS 1.0', 0x301],
  ['SSL 3.0', 0x300],
])('a server of %s is old each time, and not at times', async (name, version) => {
  const finding = onlyFinding(await diagnose(await answering(serverHello(version)), { http: false }));
  expect(finding).toMatchObject({ code: 'NO_COMMON_VERSION', proof: { after: `ServerHello, ${name}` } });
});

test('a ServerHello of a version that nobody knows breaks the protocol', async () => {
  const report = await diagnose(await answering(serverHello(0x7f1c)), { http: false });
  expect(onlyFinding(report)).toMatchObject({
    code: 'PROTOCOL_VIOLATION',
    title: 'server chose 0x7f1c, expected TLS 1.3 or TLS 1.2',
  });
  expect(report.facts.connections).toBe(1);
});

test('an error under the level of a warning, and then the end, is an alert', async () => {
  const report = await diagnose(await answering(alert(1, 40)), { http: false });
  expect(onlyFinding(report).evidence[0]).toMatchObject({ reads: 'warning, handshake_failure' });
  expect(report.facts.addresses[0]?.symptom).toMatchObject({ kind: 'alert', code: 40, afterHandshake: false });
  expect(report.facts.addresses[0]?.exchanges.length).toBeGreaterThan(3);
});

test('an alert without a name', async () => {
  const report = await diagnose(await answering(alert(2, 200)), { http: false });
  expect(report.summary).toMatch(/fails: alert 200 unregistered, unexplained$/);
});

test('too much that is no certificate is not repaired by leaving certificates out', async () => {
  const warnings = new Uint8Array(35).map((_, at) => alert(1, 112)[at % 7] ?? 0);
  const finding = onlyFinding(await diagnose(await answering(warnings), { http: false }));
  expect(finding.code).toBe('PEER_LIMIT_EXCEEDED');
  expect(finding.fix.text).toMatch(/^look at what makes .* send so much: more than 4 alerts/);
});
