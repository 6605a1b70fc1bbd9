/** nginx and openssl that want a certificate of their clients, in both versions. */
import { describe, expect, test } from 'vitest';
import { OID } from '../../src/asn1/index.ts';
import type { LeafRequest } from '../../src/lab/ca.ts';
import { ca, DAY, now, writeFiles } from '../diagnose/serve.ts';
import { requirePeer } from '../support/peers.ts';
import { testCa } from '../support/pki.ts';
import { describeFaults, type Fault } from './faults.ts';
import { caFile, during, nginx, openssl, type Setup, said } from './servers.ts';

/** The flags for a client certificate. */
function client(request: Partial<LeafRequest> = {}): readonly string[] {
  return flagsOf(ca.issue({ names: [], commonName: 'a client', extendedKeyUsage: [OID.clientAuth], ...request }));
}

function flagsOf({ cert, key }: { readonly cert: string; readonly key: string }): readonly string[] {
  const [certFile, keyFile] = writeFiles(cert, key);
  return ['--cert', certFile, '--key', keyFile];
}

const good = client();
const expired = client({ notBefore: now - 90 * DAY, notAfter: now - 3 * DAY });
const forServers = client({ extendedKeyUsage: [OID.serverAuth] });
const strange = flagsOf(testCa('another root').issue({ commonName: 'a client', names: [], purposes: ['clientAuth'] }));

type Peer = 'nginx' | 'openssl';
const VERSIONS = ['TLS 1.3', 'TLS 1.2'] as const;

/** A server of one version that takes certificates of the worker's CA alone. */
function demanding(peer: Peer, version: string, flags: readonly string[], verify = 'on'): Setup {
  if (peer === 'openssl') {
    const args = [
      '-Verify',
      '3',
      '-verify_return_error',
      '-CAfile',
      caFile,
      version === 'TLS 1.3' ? '-tls1_3' : '-tls1_2',
    ];
    return openssl(args, { flags });
  }
  const directives = `ssl_client_certificate ${caFile}; ssl_verify_client ${verify}; ssl_verify_depth 3;`;
  return nginx(directives, { protocols: version.replace('TLS ', 'TLSv'), flags });
}

/** How each refuses, after what it asked for and got. */
function refused(alert: RegExp): Pick<Fault, 'proof'> {
  return { proof: { kind: 'bytes', after: new RegExp(`^CertificateRequest, our Certificate and ${alert.source}$`) } };
}

const peers = [requirePeer('openssl'), requirePeer('nginx'), requirePeer('curl')];

describe.skipIf(peers.includes(undefined))('client certificates', () => {
  describeFaults(
    VERSIONS.flatMap((version): Fault[] => [
      {
        name: `openssl, ${version}: none was given`,
        broken: demanding('openssl', version, []),
        repaired: demanding('openssl', version, good),
        code: 'CLIENT_CERT_REQUIRED',
        title: /^the server asks for a client certificate and ends the connection without one$/,
        ...refused(version === 'TLS 1.3' ? /alert 116 certificate_required/ : /alert 40 handshake_failure/),
        where: 'CertificateRequest message',
        fix: /^connect with a certificate that the server accepts, of Lab Root: --cert FILE --key FILE$/,
        shows: version === 'TLS 1.3' ? /certificate required|alert number 116/ : /handshake failure/,
      },
      {
        name: `nginx, ${version}: none was given`,
        broken: demanding('nginx', version, []),
        repaired: demanding('nginx', version, good),
        code: 'CLIENT_CERT_REQUIRED',
        title:
          /^the server asks for a client certificate and answers 400 "No required SSL certificate was sent" without/,
        ...refused(/"No required SSL certificate was sent"/),
        where: 'CertificateRequest message',
        fix: /^connect with a certificate that the server accepts, of Lab Root: --cert FILE --key FILE$/,
        shows: /HTTP\/1\.1 400 Bad Request/,
      },
      {
        name: `openssl, ${version}: it expired`,
        broken: demanding('openssl', version, expired),
        repaired: demanding('openssl', version, good),
        code: 'CLIENT_CERT_REJECTED',
        title: /^the server refuses the client certificate: it expired$/,
        ...refused(/alert 45 certificate_expired/),
        where: 'our Certificate message',
        fix: /^renew the client certificate$/,
        shows: /certificate expired|alert number 45/,
      },
      {
        name: `nginx, ${version}: it expired`,
        broken: demanding('nginx', version, expired),
        repaired: demanding('nginx', version, good),
        code: 'CLIENT_CERT_REJECTED',
        title: /^the server refuses the client certificate: it expired$/,
        ...refused(/"The SSL certificate error"/),
        where: 'our Certificate message',
        fix: /^renew the client certificate$/,
        shows: /HTTP\/1\.1 400 Bad Request/,
      },
      {
        name: `openssl, ${version}: it is for servers`,
        broken: demanding('openssl', version, forServers),
        repaired: demanding('openssl', version, good),
        code: 'CLIENT_CERT_REJECTED',
        title: /^the server refuses the client certificate: it is not for clients$/,
        ...refused(/alert 43 unsupported_certificate/),
        where: 'our Certificate message',
        fix: /^use a certificate for client authentication, of a private CA/,
        shows: /unsupported certificate|alert number 43/,
      },
      {
        name: `openssl, ${version}: it is of another CA`,
        broken: demanding('openssl', version, strange),
        repaired: demanding('openssl', version, good),
        code: 'CLIENT_CERT_REJECTED',
        title: /^the server refuses the client certificate: its issuer is none that the server names$/,
        ...refused(/alert 48 unknown_ca/),
        where: 'our Certificate message',
        fix: /^use a client certificate of a CA that the server names: Lab Root$/,
        shows: /unknown ca|alert number 48/i,
      },
    ]),
  );

  test.each(VERSIONS)('nginx, %s: one that is optional is no fault', async (version) => {
    const server = demanding('nginx', version, [], 'optional');
    expect(await during(server, ({ port }) => said(port))).toMatchObject({ code: 0, status: 'healthy', faults: [] });
  });
});
