/**
 * A unit test of a service that talks to others over TLS: does it really refuse an endpoint whose certificate is bad,
 * and does its error say why? The lab serves the bad endpoints, and `check` says what is true of them.
 */
import { request } from 'node:https';
import { check, type Lab, startLab } from 'hellofin/diagnose';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** The service under test: asks another one whether it is up. */
function isUp(host: string, port: number, ca: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', servername: host, port, ca, method: 'HEAD' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    sent.once('error', reject);
    sent.end();
  });
}

let lab: Lab;

beforeAll(async () => {
  lab = await startLab({ only: ['healthy', 'expired', 'wrong-name'] });
});

afterAll(() => lab.close());

test('the service reaches a healthy endpoint', async () => {
  const { host, port } = lab.endpoint('healthy');
  expect(await isUp(host, port, lab.ca)).toBe(true);
});

test.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
])('the service refuses an endpoint that is %s', async (id, code) => {
  const { host, port, target, cause } = lab.endpoint(id);
  await expect(isUp(host, port, lab.ca)).rejects.toMatchObject({ code });

  const report = await check(target, { ca: lab.ca, resolver: lab.resolver });
  expect(report.findings.map((finding) => finding.code)).toEqual([cause]);
});
