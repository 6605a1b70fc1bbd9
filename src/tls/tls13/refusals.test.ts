/** One message of a handshake is exchanged for another that is well-formed and wrong. */
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/support/credentials.ts';
import { decoded, replacing, without } from '../../../test/tls/hellos.ts';
import { clientCredential } from '../../../test/tls/scenarios.ts';
import { refusal, serverHello, type Tampering } from '../../../test/tls/tampered.ts';
import { EMPTY, fromAscii } from '../../bytes/index.ts';
import { alpn } from '../extensions/alpn.ts';
import { extension } from '../extensions/block.ts';
import { keyShare } from '../extensions/key-share.ts';
import { statusRequest } from '../extensions/status-request.ts';
import { encodeCertificate } from '../messages/certificate.ts';
import { encodeCertificateRequest } from '../messages/certificate-request.ts';
import { encodeEncryptedExtensions } from '../messages/encrypted-extensions.ts';
import { encodeFinished } from '../messages/finished.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';
import { GROUPS } from '../registry/named-groups.ts';

const asked = { server: { clientCertificate: 'request' }, client: { credential: clientCredential } } as const;
const retried = {
  client: { groups: ['x25519', 'secp256r1'], cipherSuites: ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'] },
  server: { groups: ['secp256r1'], cipherSuites: ['TLS_AES_128_GCM_SHA256'] },
} as const;

function certificate(change: (message: Parameters<typeof encodeCertificate>[0]) => object) {
  return (bytes: Uint8Array): Uint8Array => {
    const { certificateRequestContext, certificateList } = decoded('certificate', bytes);
    const list = certificateList.map(({ certData }) => ({ certData, extensions: [] }));
    const plain = { certificateRequestContext, certificateList: list };
    return encodeCertificate({ ...plain, ...change(plain) });
  };
}

const one = selfSigned('secp256r1').chain[0] ?? EMPTY;
const unsolicited = [{ certData: one, extensions: [extension(statusRequest.certificate, Uint8Array.of(1))] }];
const context = Uint8Array.of(1);
const share = (group: number, keyExchange: Uint8Array) => extension(keyShare.serverHello, { group, keyExchange });

const CASES: readonly [string, Tampering, string, string, RegExp][] = [
  [
    "a suite that is not the HelloRetryRequest's",
    { ...retried, type: 2, change: serverHello(() => ({ cipherSuite: 0x1302 })) },
    'ILLEGAL_PARAMETER',
    'illegal_parameter',
    /the HelloRetryRequest said TLS_AES_128/,
  ],
  [
    'no key_share',
    {
      type: 2,
      change: serverHello(({ extensions }) => ({ extensions: without(extensions, EXTENSION_TYPES.key_share) })),
    },
    'MISSING_EXTENSION',
    'missing_extension',
    /no key_share/,
  ],
  [
    'a share of a group without one of ours',
    {
      type: 2,
      change: serverHello(({ extensions }) => ({
        extensions: replacing(extensions, share(GROUPS.secp521r1, Uint8Array.of(4))),
      })),
    },
    'ILLEGAL_PARAMETER',
    'illegal_parameter',
    /key share for secp521r1, none was sent/,
  ],
  [
    'a share of no order',
    {
      client: { groups: ['x25519'] },
      type: 2,
      change: serverHello(({ extensions }) => ({
        extensions: replacing(extensions, share(GROUPS.x25519, new Uint8Array(32))),
      })),
    },
    'BAD_KEY_SHARE',
    'illegal_parameter',
    /x25519/,
  ],
  [
    'a protocol that was not offered',
    {
      client: { alpn: ['h2'] },
      type: 8,
      change: () => encodeEncryptedExtensions({ extensions: [extension(alpn.encryptedExtensions, fromAscii('h\n'))] }),
    },
    'ILLEGAL_PARAMETER',
    'illegal_parameter',
    /"h\\n" was not offered/,
  ],
  [
    'an answer to what was not asked',
    {
      type: 8,
      change: () => encodeEncryptedExtensions({ extensions: [extension(alpn.encryptedExtensions, fromAscii('h2'))] }),
    },
    'UNSUPPORTED_EXTENSION',
    'unsupported_extension',
    /not offered/,
  ],
  [
    'a CertificateRequest with a context',
    {
      ...asked,
      type: 13,
      change: (bytes) =>
        encodeCertificateRequest({
          certificateRequestContext: context,
          extensions: decoded('certificate_request', bytes).extensions.raw,
        }),
    },
    'ILLEGAL_PARAMETER',
    'illegal_parameter',
    /certificate_request_context is not empty/,
  ],
  [
    'a CertificateRequest without schemes',
    {
      ...asked,
      type: 13,
      change: () => encodeCertificateRequest({ certificateRequestContext: EMPTY, extensions: [] }),
    },
    'MISSING_EXTENSION',
    'missing_extension',
    /no signature_algorithms/,
  ],
  [
    'an empty chain of the server',
    { type: 11, change: certificate(() => ({ certificateList: [] })) },
    'DECODE_ERROR',
    'decode_error',
    /certificate_list is empty/,
  ],
  [
    'a chain of the server with a context',
    { type: 11, change: certificate(() => ({ certificateRequestContext: context })) },
    'ILLEGAL_PARAMETER',
    'illegal_parameter',
    /not that of the request/,
  ],
  [
    'a staple nobody asked for',
    { client: { requestOcsp: false }, type: 11, change: certificate(() => ({ certificateList: unsolicited })) },
    'UNSUPPORTED_EXTENSION',
    'unsupported_extension',
    /not offered/,
  ],
  [
    'a chain of the client with a context',
    { ...asked, to: 'server', type: 11, change: certificate(() => ({ certificateRequestContext: context })) },
    'ILLEGAL_PARAMETER',
    'illegal_parameter',
    /not that of the request/,
  ],
  [
    'a staple of the client',
    { ...asked, to: 'server', type: 11, change: certificate(() => ({ certificateList: unsolicited })) },
    'UNSUPPORTED_EXTENSION',
    'unsupported_extension',
    /not offered/,
  ],
  [
    'no chain where one is required',
    {
      client: asked.client,
      server: { clientCertificate: 'require' },
      to: 'server',
      type: 11,
      change: certificate(() => ({ certificateList: [] })),
    },
    'CERTIFICATE_REQUIRED',
    'certificate_required',
    /one is required/,
  ],
  [
    'a chain whose leaf is no certificate',
    { type: 11, change: certificate(() => ({ certificateList: [{ certData: context, extensions: [] }] })) },
    'BAD_CERTIFICATE_KEY',
    'bad_certificate',
    /does not parse/,
  ],
  [
    'a chain of another key',
    { type: 11, change: certificate(() => ({ certificateList: [{ certData: one, extensions: [] }] })) },
    'BAD_SIGNATURE',
    'decrypt_error',
    /does not verify/,
  ],
  ...(['client', 'server'] as const).map((to): (typeof CASES)[number] => [
    `another Finished to the ${to}`,
    {
      to,
      type: 20,
      change: (bytes) => encodeFinished({ verifyData: new Uint8Array(bytes.length - 4) }),
    },
    'BAD_FINISHED',
    'decrypt_error',
    /verify_data/,
  ]),
];

describe('a handshake', () => {
  it.each(CASES)('is refused with %s', (_, change, code, alert, message) => {
    expect(refusal(change)).toMatchObject({ code, alert, fault: 'peer', message: expect.stringMatching(message) });
  });

  it.each([asked, retried, {}])('is whole when nothing is changed', (config) => {
    expect(refusal({ ...config, type: 255, change: () => EMPTY })).toBeUndefined();
  });
});
