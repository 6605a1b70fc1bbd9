/**
 * The same for both sides of every benchmark: one throw-away CA, one server certificate under it, one suite, X25519,
 * contexts made once. Both verify chain and name.
 */
import { constants, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import tls from 'node:tls';
import { encodePem } from '../../dist/asn1/index.js';
import { nodeCrypto } from '../../dist/crypto/node/index.js';
import * as hellofin from '../../dist/node/index.js';
import { issueCertificate } from '../../dist/x509/index.js';

/** Whom the certificate is for. */
export const NAME = 'localhost';

/**
 * What a benchmark is about.
 * @typedef {{
 *   readonly key?: 'secp256r1' | 'rsa2048',
 *   readonly version?: 'TLSv1.3' | 'TLSv1.2',
 *   readonly tickets?: boolean,
 *   readonly renews?: boolean,
 * }} Kind
 */

const SUITES = { 'TLSv1.3': 'TLS_AES_128_GCM_SHA256', 'TLSv1.2': 'ECDHE-ECDSA-AES128-GCM-SHA256' };
const DAY = 86_400_000;
const ENCODING = /** @type {const} */ ({
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/**
 * Options and contexts of a kind, for ours and for node:tls (and what has its face) at its best: contexts made once, the
 * group pinned. A server of node:tls makes its context of its options.
 * @param {Kind} [kind]
 */
export function setup(kind = {}) {
  const { key = 'secp256r1', tickets = false } = kind;
  const root = issue({ name: 'hellofin bench root' });
  const leaf = issue({ name: NAME, key, issuer: root });
  const { common, groups, best } = parameters(kind);
  const server = { ...common, cert: leaf.cert, key: leaf.pem };
  const { ours, other } = client(root.cert, kind);
  return {
    other: { server: { ...server, ...best }, client: other },
    ours: {
      server: hellofin.createSecureContext({ ...server, groups, ...(tickets ? {} : { sessionTimeout: 0 }) }),
      client: ours,
    },
  };
}

/**
 * The client alone, for a server in another process.
 * @param {string} ca PEM
 * @param {Kind} [kind]
 */
export function client(ca, kind = {}) {
  const { common, groups, best } = parameters(kind);
  return { ours: hellofin.createSecureContext({ ...common, ca, groups }), other: { ...common, ca, ...best } };
}

/** @param {Kind} kind */
function parameters({ version = 'TLSv1.3', tickets = false }) {
  const common = { ciphers: SUITES[version], minVersion: version, maxVersion: version };
  // In TLS 1.2 the groups speak of the certificate's curve too (RFC 8422 section 5.1).
  const groups = version === 'TLSv1.2' ? 'X25519:P-256' : 'X25519';
  const best = { ecdhCurve: groups, ...(tickets ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }) };
  return { common, groups, best };
}

/** A certificate with its key; one without an issuer is an authority. @param {{ readonly name: string, readonly key?: Kind['key'], readonly issuer?: ReturnType<typeof issue> }} what */
export function issue({ name, key: type = 'secp256r1', issuer }) {
  const { privateKey: pem } =
    type === 'rsa2048'
      ? generateKeyPairSync('rsa', { modulusLength: 2048, ...ENCODING })
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1', ...ENCODING });
  const key = nodeCrypto.importPrivateKey(createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' }));
  const serial = randomBytes(16);
  serial[0] = 0x40;
  const der = issueCertificate({
    subject: { commonName: name },
    subjectPublicKey: key.spki,
    key: issuer?.key ?? key,
    ...(issuer === undefined ? { ca: {} } : { issuer: issuer.der, names: [NAME] }),
    notBefore: Date.now() - DAY,
    notAfter: Date.now() + DAY,
    serial,
  });
  return { key, der, cert: encodePem('CERTIFICATE', der), pem };
}

/**
 * The implementation that ours is compared with: node:tls, or what the environment has of lemon-tls.
 * @param {import('./measure.mjs').Side} side
 * @returns {Promise<typeof tls>}
 */
export async function otherTls(side) {
  if (side !== 'lemon-tls') return tls;
  const path = process.env.HELLOFIN_LEMON_TLS;
  if (path === undefined) throw new Error('HELLOFIN_LEMON_TLS is not set: the path of its index.js');
  return (await import(path)).default;
}
