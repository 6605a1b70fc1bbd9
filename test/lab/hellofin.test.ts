/** What the command says of every endpoint: exactly its finding, proved, with its fix; of the repaired twin nothing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isNamedAndProved } from '../../src/cli/commands/demo-verdict.ts';
import { causeOf } from '../../src/diagnose/index.ts';
import { DAY } from '../../src/lab/ca.ts';
import { ENDPOINTS } from '../../src/lab/endpoints/index.ts';
import { type Lab, type LabTarget, startLab } from '../../src/lab/index.ts';
import { runInProcess } from './in-process.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(() => lab.close());

async function checked({ target, args }: LabTarget) {
  const flags = ['--ca', lab.caFile, '--resolver', lab.resolver, ...args, '--json'];
  const { code, document } = await runInProcess(['check', target, ...flags]);
  const [result] = document.results ?? [];
  if (result === undefined) throw new Error(`no result for ${target}`);
  return { code, result, findings: result.findings ?? [] };
}

/** What every fix has to say: the twin is the endpoint with that done. */
const fixes: Record<string, RegExp> = {
  nxdomain: /^correct the name, or publish an A or AAAA record/,
  servfail: /^ask the name's own servers/,
  nodata: /publish an A or AAAA record/,
  refused: /^start the service/,
  resetting: /^look at the log/,
  closing: /^look at /,
  silent: /^restart the service/,
  'plain-http': /^turn TLS on/,
  'smtp-banner': /the port where SMTP is over TLS: 465/,
  'imap-banner': /the port where IMAP is over TLS: 993/,
  'pop3-banner': /the port where POP3 is over TLS: 995/,
  'ftp-banner': /the port where FTP is over TLS: 990/,
  'proxy-protocol': /take connections without proxy_protocol/,
  'old-version': /enable TLS 1\.2 and TLS 1\.3/,
  'no-common-cipher-suite': /^allow TLS_AES_128_GCM_SHA256/,
  'no-common-group': /^allow X25519 or P-256/,
  'no-common-signature-scheme': /a certificate with a P-256 or an RSA key/,
  'alpn-refused': /^add one of h2 and http\/1\.1 to the ALPN list/,
  'alpn-ignored': /^turn h2 on/,
  'unknown-name': /add a virtual host and certificate for dahlia\.example/,
  'refuses-name': /add a virtual host and certificate for lotus\.example/,
  'filtered-name': /^correct the name/,
  'client-cert': /^connect with a certificate that the server accepts.*--cert FILE --key FILE/,
  'client-cert-tls12': /^connect with a certificate that the server accepts.*--cert FILE --key FILE/,
  'client-cert-expired': /^renew the client certificate/,
  tampered: /take out what stands in between/,
  'tampered-tls12': /take out what stands in between/,
  'tls12-only': /^enable TLS 1\.3/,
  'tls13-only': /enable TLS 1\.2/,
  'tls11-enabled': /^switch TLS 1\.1 off/,
  'session-lost': /^give every server behind 127\.0\.0\.1 the same ticket keys/,
  expired: /^renew the certificate/,
  'expired-intermediate': /replace the intermediate Lab Intermediate/,
  'not-yet-valid': /until \d{4}-/,
  'wrong-clock': /^set the clock of this machine/,
  'wrong-name': /certificate for cedar\.example/,
  'no-san': /certificate for heather\.example/,
  'default-certificate': /add a virtual host and certificate for ginger\.example/,
  'no-intermediate': /--full-chain|fullchain/,
  'unknown-issuer': /^send the intermediates behind the certificate/,
  'self-signed': /^have a CA issue the certificate/,
  'private-root': /pass it with --ca FILE/,
  'wrong-purpose': /issued for server authentication/,
  'issuer-not-ca': /^use the CA's certificate as issuer/,
  'path-length': /^leave one out/,
  'weak-signature': /^have it issued anew/,
  'weak-key': /^make a new key/,
  'http-silent': /^look at the service behind the TLS/,
};

describe.each(ENDPOINTS.map(({ id }) => id))('%s', (id) => {
  test.concurrent('gives its finding, proved, and no other', async ({ expect }) => {
    const endpoint = lab.endpoint(id);
    const { code, result, findings } = await checked(endpoint);
    expect(findings.map((finding) => finding.code)).toEqual(endpoint.cause === null ? [] : [endpoint.cause]);
    expect(isNamedAndProved(endpoint, findings, result.connections ?? 0), JSON.stringify(findings)).toBe(true);
    const severity = endpoint.cause === null ? 'notice' : causeOf(endpoint.cause)?.severity;
    expect(code).toBe(severity === 'error' ? 1 : 0);
    expect(result.status).toBe(severity === 'notice' ? 'healthy' : 'findings');
    expect(result.connections).toBeLessThanOrEqual(endpoint.cause === null ? 3 : 10);
    if (endpoint.cause !== null) expect(findings[0]?.fix.text).toMatch(fixes[id] ?? /^no fix is expected$/);
  });

  test.concurrent('once repaired, gives none', async ({ expect }) => {
    const { cause, repaired } = lab.endpoint(id);
    expect(repaired === null).toBe(cause === null);
    if (repaired === null) return;
    const { code, result, findings } = await checked(repaired);
    expect(findings).toEqual([]);
    expect(result.status).toBe('healthy');
    expect(code).toBe(0);
  });
});

test('the names give nothing away, and no two endpoints share one', () => {
  const hosts = ENDPOINTS.flatMap(({ host, repairedHost = host }) => [...new Set([host, repairedHost])]);
  expect(new Set(hosts).size).toBe(hosts.length);
  expect(new Set(ENDPOINTS.map(({ id }) => id)).size).toBe(ENDPOINTS.length);
  for (const { id, host } of ENDPOINTS) {
    for (const word of id.split('-')) expect(host).not.toContain(word);
  }
});

test('there are 24 endpoints that are broken, and healthy ones beside them', () => {
  expect(ENDPOINTS.filter(({ cause }) => cause !== null).length).toBeGreaterThanOrEqual(24);
  expect(ENDPOINTS.filter(({ cause }) => cause === null).length).toBeGreaterThanOrEqual(3);
});

test('a lab lasts: its certificates are in date for weeks', async () => {
  const { target } = lab.endpoint('healthy');
  const soon = new Date(Date.now() + 30 * DAY).toISOString();
  const { code } = await runInProcess([target, '--ca', lab.caFile, '--resolver', lab.resolver, '--at', soon, '--json']);
  expect(code).toBe(0);
});

test('the lab ends with everything that it started', async () => {
  const other = await startLab({ only: ['healthy', 'silent', 'tampered', 'refused'] });
  const ports = other.endpoints.flatMap(({ port, repaired }) => [port, repaired?.port ?? port]);
  await other.close();
  for (const port of ports) {
    const { document } = await runInProcess([`127.0.0.1:${port}`, '--timeout', '1s', '--json']);
    expect(document.results?.[0]?.findings).toMatchObject([{ code: 'TCP_REFUSED' }]);
  }
});
