/** One message of a handshake of TLS 1.2 is exchanged for another that is well-formed and wrong. */
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/support/credentials.ts';
import { decoded, replacing } from '../../../test/tls/hellos.ts';
import { clientCredential } from '../../../test/tls/scenarios.ts';
import { refusal, type Tampering } from '../../../test/tls/tampered.ts';
import { EMPTY, fromAscii } from '../../bytes/index.ts';
import type { CryptoProvider } from '../../crypto/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { alpn } from '../extensions/alpn.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { ecPointFormats } from '../extensions/ec-point-formats.ts';
import { keyShare } from '../extensions/key-share.ts';
import { renegotiationInfo } from '../extensions/renegotiation-info.ts';
import { supportedGroups } from '../extensions/supported-groups.ts';
import { encodeCertificateVerify } from '../messages/certificate-verify.ts';
import { encodeClientHello } from '../messages/client-hello.ts';
import { encodeFinished } from '../messages/finished.ts';
import { encodeServerHello } from '../messages/server-hello.ts';
import { encodeTls12Certificate } from '../messages/tls12/certificate.ts';
import { encodeTls12CertificateRequest } from '../messages/tls12/certificate-request.ts';
import { encodeClientKeyExchange } from '../messages/tls12/client-key-exchange.ts';
import { decodeTls12Message } from '../messages/tls12/message.ts';
import {
  encodeServerKeyExchange,
  encodeServerKeyParams,
  type ServerKeyExchange,
} from '../messages/tls12/server-key-exchange.ts';
import { GROUPS } from '../registry/named-groups.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';

const versions = ['TLS 1.2'] as const;
const TLS12 = { server: { versions } } as const;
const asked = {
  server: { versions, clientCertificate: 'require' },
  client: { credential: clientCredential },
} as const satisfies Partial<Tampering>;

type Plain = { readonly extensions: readonly RawExtension[] };
type Hello<E extends (hello: never) => Uint8Array> = (hello: Parameters<E>[0]) => object;

function serverHello(change: Hello<typeof encodeServerHello>): Pick<Tampering, 'type' | 'change'> {
  return {
    type: 2,
    change: (bytes) => {
      const hello = decoded('server_hello', bytes);
      const plain = { ...hello, extensions: hello.extensions.raw };
      return encodeServerHello({ ...plain, ...change(plain) });
    },
  };
}

function clientHello(change: Hello<typeof encodeClientHello>): Pick<Tampering, 'type' | 'change' | 'to'> {
  return {
    type: 1,
    to: 'server',
    change: (bytes) => {
      const hello = decoded('client_hello', bytes);
      const plain = { ...hello, extensions: hello.extensions.raw };
      return encodeClientHello({ ...plain, ...change(plain) });
    },
  };
}

const adding =
  (...more: readonly RawExtension[]) =>
  ({ extensions }: { readonly extensions: readonly RawExtension[] }) => ({
    extensions: replacing(extensions, ...more),
  });

function keyExchange(change: (message: ServerKeyExchange) => object): Pick<Tampering, 'type' | 'change'> {
  const context = { version: 0x0303, keyExchange: 'ecdhe', isAnonymous: false } as const;
  return {
    type: 12,
    change: (bytes) => {
      const message = decodeTls12Message(bytes, context) as ServerKeyExchange;
      return encodeServerKeyExchange({ ...message, ...change(message) });
    },
  };
}

const onCurve = (group: number) => ({
  signedParams: encodeServerKeyParams({ kind: 'ecdhe', group, publicKey: new Uint8Array(32) }),
});

function verify(change: (message: { algorithm: number; signature: Uint8Array }) => object): Tampering {
  return {
    ...asked,
    type: 15,
    to: 'server',
    change: (bytes) => {
      const { algorithm, signature } = decoded('certificate_verify', bytes);
      return encodeCertificateVerify({ algorithm, signature, ...change({ algorithm, signature }) });
    },
  };
}

