/** Every endpoint of the lab gives exactly its finding, and a client that is not ours agrees that it is broken. */
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/lab/endpoints/index.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { check } from '../../src/node/probe/index.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(() => lab.close());

/** What node:tls says of an endpoint: `ok`, or why not. */
function nodeTls(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca: lab.ca });
    const done = (verdict: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(verdict);
    };
    const timer = setTimeout(() => done('timeout'), 500);
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    // A refusal of the client's certificate comes after the handshake.
    socket.once('secureConnect', () => socket.write('HEAD / HTTP/1.1\r\nhost: lab\r\n\r\n'));
    socket.once('data', () => done('ok'));
  });
}

const saidByNode: Record<string, RegExp> = {
  healthy: /^ok$/,
  expired: /^CERT_HAS_EXPIRED$/,
  'wrong-name': /^ERR_TLS_CERT_ALTNAME_INVALID$/,
  'self-signed': /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
  'no-intermediate': /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/,
  'plain-http': /^(EPROTO|ERR_SSL_)/,
  'smtp-banner': /^(EPROTO|ERR_SSL_)/,
  silent: /^timeout$/,
  resetting: /^ECONNRESET$/,
  closing: /^ECONNRESET$/,
  'client-cert': /^(EPROTO|ECONNRESET|ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)$/,
  'refuses-name': /^(EPROTO|ECONNRESET|ERR_SSL_)/,
};

describe.each(ENDPOINTS.map(({ id }) => id))('%s', (id) => {
  test('gives its finding and no other', async () => {
    const { target, cause } = lab.endpoint(id);
    const report = await check(target, { ca: lab.ca, resolver: lab.resolver, timeout: 500 });
    expect(report.findings.map(({ code }) => code)).toEqual(cause === null ? [] : [cause]);
    expect(report.status).toBe(cause === null ? 'healthy' : 'findings');
    expect(report.facts.connections).toBeLessThanOrEqual(cause === null ? 1 : 10);
  });

  test('is what node:tls finds too', async () => {
    const { host, port } = lab.endpoint(id);
    expect(await nodeTls(host, port)).toMatch(saidByNode[id] ?? /^unlisted$/);
  });
});

test('the lab ends with everything that it started', async () => {
  const other = await startLab({ only: ['healthy', 'silent'] });
  const { target } = other.endpoint('healthy');
  await other.close();
  const report = await check(target.replace(/^[^:]*/, '127.0.0.1'), { timeout: 500 });
  expect(report.findings.map(({ code }) => code)).toEqual(['TCP_REFUSED']);
});
