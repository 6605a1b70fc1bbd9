/** Certificates that are wrong, served by nginx and openssl. */
import { describe, expect, test } from 'vitest';
import { decodePem, encodePem, OID } from '../../src/asn1/index.ts';
import { newKey } from '../../src/lab/keys.ts';
import { startRepository } from '../../src/lab/repository.ts';
import { hellofin } from '../cli/command.ts';
import { ca, DAY, now, writeFiles } from '../diagnose/serve.ts';
import { requirePeer } from '../support/peers.ts';
import { type TestCa, testCa } from '../support/pki.ts';
import { describeFaults } from './faults.ts';
import { caFile, during, HOST, issue, nginx, nginxOf, openssl, presented, type Setup, said } from './servers.ts';

const WEAK = 'ssl_ciphers DEFAULT@SECLEVEL=0;';
const past = { notBefore: now - 90 * DAY, notAfter: now - 3 * DAY };
const stranger = testCa('another root');
const [strangerFile] = writeFiles(stranger.cert);
const ofStranger = stranger.issue({ names: [HOST] });

/** A certificate without its intermediate, which is published: while `repository` is open. */
async function unfinished() {
  const repository = await startRepository();
  const caIssuers = repository.publish(ca.intermediate.certificate);
  return { repository, credential: issue({ caIssuers, withIntermediate: false }) };
}

const withoutIntermediate: Setup = {
  flags: [],
  start: async () => {
    const { repository, credential } = await unfinished();
    const server = await nginx('', { credential }).start();
    const stop = () => Promise.all([server.stop(), repository.close()]).then(() => undefined);
    return { ...server, stop };
  },
};

/** nginx with a virtual host for each of these names; the first is the default. */
function virtualHosts(...names: readonly string[]): Setup {
  return nginxOf((port) =>
    names
      .map(
        (name) =>
          `server { listen 127.0.0.1:${port} ssl; server_name ${name}; ${presented(issue({ names: [name] }))}
             ssl_protocols TLSv1.2 TLSv1.3; location / { return 200 "${name}"; } }`,
      )
      .join('\n'),
  );
}

/** A leaf behind which another CA of its issuer's name stands. */
function mixedUp() {
  const other = ca.intermediate.certificate;
  const { cert, key } = issue({ issuer: ca.subordinate({}) });
  const [leaf] = decodePem(cert);
  return { cert: leaf === undefined ? '' : encodePem(leaf.label, leaf.bytes) + encodePem(leaf.label, other), key };
}

/** nginx with a certificate of an authority of its own, which is trusted. */
function trusting(authority: TestCa, root: TestCa, extraExtensions: Parameters<TestCa['issue']>[0] = {}): Setup {
  const [file] = writeFiles(root.cert);
  const credential = authority.issue({ names: [HOST], ...extraExtensions });
  return nginx('', { credential, flags: ['--ca', file] });
}

const unheardOf = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: Uint8Array.of(5, 0) };
// permittedSubtrees: dNSName other.test
const permitted = [0x30, 16, 0xa0, 14, 0x30, 12, 0x82, 10, ...Buffer.from('other.test')];
const constrained = { oid: OID.nameConstraints, critical: true, value: Uint8Array.from(permitted) };

const peers = [requirePeer('openssl'), requirePeer('nginx')];