/** A server's provider whose ephemeral key is of no order, and signed all the same. */
const zeros: CryptoProvider = {
  ...nodeCrypto,
  group: (name) => ({
    ...nodeCrypto.group(name),
    generate: () => ({ ...nodeCrypto.group(name).generate(), share: new Uint8Array(32) }),
  }),
};

/** A client's provider that is not random: its session id, made up for middleboxes, is known. */
const sevens: CryptoProvider = { ...nodeCrypto, random: (length) => new Uint8Array(length).fill(7) };

const spoilt = (signature: Uint8Array) => {
  const other = Uint8Array.from(signature);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  return other;
};

const rsa = selfSigned('rsa');
const p384 = selfSigned('secp384r1');
const p256 = [SCHEMES.ecdsa_secp256r1_sha256.code];
const [illegal, failure] = ['illegal_parameter', 'handshake_failure'];
type Row = readonly [string, Tampering, string, string, RegExp];

const TO_CLIENT: readonly Row[] = [
  [
    'a suite that was not offered',
    serverHello(() => ({ cipherSuite: 0xc013 })),
    'ILLEGAL_PARAMETER',
    illegal,
    /not offered/,
  ],
  ['a suite of TLS 1.3', serverHello(() => ({ cipherSuite: 0x1301 })), 'ILLEGAL_PARAMETER', illegal, /not offered/],
  ['compression', serverHello(() => ({ legacyCompressionMethod: 1 })), 'ILLEGAL_PARAMETER', illegal, /compression/],
  [
    'an extension that was not offered',
    serverHello(adding({ id: 0xfff0, data: EMPTY })),
    'UNSUPPORTED_EXTENSION',
    'unsupported_extension',
    /not offered/,
  ],
  [
    'an extension of TLS 1.3',
    serverHello(adding(extension(keyShare.serverHello, { group: 29, keyExchange: Uint8Array.of(1) }))),
    'UNSUPPORTED_EXTENSION',
    'unsupported_extension',
    /TLS 1\.2 has the extension key_share/,
  ],
  [
    'no point format of ours',
    serverHello(adding(extension(ecPointFormats.serverHello, [1]))),
    'ILLEGAL_PARAMETER',
    illegal,
    /uncompressed/,
  ],
  [
    'a renegotiation of nothing',
    serverHello(adding(extension(renegotiationInfo.serverHello, Uint8Array.of(1)))),
    'ILLEGAL_PARAMETER',
    failure,
    /server_hello renegotiates/,
  ],
  [
    'no renegotiation_info where it is required',
    {
      client: { requireSecureRenegotiation: true },
      ...serverHello(({ extensions }: Plain) => ({
        extensions: extensions.filter(({ id }) => id !== renegotiationInfo.serverHello.id),
      })),
    },
    'MISSING_EXTENSION',
    failure,
    /no renegotiation_info/,
  ],
  [
    'a protocol that was not offered',
    { client: { alpn: ['h2'] }, ...serverHello(adding(extension(alpn.serverHello, fromAscii('h3')))) },
    'ILLEGAL_PARAMETER',
    illegal,
    /"h3" was not offered/,
  ],
  [
    'a session that was not offered',
    { client: { crypto: sevens }, ...serverHello(() => ({ legacySessionIdEcho: new Uint8Array(32).fill(7) })) },
    'ILLEGAL_PARAMETER',
    illegal,
    /resumes a session/,
  ],
  [
    'no certificate',
    { type: 11, change: () => encodeTls12Certificate([]) },
    'DECODE_ERROR',
    'decode_error',
    /is empty/,
  ],
  [
    'a key that the suite does not name',
    { type: 11, change: () => encodeTls12Certificate(rsa.chain) },
    'BAD_CERTIFICATE_KEY',
    illegal,
    /key is rsa, which TLS_ECDHE_ECDSA/,
  ],
  [
    'a key on a curve that was not offered',
    { client: { groups: ['x25519', 'secp256r1'] }, type: 11, change: () => encodeTls12Certificate(p384.chain) },
    'BAD_CERTIFICATE_KEY',
    illegal,
    /key is on secp384r1, which was not offered/,
  ],
  [
    'another certificate',
    { type: 11, change: () => encodeTls12Certificate(selfSigned('secp256r1').chain) },
    'BAD_SIGNATURE',
    'decrypt_error',
    /server_key_exchange.*does not verify/,
  ],
  [
    'a curve that was not offered',
    { client: { groups: ['x25519', 'secp256r1'] }, ...keyExchange(() => onCurve(GROUPS.secp384r1)) },
    'ILLEGAL_PARAMETER',
    illegal,
    /named_curve secp384r1 was not offered/,
  ],
  [
    'a hybrid, which was offered for TLS 1.3',
    {
      client: { groups: ['X25519MLKEM768', 'x25519', 'secp256r1'] },
      ...keyExchange(() => onCurve(GROUPS.X25519MLKEM768)),
    },
    'ILLEGAL_PARAMETER',
    illegal,
    /named_curve X25519MLKEM768/,
  ],
  [
    'another ephemeral key',
    keyExchange(() => onCurve(GROUPS.x25519)),
    'BAD_SIGNATURE',
    'decrypt_error',
    /does not verify/,
  ],
  [
    'a spoilt signature',
    keyExchange(({ signature = EMPTY }) => ({ signature: spoilt(signature) })),
    'BAD_SIGNATURE',
    'decrypt_error',
    /ecdsa_secp256r1_sha256.*does not verify/,
  ],
  [
    'a scheme that was not offered',
    keyExchange(() => ({ algorithm: SCHEMES.ecdsa_sha1.code })),
    'ILLEGAL_PARAMETER',
    illegal,
    /ecdsa_sha1 was not offered/,
  ],
  [
    'a scheme of another key',
    keyExchange(() => ({ algorithm: SCHEMES.rsa_pkcs1_sha256.code })),
    'ILLEGAL_PARAMETER',
    illegal,
    /rsa_pkcs1_sha256 does not fit a certificate with a secp256r1 key/,
  ],
  [
    'a key of no order',
    { server: { versions, crypto: zeros, groups: ['x25519'] }, type: 255, change: (bytes) => bytes },
    'BAD_KEY_SHARE',
    illegal,
    /x25519/,
  ],
  [
    'another Finished',
    { type: 20, change: () => encodeFinished({ verifyData: new Uint8Array(12) }) },
    'BAD_FINISHED',
    'decrypt_error',
    /verify_data/,
  ],
  [
    'a short Finished',
    { type: 20, change: (bytes) => encodeFinished({ verifyData: bytes.subarray(4, 15) }) },
    'BAD_FINISHED',
    'decrypt_error',
    /verify_data/,
  ],
];

