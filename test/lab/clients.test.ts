/** Every endpoint is broken for clients that are not ours, for its reason; and every repaired twin works for them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENDPOINTS } from '../../src/lab/endpoints/index.ts';
import { type Lab, startLab } from '../../src/lab/index.ts';
import { requirePeer, run } from '../support/peers.ts';
import { viaNode, viaOpenssl } from './clients.ts';

const openssl = requirePeer('openssl');
const openssl35 = requirePeer('openssl35');
const curl = requirePeer('curl');

let lab: Lab;

beforeAll(async () => {
  lab = await startLab();
});

afterAll(() => lab.close());

/** OpenSSL's words changed with 3.0 and 3.2. */
const NOT_TLS = /wrong version number|packet length too long|unexpected message|record layer failure|bad record type/i;
const FAILURE_40 = /handshake failure|alert number 40/i;

/** What each says of a broken endpoint: node:tls first, then openssl; `null` where it sees nothing wrong. */
const said: Record<string, readonly [node: RegExp, openssl: RegExp | null]> = {
  resetting: [/^ECONNRESET/, /errno=104|Connection reset/],
  closing: [/^ECONNRESET/, /unexpected eof|errno=0|no peer certificate/],
  silent: [/^silence$/, /^(Connecting to .*)?\s*(CONNECTED\S*)?\s*$/],
  refused: [/^ECONNREFUSED/, /Connection refused/],
  'plain-http': [NOT_TLS, NOT_TLS],
  'smtp-banner': [NOT_TLS, NOT_TLS],
  'imap-banner': [NOT_TLS, NOT_TLS],
  'pop3-banner': [NOT_TLS, NOT_TLS],
  'ftp-banner': [NOT_TLS, NOT_TLS],
  'proxy-protocol': [/^ECONNRESET/, /unexpected eof|no peer certificate/],
  'old-version': [/protocol version|alert number 70/i, /protocol version|alert number 70/],
  'no-common-cipher-suite': [FAILURE_40, FAILURE_40],
  'no-common-group': [FAILURE_40, FAILURE_40],
  'no-common-signature-scheme': [FAILURE_40, FAILURE_40],
  'alpn-refused': [/no application protocol/i, /no application protocol|alert number 120/],
  'alpn-ignored': [/^no ALPN$/, /No ALPN negotiated/],
  'unknown-name': [/unrecognized name|alert number 112/i, /unrecognized name|alert number 112/],
  'refuses-name': [/internal error|alert number 80/i, /internal error|alert number 80/],
  'filtered-name': [/^ECONNRESET/, /unexpected eof|no peer certificate/],
  'client-cert': [/certificate required|alert number 116|ECONNRESET/i, /certificate required|alert number 116/],
  'client-cert-tls12': [/handshake failure|alert number 40/i, /handshake failure|alert number 40/],
  'client-cert-expired': [/certificate expired|alert number 45/i, /certificate expired|alert number 45/],
  tampered: [/decryption failed|bad record mac/i, /decryption failed|bad record mac/],
  'tampered-tls12': [/decrypt error|alert number 51/i, /decrypt error|alert number 51/],
  // Whoever has both versions sees nothing of it: below they are made to have one.
  'tls12-only': [/^ok$/, null],
  'session-lost': [/^ok$/, null],
  'tls13-only': [/^ok$/, null],
  'tls11-enabled': [/^ok$/, null],
  expired: [/^CERT_HAS_EXPIRED/, /num=10:certificate has expired/],
  'expired-intermediate': [/^CERT_HAS_EXPIRED/, /depth=1.*\n.*num=10:certificate has expired/],
  'not-yet-valid': [/^CERT_NOT_YET_VALID/, /num=9:certificate is not yet valid/],
  'wrong-clock': [/^CERT_NOT_YET_VALID/, /num=9:certificate is not yet valid/],
  'wrong-name': [/no subjectAltName matches/, /num=62:hostname mismatch/i],
  // RFC 9525 forbids the name in the subject, and openssl still takes it.
  'no-san': [/no subjectAltName matches/, null],
  'default-certificate': [/no subjectAltName matches/, /num=62:hostname mismatch/i],
  'no-intermediate': [/^UNABLE_TO_VERIFY_LEAF_SIGNATURE/, /num=20:unable to get local issuer certificate/],
  'unknown-issuer': [/^UNABLE_TO_VERIFY_LEAF_SIGNATURE/, /num=20:unable to get local issuer certificate/],
  'self-signed': [/^DEPTH_ZERO_SELF_SIGNED_CERT/, /num=18:self[- ]signed certificate/],
  'private-root': [/^SELF_SIGNED_CERT_IN_CHAIN/, /num=19:self[- ]signed certificate in certificate chain/],
  'wrong-purpose': [/^INVALID_PURPOSE/, /num=26:unsupported certificate purpose|num=26:unsuitable certificate purpose/],
  'issuer-not-ca': [
    /invalid CA certificate|key usage does not include/i,
    /num=(24|79):invalid CA certificate|num=32:key usage does not/,
  ],
  'path-length': [/PATH_LENGTH_EXCEEDED|path length constraint/, /num=25:path length constraint exceeded/],
  'weak-signature': [
    /md too weak|digest algorithm too weak|UNSPECIFIED/i,
    /num=68:CA signature digest algorithm too weak/,
  ],
  'weak-key': [/ee key too small|key too weak/i, /num=66:EE certificate key too weak/],
  'http-silent': [/^silence$/, /Verify return code: 0[\s\S]*(?!HTTP\/1)/],
};

