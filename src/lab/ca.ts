import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { encodePem } from '../asn1/index.ts';
import { nodeCrypto } from '../crypto/node/index.ts';
import { type Issuance, issueCertificate } from '../x509/index.ts';

/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** 1.3.6.1.5.5.7.3.1, for servers (RFC 5280 section 4.2.1.12). */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** A certificate with its chain and its key, PEM, as servers take them. */
export interface LabCredential {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate of the lab is to be; everything else is as it should be. */
interface LeafRequest {
  readonly names: readonly string[];
  /** The subject; the first name unless given. */
  readonly commonName?: string;
  /** Epoch milliseconds; 30 days ago unless given. */
  readonly notBefore?: number;
  /** In 60 days unless given. */
  readonly notAfter?: number;
  /** Signed with its own key rather than by the CA. */
  readonly selfSigned?: boolean;
  /** Whether the intermediate is in the chain. True unless given. */
  readonly withIntermediate?: boolean;
}

/** A throw-away CA: a root and an intermediate, whose keys live and die with the process. */
export interface LabCa {
  /** The root, PEM. */
  readonly root: string;
  issue(request: LeafRequest): LabCredential;
}

interface Pair {
  readonly key: Issuance['key'];
  readonly pem: string;
}

/** Makes a CA whose certificates are valid around `now`, epoch milliseconds. */
export function createCa(now: number): LabCa {
  const validity = { notBefore: now - 365 * DAY, notAfter: now + 365 * DAY };
  const rootKey = newKey();
  const root = certificate({
    ...{ subject: { commonName: 'Lab Root' }, subjectPublicKey: rootKey.key.spki, key: rootKey.key },
    ...{ ca: {}, ...validity },
  });
  const intermediateKey = newKey();
  const intermediate = certificate({
    ...{ subject: { commonName: 'Lab Intermediate' }, subjectPublicKey: intermediateKey.key.spki },
    ...{ issuer: root, key: rootKey.key, ca: { pathLength: 0 }, ...validity },
  });
  return {
    root: pemOf(root),
    issue(request) {
      const {
        names,
        commonName = names[0] ?? 'nobody',
        notBefore = now - 30 * DAY,
        notAfter = now + 60 * DAY,
      } = request;
      const leafKey = newKey();
      const issuer =
        request.selfSigned === true ? { key: leafKey.key } : { issuer: intermediate, key: intermediateKey.key };
      const leaf = certificate({
        ...{ subject: { commonName }, subjectPublicKey: leafKey.key.spki, ...issuer },
        ...{ names, notBefore, notAfter, extendedKeyUsage: [SERVER_AUTH] },
      });
      const chain = request.selfSigned === true || request.withIntermediate === false ? [leaf] : [leaf, intermediate];
      return { cert: chain.map(pemOf).join(''), key: leafKey.pem };
    },
  };
}

function certificate(request: Omit<Issuance, 'serial'>): Uint8Array {
  // RFC 5280 section 4.1.2.2: positive; the first bit is taken as the sign.
  const serial = new Uint8Array(randomBytes(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return issueCertificate({ ...request, serial });
}

function newKey(): Pair {
  // Encoded by the generator: on Node 20 a garbage collection inside `export` of a fresh key can hang for ever.
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  const der = new Uint8Array(privateKey);
  return { key: nodeCrypto.importPrivateKey(der), pem: encodePem('PRIVATE KEY', der) };
}

function pemOf(der: Uint8Array): string {
  return encodePem('CERTIFICATE', der);
}
