import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectOptions, ServerOptions } from '../../src/node/index.ts';
import { type PeerServer, startOpensslServer } from '../support/peers.ts';
import { contextWith, type Ends, failure, useEnds } from './ends.ts';
import { askingClient, type CertificateFiles, type FileCa, fileCa, OPENSSLS, presenting } from './openssl.ts';

const ends = useEnds();
const peers: PeerServer[] = [];
let files: FileCa;
/** A root of the same name with another key. */
let stranger: FileCa;
let healthy: CertificateFiles;

beforeAll(() => {
  files = fileCa();
  stranger = fileCa();
  healthy = files.ofType('secp256r1');
});

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.stop();
});

/** What keeps our client and s_server apart: who says so, and how. */
interface ClientCase {
  readonly name: string;
  /** For s_server. */
  readonly args?: () => readonly string[];
  readonly served?: () => CertificateFiles;
  /** For our client. */
  readonly options?: () => ConnectOptions;
  /** What our client fails with. */
  readonly error: { readonly code: string; readonly received?: string };
  /** What s_server prints of our alert. */
  readonly told?: RegExp;
}

const requiring = () => ['-CAfile', files.caFile, '-Verify', '2', '-verify_return_error'];
const theirAlert = (received: string) => ({ code: 'ALERT_RECEIVED', received });

const clientCases: readonly ClientCase[] = [
  {
    name: 'a version that is not offered',
    args: () => ['-tls1_2'],
    options: () => ({ minVersion: 'TLSv1.3' }),
    error: theirAlert('protocol_version'),
  },
  {
    name: 'only a suite that is not offered',
    args: () => ['-ciphersuites', 'TLS_AES_128_CCM_SHA256'],
    error: theirAlert('handshake_failure'),
  },
  { name: 'only a group that we lack', args: () => ['-groups', 'X448'], error: theirAlert('handshake_failure') },
  {
    name: 'only a group that is not offered',
    args: () => ['-groups', 'P-521'],
    options: () => ({ groups: 'X25519:P-256' }),
    error: theirAlert('handshake_failure'),
  },
  {
    name: 'only a signature scheme that is not offered',
    options: () => ({ sigalgs: 'ed25519:rsa_pss_rsae_sha256' }),
    error: theirAlert('handshake_failure'),
  },
  {
    name: 'no common application protocol',
    args: () => ['-alpn', 'h2'],
    options: () => ({ ALPNProtocols: ['http/1.1'] }),
    error: theirAlert('no_application_protocol'),
  },
  {
    name: 'a name that it does not serve',
    args: () => [
      '-servername',
      'other.test',
      '-servername_fatal',
      '-cert2',
      healthy.certFile,
      '-key2',
      healthy.keyFile,
    ],
    error: theirAlert('unrecognized_name'),
  },
  { name: 'a client certificate required', args: requiring, error: theirAlert('certificate_required') },
  {
    name: 'a client certificate of another root',
    args: requiring,
    options: () => stranger.client(),
    error: theirAlert('unknown_ca'),
  },
  {
    name: 'a client certificate that expired',
    args: requiring,
    options: () => files.issue({ commonName: 'late', names: [], purposes: ['clientAuth'], validFrom: -9, validTo: -2 }),
    error: theirAlert('certificate_expired'),
  },
  {
    name: 'a certificate that expired',
    served: () => files.issue({ validFrom: -9, validTo: -2 }),
    error: { code: 'CERT_HAS_EXPIRED' },
    told: /alert certificate expired/,
  },
  {
    name: 'a certificate for another name',
    served: () => files.issue({ names: ['other.test'] }),
    error: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    told: /alert bad certificate/,
  },
  {
    name: 'a certificate of another root',
    served: () => stranger.issue(),
    error: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    told: /alert unknown ca/,
  },
];

/** What keeps s_client and our server apart. */
interface ServerCase {
  readonly name: string;
  /** For s_client. */
  readonly args?: () => readonly string[];
  /** For our server. */
  readonly options?: () => ServerOptions;
  readonly error: { readonly code: string; readonly received?: string };
  /** What s_client prints. */
  readonly told: RegExp;
}

const asking = (): ServerOptions => ({ ca: files.ca.cert, requestCert: true });

