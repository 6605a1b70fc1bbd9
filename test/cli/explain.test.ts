/** `hellofin explain` as a child process: codes, alerts, texts of other clients. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hellofin, parseDocument } from './command.ts';

const data = join(import.meta.dirname, 'data');

describe('an alert', () => {
  test.each([
    '40',
    'alert 40',
    'handshake_failure',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
    'remote error: tls: handshake failure',
  ])('%s', async (text) => {
    const { code, stdout, stderr } = await hellofin(['explain', text]);
    expect([code, stderr]).toEqual([0, '']);
    await expect(stdout).toMatchFileSnapshot(join(data, 'alert-40.explain.golden.txt'));
  });

  test('in several words, without quotes', async () => {
    const { code, stdout } = await hellofin(['explain', 'alert', '40']);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(join(data, 'alert-40.explain.golden.txt'));
  });

  test('that a client sends is explained for the server that logs it', async () => {
    const { stdout } = await hellofin(['explain', 'SSL_do_handshake() failed (SSL alert number 48)']);
    await expect(stdout).toMatchFileSnapshot(join(data, 'alert-48.explain.golden.txt'));
    expect(stdout).toMatch(/in a server's log.*CHAIN_INCOMPLETE/s);
  });

  test('as JSON, with the findings that it may stem from', async () => {
    const document = parseDocument((await hellofin(['explain', '120', '--json'])).stdout);
    expect(document).toMatchObject({
      exitCode: 0,
      alerts: [{ name: 'no_application_protocol', code: 120, inClient: ['ALPN_REFUSED'], inServer: [] }],
      causes: [{ code: 'ALPN_REFUSED' }],
    });
  });

  test('is shown without colours where they are not wanted, and in ASCII with --plain', async () => {
    expect((await hellofin(['explain', '40'], { env: { NO_COLOR: '', FORCE_COLOR: '1' } })).stdout).toContain(
      '\u001b[',
    );
    const { stdout } = await hellofin(['explain', '40', '--plain', '--color', 'always']);
    expect([...stdout].every((sign) => sign === '\n' || (sign >= ' ' && sign <= '~'))).toBe(true);
  });
});

describe('a finding', () => {
  test('by its code, in any case of letters', async () => {
    const { code, stdout } = await hellofin(['explain', 'chain_incomplete']);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(join(data, 'chain-incomplete.explain.golden.txt'));
  });

  test.each([
    [
      'curl: (60) SSL certificate problem: unable to get local issuer certificate',
      ['CHAIN_INCOMPLETE', 'UNKNOWN_ISSUER'],
    ],
    [
      'Error: unable to verify the first certificate, UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      ['CHAIN_INCOMPLETE', 'UNKNOWN_ISSUER'],
    ],
  ])('by what another client prints: %s', async (text, codes) => {
    const { stdout } = await hellofin(['explain', text, '--json']);
    const document = parseDocument(stdout);
    expect(document.causes?.map(({ code }) => code)).toEqual(codes);
    expect(document).toMatchObject({ alerts: [] });
  });
});

describe('what nobody knows', () => {
  test.each(['200', 'alert 200', 'no such thing', ''])('%j ends with 1', async (text) => {
    const { code, stdout, stderr } = await hellofin(['explain', text]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^hellofin: no file, no code of a finding, no alert and no text known: /);
  });

  test('cannot steer the terminal', async () => {
    const { code, stdout, stderr } = await hellofin(['explain', 'x\u001b[2J\u202ey', '--json']);
    expect(code).toBe(1);
    expect(parseDocument(stdout)).toMatchObject({ causes: [], alerts: [] });
    expect(stderr).toContain('x\\u{1b}[2J\\u{202e}y');
  });
});

describe('versions, live', () => {
  test('side by side', async () => {
    const { code, stdout, stderr } = await hellofin(['explain', 'tls1.2', 'tls1.3']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^ {2}TLS 1\.2 +TLS 1\.3$/m);
    expect(stdout).toMatch(/before data +2 round trips, after TCP's +1 round trip, after TCP's/);
    expect(stdout).toMatch(/TLS 1\.3 removed[\s\S]*RSA key transport[\s\S]*TLS 1\.3 added/);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('as JSON, in the order asked for', async () => {
    const { stdout } = await hellofin(['explain', 'tls1.3', 'tls1.2', '--json']);
    expect(parseDocument(stdout)).toMatchObject({
      exitCode: 0,
      handshakes: [
        { version: 'TLS 1.3', group: 'x25519', resumedGroup: 'x25519', roundTrips: { first: 1, resumed: 1, early: 0 } },
        { version: 'TLS 1.2', group: 'x25519', roundTrips: { first: 2, resumed: 1, early: null } },
      ],
      removed: expect.arrayContaining([expect.objectContaining({ what: 'renegotiation' })]),
      added: expect.arrayContaining([expect.objectContaining({ what: '0-RTT data' })]),
    });
  });

  test('one, in ASCII, with every message of its three connections', async () => {
    const { code, stdout } = await hellofin(['explain', 'tls1.3', '-v', '--plain']);
    expect(code).toBe(0);
    expect([...stdout].every((sign) => sign === '\n' || (sign >= ' ' && sign <= '~'))).toBe(true);
    expect(stdout.match(/flights \| \d round trips?/g)).toEqual([
      'flights | 1 round trip',
      'flights | 1 round trip',
      'flights | 0 round trips',
    ]);
  });
});

describe("Firefox's names", () => {
  test.each([
    ['SEC_ERROR_EXPIRED_CERTIFICATE', 'CERT_EXPIRED'],
    ['SEC_ERROR_UNKNOWN_ISSUER', 'CHAIN_INCOMPLETE'],
    ['Error code: SSL_ERROR_BAD_CERT_DOMAIN', 'NAME_MISMATCH'],
    ['SSL_ERROR_NO_CYPHER_OVERLAP', 'NO_COMMON_CIPHER_SUITE'],
    ['MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT', 'CERT_SELF_SIGNED'],
  ])('%s', async (text, code) => {
    const document = parseDocument((await hellofin(['explain', text, '--json'])).stdout);
    expect(document.causes?.map((cause) => cause.code)).toContain(code);
  });

  test('the likelier cause comes first', async () => {
    const document = parseDocument((await hellofin(['explain', 'NET::ERR_CERT_DATE_INVALID', '--json'])).stdout);
    expect(document.causes?.map(({ code }) => code)).toEqual(['CERT_EXPIRED', 'CERT_NOT_YET_VALID', 'CLOCK_WRONG']);
  });
});