describe.skipIf(peers.includes(undefined))('certificates', () => {
  describeFaults([
    {
      name: 'nginx: expired',
      broken: nginx('', { credential: issue(past) }),
      repaired: nginx(),
      code: 'CERT_EXPIRED',
      title: /^notAfter is in the past$/,
      proof: { kind: 'bytes', after: /^CN=shop\.example: expired at / },
      where: 'Certificate message',
      fix: /^renew the certificate, then reload the server on 127\.0\.0\.1/,
      shows: /^notAfter=/m,
    },
    {
      name: 'nginx: an expired intermediate',
      broken: nginx('', { credential: issue({ issuer: ca.subordinate(past) }) }),
      repaired: nginx(),
      code: 'CERT_EXPIRED',
      title: /^notAfter of the intermediate Lab Intermediate is in the past$/,
      proof: { kind: 'bytes', after: /^CN=Lab Intermediate: expired at / },
      where: 'Certificate message',
      fix: /^serve the current chain: replace the intermediate Lab Intermediate /,
      shows: /certificate has expired/,
    },
    {
      name: 'openssl: not yet valid',
      broken: openssl([], { credential: issue({ notBefore: now + 3 * DAY, notAfter: now + 90 * DAY }) }),
      repaired: openssl([], { credential: issue({ notBefore: now - DAY, notAfter: now + 90 * DAY }) }),
      code: 'CERT_NOT_YET_VALID',
      title: /^notBefore is in the future$/,
      proof: { kind: 'bytes', after: /^CN=shop\.example: valid from / },
      where: 'Certificate message',
      fix: /serve the earlier certificate until \d{4}-/,
      shows: /^notBefore=/m,
    },
    {
      name: 'nginx: expires in five days',
      broken: nginx('', { credential: issue({ notBefore: now - 85 * DAY, notAfter: now + 5 * DAY }) }),
      repaired: nginx(),
      code: 'CERT_EXPIRES_SOON',
      title: /\b[45] days/,
      where: 'Certificate message',
      proof: { kind: 'bytes', after: /./ },
      fix: /^renew/,
      shows: /^notAfter=/m,
    },
    {
      name: 'openssl: for another name',
      broken: openssl([], { credential: issue({ names: ['shopp.example'] }) }),
      repaired: openssl(),
      code: 'NAME_MISMATCH',
      title: /^no name in the certificate matches$/,
      proof: { kind: 'bytes', after: /^no name in subjectAltName is the one asked for$/ },
      where: 'Certificate message',
      fix: /^correct the name, or add a virtual host and certificate for shop\.example$/,
      shows: /hostname mismatch/i,
    },
    {
      name: 'nginx: no virtual host for the name',
      broken: virtualHosts('other.example', 'third.example'),
      repaired: virtualHosts('other.example', 'third.example', HOST),
      code: 'NAME_MISMATCH',
      title: /^no name in the certificate matches$/,
      proof: { kind: 'bytes', after: /^no name in subjectAltName is the one asked for$/ },
      where: 'Certificate message',
      fix: /add a virtual host and certificate for shop\.example/,
      shows: /hostname mismatch/i,
    },
    {
      name: 'nginx: the intermediate not sent',
      broken: withoutIntermediate,
      repaired: nginx(),
      code: 'CHAIN_INCOMPLETE',
      title: /^1 certificate sent, 2 needed$/,
      proof: {
        kind: 'probe',
        changed: /^certificates: as sent -> with Lab Intermediate from http:/,
        after: /^a path to Lab Root$/,
      },
      fix: /full/,
      shows: /unable to get local issuer certificate/,
    },
    {
      name: 'openssl: the intermediate not sent, and nowhere to be had',
      broken: openssl([], { credential: issue({ withIntermediate: false }) }),
      repaired: openssl(),
      code: 'UNKNOWN_ISSUER',
      title: /^1 certificate sent, and the issuer of the last is neither sent nor trusted$/,
      proof: { kind: 'bytes', after: /^the issuer CN=Lab Intermediate was not sent and is not trusted/ },
      where: 'Certificate message',
      fix: /^send the intermediates behind the certificate on 127\.0\.0\.1 \(fullchain\.pem\)/,
      shows: /unable to get local issuer certificate/,
    },
    {
      name: 'nginx: an intermediate of that name, and another key',
      broken: nginx('', { credential: mixedUp() }),
      repaired: nginx('', { credential: issue({ issuer: ca.subordinate({}) }) }),
      code: 'UNKNOWN_ISSUER',
      title: /^2 certificates sent, and the issuer of shop\.example is neither sent nor trusted$/,
      proof: { kind: 'bytes', after: /^the issuer CN=Lab Intermediate was not sent and is not trusted/ },
      where: 'Certificate message',
      fix: /^send the intermediates behind the certificate on 127\.0\.0\.1/,
      shows: /unable to get local issuer certificate|certificate signature failure/,
    },
    {
      name: 'nginx: signed with another key than its issuer has',
      broken: nginx('', { credential: issue({ issuer: { ...ca.intermediate, key: newKey('p256') } }) }),
      repaired: nginx(),
      code: 'CERT_SIGNATURE_INVALID',
      title: /^CN=shop\.example: /,
      proof: { kind: 'bytes', after: /^CN=shop\.example: / },
      where: 'Certificate message',
      fix: /issued anew/,
      shows: /certificate signature failure/,
    },
    {
      name: 'nginx: self-signed',
      broken: nginx('', { credential: issue({ selfSigned: true }) }),
      repaired: nginx(),
      code: 'CERT_SELF_SIGNED',
      title: /^the certificate is signed with its own key$/,
      proof: { kind: 'bytes', after: /^CN=shop\.example signed itself and is not trusted$/ },
      where: 'Certificate message',
      fix: /^have a CA issue the certificate of 127\.0\.0\.1/,
      shows: /self-signed certificate/,
    },
    {
      name: 'nginx: a private root',
      broken: nginx('', { credential: { ...ofStranger, cert: ofStranger.cert + stranger.cert } }),
      repaired: nginx('', { credential: ofStranger, flags: ['--ca', strangerFile] }),
      code: 'ROOT_UNTRUSTED',
      title: /^the chain ends in a root that is not in /,
      proof: { kind: 'bytes', after: /^the chain ends in CN=another root, which is not a trusted root$/ },
      where: 'Certificate message',
      fix: /^if the root is yours, pass it with --ca FILE/,
      shows: /self-signed certificate in certificate chain/,
    },
    {
      name: 'nginx: for clients only',
      broken: nginx('', { credential: issue({ extendedKeyUsage: [OID.clientAuth] }) }),
      repaired: nginx(),
      code: 'CERT_WRONG_PURPOSE',
      title: /^CN=shop\.example: for clientAuth, not for serverAuth$/,
      proof: { kind: 'bytes', after: /^CN=shop\.example: for clientAuth, not for serverAuth$/ },
      where: 'Certificate message',
      fix: /^have it issued for server authentication/,
      shows: /unsuitable certificate purpose|unsupported certificate purpose/,
    },
    {
      name: 'nginx: an RSA key of 1,024 bits',
      broken: nginx(WEAK, { credential: issue({ keyKind: 'rsa-1024' }) }),
      repaired: nginx(WEAK, { credential: issue({ keyKind: 'rsa' }) }),
      code: 'CERT_KEY_WEAK',
      title: /^CN=shop\.example: the RSA key has 1024 bits, less than 2048$/,
      proof: { kind: 'bytes', after: /^CN=shop\.example: the RSA key has 1024 bits/ },
      where: 'Certificate message',
      fix: /^make a new key, P-256 or RSA 2048, and have it certified/,
      shows: /EE certificate key too weak/,
    },
    {
      name: 'nginx: signed over SHA-1',
      broken: nginx(WEAK, { credential: issue({ sha1: true }) }),
      repaired: nginx(WEAK),
      code: 'CERT_SIGNATURE_WEAK',
      title: /^CN=shop\.example: SHA-1 or MD5 is in the signature by CN=Lab Intermediate$/,
      proof: { kind: 'bytes', after: /^CN=shop\.example: SHA-1 or MD5/ },
      where: 'Certificate message',
      fix: /^have it issued anew/,
      shows: /CA signature digest algorithm too weak/,
    },
    {
      name: 'nginx: a critical extension that nobody knows',
      broken: trusting(stranger, stranger, { extraExtensions: [unheardOf] }),
      repaired: trusting(stranger, stranger, { extraExtensions: [{ ...unheardOf, critical: false }] }),
      code: 'CERT_UNKNOWN_EXTENSION',
      title: /1\.3\.6\.1\.4\.1\.99999\.1/,
      proof: { kind: 'bytes', after: /./ },
      where: 'Certificate message',
      fix: /^have it issued without/,
      shows: /unhandled critical extension/,
    },
    {
      name: 'nginx: a CA that may issue for some names',
      broken: trusting(stranger.intermediate('some', { extraExtensions: [constrained] }), stranger),
      repaired: trusting(stranger.intermediate('all'), stranger),
      code: 'NAME_CONSTRAINTS_VIOLATED',
      title: /permits/,
      proof: { kind: 'bytes', after: /./ },
      where: 'Certificate message',
      fix: /issued by a CA that may/,
      shows: /permitted subtree violation/,
    },
  ]);

  test('what cert --full-chain prints repairs nginx', async () => {
    const { repository, credential } = await unfinished();
    const printed = await during(nginx('', { credential }), ({ port }) =>
      hellofin(['cert', `${HOST}:${port}`, '--connect', `127.0.0.1:${port}`, '--ca', caFile, '--full-chain']),
    );
    await repository.close();
    const repaired = nginx('', { credential: { ...credential, cert: printed.stdout } });
    expect(await during(repaired, ({ port }) => said(port))).toMatchObject({ code: 0, connections: 2, faults: [] });
  });
});