const TO_SERVER: readonly Row[] = [
  [
    'compression alone',
    clientHello(() => ({ legacyCompressionMethods: Uint8Array.of(1) })),
    'ILLEGAL_PARAMETER',
    illegal,
    /without null/,
  ],
  [
    'no point format of ours',
    clientHello(adding(extension(ecPointFormats.clientHello, [1, 2]))),
    'ILLEGAL_PARAMETER',
    illegal,
    /uncompressed/,
  ],
  [
    'a renegotiation of nothing',
    clientHello(adding(extension(renegotiationInfo.clientHello, Uint8Array.of(1)))),
    'ILLEGAL_PARAMETER',
    failure,
    /client_hello renegotiates/,
  ],
  [
    'no suite of ours',
    clientHello(() => ({ cipherSuites: [0xc013, 0x1301] })),
    'NO_COMMON_CIPHER_SUITE',
    failure,
    /no common cipher suites/,
  ],
  [
    'no suite for our key',
    {
      client: { cipherSuites: ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] },
      type: 255,
      to: 'server',
      change: (bytes) => bytes,
    },
    'NO_COMMON_CIPHER_SUITE',
    failure,
    /no common cipher suites/,
  ],
  [
    'no curve of ours',
    clientHello(adding(extension(supportedGroups.clientHello, [GROUPS.x448]))),
    'NO_COMMON_GROUP',
    failure,
    /no common groups/,
  ],
  [
    'not the curve of our key',
    {
      client: { groups: ['x25519', 'secp256r1'] },
      server: { versions, credentials: [p384] },
      type: 255,
      to: 'server',
      change: (bytes) => bytes,
    },
    'NO_COMMON_CIPHER_SUITE',
    failure,
    /no common cipher suites/,
  ],
  [
    'no scheme of our key',
    { client: { signatureSchemes: ['ed25519'] }, type: 255, to: 'server', change: (bytes) => bytes },
    'NO_COMMON_SIGNATURE_SCHEME',
    failure,
    /no common signature schemes/,
  ],
  [
    'no certificate where one is required',
    { server: asked.server, type: 255, to: 'server', change: (bytes) => bytes },
    'CERTIFICATE_REQUIRED',
    failure,
    /one is required/,
  ],
  [
    'a key share that is none',
    { type: 16, to: 'server', change: () => encodeClientKeyExchange('ecdhe', Uint8Array.of(4)) },
    'BAD_KEY_SHARE',
    illegal,
    /share of 1 bytes/,
  ],
  [
    'a signature of another handshake',
    verify(({ signature }) => ({ signature: spoilt(signature) })),
    'BAD_SIGNATURE',
    'decrypt_error',
    /certificate_verify.*does not verify/,
  ],
  [
    'a scheme that was not offered',
    verify(() => ({ algorithm: 0x7777 })),
    'ILLEGAL_PARAMETER',
    illegal,
    /was not offered/,
  ],
  [
    'a scheme of another key',
    verify(() => ({ algorithm: p256[0] })),
    'ILLEGAL_PARAMETER',
    illegal,
    /does not fit a certificate with a ed25519 key/,
  ],
  [
    'another Finished',
    { type: 20, to: 'server', change: () => encodeFinished({ verifyData: new Uint8Array(12) }) },
    'BAD_FINISHED',
    'decrypt_error',
    /verify_data/,
  ],
];