/** Faults that are told before there is anything to connect to. */
const unresolved: Record<string, RegExp> = {
  nxdomain: /^ENOTFOUND$/,
  servfail: /^ESERVFAIL$/,
  nodata: /^ENODATA$/,
};

const everyone = ENDPOINTS.map(({ id, cause }) => [id, cause !== null] as const);

describe('node:tls', () => {
  test.concurrent.each(everyone)('%s', async (id, isBroken) => {
    const endpoint = lab.endpoint(id);
    const expected = isBroken ? (said[id]?.[0] ?? unresolved[id] ?? /^not listed$/) : /^ok$/;
    expect(await viaNode(lab, endpoint)).toMatch(expected);
    const { repaired } = endpoint;
    // node:tls has the clock of this machine and no other.
    if (repaired !== null && !repaired.args.includes('--at')) expect(await viaNode(lab, repaired)).toBe('ok');
  });
});

describe.skipIf(openssl === undefined)('openssl s_client', () => {
  const isWhole = /Verify return code: 0 \(ok\)[\s\S]*(HTTP\/1\.1 200|\n[*+]|\n220 )/;
  /** Over h2 there is no answer to a request of HTTP/1.1. */
  const isH2 = /ALPN protocol: h2/;

  test.concurrent.each(everyone.filter(([id]) => !(id in unresolved)))('%s', async (id, isBroken) => {
    const endpoint = lab.endpoint(id);
    const complaint = isBroken ? (said[id]?.[1] ?? null) : null;
    const { text } = await viaOpenssl(openssl ?? '', lab, endpoint);
    expect(text).toMatch(complaint ?? isWhole);
    // Its handshake is whole without ALPN too.
    if (complaint !== null && id !== 'alpn-ignored') expect(text).not.toMatch(isWhole);
    if (endpoint.repaired === null) return;
    const whole = await viaOpenssl(openssl ?? '', lab, endpoint.repaired);
    expect(whole.text).toMatch(endpoint.args.includes('h2') ? isH2 : isWhole);
  });
});

describe.skipIf(openssl === undefined)('the fault is the one named: without it the server answers', () => {
  test.each([
    [
      'old-version',
      ['-min_protocol', 'TLSv1.1', '-max_protocol', 'TLSv1.1', '-cipher', 'DEFAULT@SECLEVEL=0'],
      /Protocol *: TLSv1\.1/,
    ],
    ['no-common-cipher-suite', ['-ciphersuites', 'TLS_AES_128_CCM_SHA256', '-msg'], /<<< TLS 1\.3.*ServerHello/],
    ['unknown-name', ['-noservername'], /subject=CN ?= ?shop\.dahlia\.example/],
    ['refuses-name', ['-noservername'], /subject=CN ?= ?shop\.lotus\.example/],
    ['filtered-name', ['-noservername'], /subject=CN ?= ?fennel\.example/],
  ])('%s', async (id, more, answer) => {
    const { text } = await viaOpenssl(openssl ?? '', lab, lab.endpoint(id), more);
    expect(text).toMatch(answer);
  });

  const tls11 = ['-min_protocol', 'TLSv1.1', '-max_protocol', 'TLSv1.1', '-cipher', 'DEFAULT@SECLEVEL=0'];

  test.each([
    ['tls12-only', ['-tls1_3'], /alert number 70/, /Protocol *: TLSv1\.3|New, TLSv1\.3/],
    ['tls13-only', ['-tls1_2'], /alert number 70/, /Protocol *: TLSv1\.2/],
    ['tls11-enabled', tls11, /Protocol *: TLSv1\.1/, /alert number 70/],
  ])('%s, and the twin the other way round', async (id, more, answer, twin) => {
    const endpoint = lab.endpoint(id);
    expect((await viaOpenssl(openssl ?? '', lab, endpoint, more)).text).toMatch(answer);
    const { text } = await viaOpenssl(openssl ?? '', lab, endpoint.repaired ?? endpoint, more);
    expect(text).toMatch(twin);
  });

  test.skipIf(openssl35 === undefined)('no-common-group', async () => {
    const { text } = await viaOpenssl(openssl35 ?? '', lab, lab.endpoint('no-common-group'), [
      ...['-groups', 'X25519:MLKEM512', '-msg'],
    ]);
    // A HelloRetryRequest, and the ClientHello that it asked for.
    expect(text.match(/>>> TLS 1\.\d.*ClientHello/g)).toHaveLength(2);
  });

  test.skipIf(curl === undefined)('proxy-protocol', async () => {
    const { host, port } = lab.endpoint('proxy-protocol');
    const { stdout } = await run(curl ?? '', [
      ...['-sSI', '--haproxy-protocol', '--cacert', lab.caFile, '--resolve', `${host}:${port}:127.0.0.1`],
      `https://${host}:${port}/`,
    ]);
    expect(stdout).toMatch(/^HTTP\/\S+ 200/);
  });
});
