import { beforeAll, describe, expect, test } from 'vitest';
import { type TestCa, testCa } from '../../test/support/pki.ts';
import { parseCertificate } from '../x509/index.ts';
import { clientSettings, serverSettings, settingsOf } from './settings.ts';

let ca: TestCa;

beforeAll(() => {
  ca = testCa();
});

describe('whom a client asks for and verifies', () => {
  test.each([
    [{}, 'www.example', 'www.example', 'www.example'],
    [{ servername: 'other.example' }, 'www.example', 'other.example', 'other.example'],
    [{ servername: '' }, 'www.example', undefined, 'www.example'],
    [{}, '192.0.2.1', undefined, '192.0.2.1'],
    [{}, '2001:db8::1', undefined, '2001:db8::1'],
    [{ servername: '192.0.2.1' }, 'www.example', undefined, '192.0.2.1'],
    [{}, 'bücher.example', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
    [{}, 'www.example.', 'www.example', 'www.example.'],
    [{}, undefined, 'localhost', 'localhost'],
  ])('%o for host %s', (options, host, serverName, hostname) => {
    const settings = clientSettings(options, host);
    expect(settings.config.serverName).toBe(serverName);
    expect(settings.hostname).toBe(hostname);
  });
});

test('a client verifies unless told otherwise, and waits as long as it takes', () => {
  expect(clientSettings({})).toMatchObject({ rejectUnauthorized: true, handshakeTimeout: 0, endOnTruncation: false });
  expect(clientSettings({ rejectUnauthorized: false })).toMatchObject({ rejectUnauthorized: false });
});

test('several client certificates are chosen from when the server asks', () => {
  const one = ca.issue();
  const two = ca.issue({ keyType: 'ed25519' });
  expect(clientSettings(one).config.credential).toMatchObject({ chain: one.chain });
  const both = { cert: [one.cert, two.cert], key: [one.key, two.key] };
  expect(clientSettings(both).config.credential).toBe('ask');
});

test('what a server asks of clients', () => {
  const own = ca.issue();
  expect(serverSettings(own).config).not.toHaveProperty('clientCertificate');
  expect(serverSettings({ ...own, requestCert: true }).config).toMatchObject({ clientCertificate: 'require' });
  const lenient = serverSettings({ ...own, ca: ca.cert, requestCert: true, rejectUnauthorized: false });
  const root = parseCertificate(ca.chain[0] as Uint8Array);
  expect(lenient.config).toMatchObject({
    clientCertificate: 'request',
    certificateAuthorities: [root.subject.der],
  });
  expect(serverSettings({ ...own, honorCipherOrder: false }).config).toMatchObject({ serverPreference: false });
  expect(serverSettings(own)).toMatchObject({ role: 'server', handshakeTimeout: 120_000 });
  expect(settingsOf({ ...own, isServer: true }).role).toBe('server');
});

test.each(['pfx', 'crl', 'dhparam', 'privateKeyEngine', 'privateKeyIdentifier', 'clientCertEngine'])(
  '%s is refused, not passed over',
  (name) => {
    const refusal = expect.objectContaining({
      code: 'ERR_METHOD_NOT_IMPLEMENTED',
      message: expect.stringContaining(name),
    });
    expect(() => serverSettings({ ...ca.issue(), [name]: 'x' })).toThrow(refusal);
    expect(() => clientSettings({ [name]: 'x' })).toThrow(refusal);
  },
);

test('only a context of this package is one', () => {
  const refusal = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' });
  expect(() => clientSettings({ secureContext: {} as never })).toThrow(refusal);
});

test.each([
  ['SNICallback', {}],
  ['ALPNCallback', 'h2'],
  ['pskCallback', 1],
  ['handshakeTimeout', '1'],
  ['minDHSize', '2048'],
  ['pskIdentityHint', 7],
  ['ciphers', 1],
  ['passphrase', 5],
  ['minVersion', 1.3],
  ['sessionIdContext', Buffer.alloc(1)],
  ['ticketKeys', 'x'],
  ['sessionTimeout', '300'],
])('%s of another type is told by its name', (name, value) => {
  const told = { code: 'ERR_INVALID_ARG_TYPE', message: expect.stringContaining(`options.${name}`) };
  expect(() => serverSettings({ ...ca.issue(), [name]: value })).toThrow(expect.objectContaining(told));
});

test('a callback for ALPN goes not with a list', () => {
  const both = { ...ca.issue(), ALPNProtocols: ['h2'], ALPNCallback: () => 'h2' };
  expect(() => serverSettings(both)).toThrow(expect.objectContaining({ code: 'ERR_TLS_ALPN_CALLBACK_WITH_PROTOCOLS' }));
});

test('null is nothing, as with node:tls', () => {
  const none = { ciphers: null, sigalgs: null, ticketKeys: null, ca: null, passphrase: null } as never;
  expect(() => clientSettings(none)).not.toThrow();
});