const serverCases: readonly ServerCase[] = [
  {
    name: 'a version that is not spoken',
    args: () => ['-tls1_2'],
    options: () => ({ minVersion: 'TLSv1.3' }),
    error: { code: 'NO_COMMON_VERSION' },
    told: /alert protocol version/,
  },
  {
    name: 'only a suite that we lack',
    args: () => ['-ciphersuites', 'TLS_AES_128_CCM_SHA256', '-tls1_3'],
    error: { code: 'NO_COMMON_CIPHER_SUITE' },
    told: /alert handshake failure/,
  },
  {
    name: 'only a suite that is not chosen from',
    args: () => ['-ciphersuites', 'TLS_AES_128_GCM_SHA256', '-tls1_3'],
    options: () => ({ ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }),
    error: { code: 'NO_COMMON_CIPHER_SUITE' },
    told: /alert handshake failure/,
  },
  {
    name: 'only a group that we lack',
    args: () => ['-groups', 'X448'],
    error: { code: 'NO_COMMON_GROUP' },
    told: /alert handshake failure/,
  },
  {
    name: 'only signature schemes of another key',
    args: () => ['-sigalgs', 'rsa_pss_rsae_sha256:ed25519'],
    error: { code: 'NO_COMMON_SIGNATURE_SCHEME' },
    told: /alert handshake failure/,
  },
  {
    name: 'no common application protocol',
    args: () => ['-alpn', 'h2'],
    options: () => ({ ALPNProtocols: ['http/1.1'] }),
    error: { code: 'NO_COMMON_APPLICATION_PROTOCOL' },
    told: /alert no application protocol/,
  },
  {
    name: 'a name that is not served',
    args: () => ['-servername', 'unknown.test'],
    options: () => {
      const { cert, key } = healthy;
      const names = ['localhost'];
      return { secureContext: contextWith({ cert, key }, { rejectUnknownName: true }, { names }) };
    },
    error: { code: 'NO_CERTIFICATE_FOR_NAME' },
    told: /tlsv1 unrecognized name/,
  },
  {
    name: 'a client certificate required',
    options: asking,
    error: { code: 'CERTIFICATE_REQUIRED' },
    told: /alert certificate required/,
  },
  {
    name: 'a client certificate of another root',
    args: () => presenting(stranger.client()),
    options: asking,
    error: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    told: /alert unknown ca/,
  },
  {
    name: 'a client certificate that expired',
    args: () => presenting(files.issue({ names: [], purposes: ['clientAuth'], validFrom: -9, validTo: -2 })),
    options: asking,
    error: { code: 'CERT_HAS_EXPIRED' },
    told: /alert certificate expired/,
  },
  {
    name: "a server's certificate from a client",
    args: () => presenting(healthy),
    options: asking,
    error: { code: 'INVALID_PURPOSE' },
    told: /alert unsupported certificate/,
  },
  {
    name: 'a certificate of another root',
    options: () => ({ ...pem(stranger.issue()) }),
    error: theirAlert('unknown_ca'),
    told: /certificate verify failed/,
  },
];

describe.each(OPENSSLS)('$name', (openssl) => {
  const { program } = openssl;

  describe.skipIf(program === undefined)('our client and s_server with', () => {
    test.each(clientCases)('$name', async ({ args, served, options, error, told }) => {
      const peer = await startOpensslServer([...presenting(served?.() ?? healthy), ...(args?.() ?? [])], program);
      peers.push(peer);
      const failed = await refusal(ends, { port: peer.port, ca: files.ca.cert, ...pem(options?.() ?? {}) });
      expect(failed).toMatchObject(error);
      if (told !== undefined) await peer.waitFor(told);
    });
  });

  describe.skipIf(program === undefined)('s_client and our server with', () => {
    test.each(serverCases)('$name', async ({ args, options, error, told }) => {
      const { port, server } = await ends.server({ ...pem(healthy), ...options?.() });
      const failed = new Promise((resolve) => server.once('tlsClientError', resolve));
      const { stdout, stderr } = await askingClient(openssl, port, files.caFile, args?.());
      expect(await failed).toMatchObject(error);
      expect(stderr).toMatch(told);
      expect(stdout).not.toContain('HELLO');
    });
  });
});

/** What our client fails with, before it is connected or after. */
async function refusal({ client }: Ends, options: ConnectOptions): Promise<unknown> {
  try {
    return await failure(await client(options));
  } catch (error) {
    return error;
  }
}

/** Options without what only files hold. */
function pem<T extends object>(options: T | CertificateFiles): T | { cert: string; key: string } {
  return 'certFile' in options ? { cert: options.cert, key: options.key } : options;
}