describe.each([
  ['client', TO_CLIENT],
  ['server', TO_SERVER],
])('a %s', (to, rows) => {
  it.each(rows)('refuses %s', (_, change, code, alert, message) => {
    const error = refusal({ ...TLS12, to: to === 'client' ? 'client' : 'server', ...change });
    expect(error).toMatchObject({ code, alert, message: expect.stringMatching(message) });
    expect(error?.fault).toBe(code.startsWith('NO_COMMON') ? 'incompatible' : 'peer');
  });
});

describe('a handshake', () => {
  it.each([TLS12, asked])('is whole when nothing is changed', (config) => {
    expect(refusal({ ...config, type: 255, change: () => EMPTY })).toBeUndefined();
  });

  describe.each([
    [
      'a kind',
      { certificateTypes: [1], signatureAlgorithms: [SCHEMES.ed25519.code] },
      /no certificate type .* it takes 1$/,
    ],
    [
      'a scheme',
      { certificateTypes: [64], signatureAlgorithms: p256 },
      /no signature scheme .* signs by ed25519: it takes ecdsa/,
    ],
  ])('without a certificate of %s that the server takes', (_, request, message) => {
    const change = () => encodeTls12CertificateRequest({ ...request, certificateAuthorities: [] });

    it('goes on', () => {
      expect(() => refusal({ ...asked, type: 13, change, to: 'client' })).toThrow(/one is required/);
    });

    it('ends where one has to be sent', () => {
      const client = { ...asked.client, requireCredential: true };
      expect(refusal({ ...asked, client, type: 13, change, to: 'client' })).toMatchObject({
        code: 'NO_COMMON_SIGNATURE_SCHEME',
        alert: failure,
        fault: 'incompatible',
        message: expect.stringMatching(message),
      });
    });
  });
});
