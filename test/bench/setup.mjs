/**
 * The same for both sides of every benchmark: one throw-away CA, one ECDSA P-256 server certificate under it, X25519,
 * AES-128-GCM, TLS 1.3, no session tickets, contexts made once. Both verify chain and name.
 */
import { constants, generateKeyPairSync, randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { encodePem } from '../../dist/asn1/index.js';
import { nodeCrypto } from '../../dist/crypto/node/index.js';
import * as hellofin from '../../dist/node/index.js';
import { issueCertificate } from '../../dist/x509/index.js';

/** Whom the certificate is for. */
export const NAME = 'localhost';

const SUITE = 'TLS_AES_128_GCM_SHA256';
const DAY = 86_400_000;

/** @param {{ readonly name: string, readonly issuer?: { readonly key: import('../../dist/crypto/index.js').PrivateKey, readonly der: Uint8Array } }} what */
function issue({ name, issuer }) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pkcs8 = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  const key = nodeCrypto.importPrivateKey(pkcs8);
  const serial = randomBytes(16);
  serial[0] = 0x40;
  const der = issueCertificate({
    subject: { commonName: name },
    subjectPublicKey: key.spki,
    key: issuer?.key ?? key,
    ...(issuer === undefined ? { ca: {} } : { issuer: issuer.der, names: [name] }),
    notBefore: Date.now() - DAY,
    notAfter: Date.now() + DAY,
    serial,
  });
  return { key, der, cert: encodePem('CERTIFICATE', der), pem: encodePem('PRIVATE KEY', pkcs8) };
}

const root = issue({ name: 'hellofin bench root' });
const leaf = issue({ name: NAME, issuer: root });

/** One suite on both sides. @type {{ ciphers: string, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' }} */
const common = { ciphers: SUITE, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3' };
const server = { ...common, cert: leaf.cert, key: leaf.pem };
const client = { ...common, ca: root.cert };

const best = { ecdhCurve: 'X25519', secureOptions: constants.SSL_OP_NO_TICKET };

/** node:tls at its best: contexts made once, the group pinned. A server makes its context of its options. */
export const nodeTls = {
  serverOptions: { ...server, ...best },
  server: tls.createSecureContext({ ...server, ...best }),
  client: tls.createSecureContext({ ...client, ...best }),
};

/** Contexts of ours. */
export const ours = {
  server: hellofin.createSecureContext({ ...server, groups: 'X25519' }),
  client: hellofin.createSecureContext({ ...client, groups: 'X25519' }),
};
