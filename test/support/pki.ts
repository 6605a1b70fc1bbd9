/**
 * A throw-away certificate authority for tests against sockets and real peers: PEM in, PEM out.
 *
 *     const ca = testCa();
 *     const { cert, key } = ca.issue({ names: ['localhost', '127.0.0.1'] });
 *     createServer({ cert, key });  connect({ ca: ca.cert, ... });
 */
import { randomBytes } from 'node:crypto';
import { encodePem, OID } from '../../src/asn1/index.ts';
import type { KeyType, PrivateKey } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { type ExtensionInput, issueCertificate } from '../../src/x509/index.ts';
import { pkcs8 } from './credentials.ts';

/** A certificate with its key. */
export interface TestCertificate {
  /** PEM: the certificate, then the intermediates above it. */
  readonly cert: string;
  /** PEM of the PKCS#8 private key. */
  readonly key: string;
  /** DER of {@link cert}. */
  readonly chain: readonly Uint8Array[];
}

/** What differs from a healthy server certificate for `localhost` and 127.0.0.1. */
export interface TestIssuance {
  readonly commonName?: string;
  /** DNS names and IP literals. */
  readonly names?: readonly string[];
  /** P-256 unless given. RSA keys take a tenth of a second to make. */
  readonly keyType?: KeyType;
  /** Days from now; -1 and 30 unless given. */
  readonly validFrom?: number;
  readonly validTo?: number;
  readonly purposes?: readonly ('serverAuth' | 'clientAuth')[];
  /** For signatures alone unless given. */
  readonly keyUsage?: NonNullable<Parameters<typeof issueCertificate>[0]['keyUsage']>;
  readonly extraExtensions?: readonly ExtensionInput[];
  /** Where the issuer's certificate is said to be published. */
  readonly caIssuers?: readonly string[];
}

/** A certificate authority, with its own certificate. */
export interface TestCa extends TestCertificate {
  issue(what?: TestIssuance): TestCertificate;
  /** An authority under this one, whose certificate is sent along with what it issues. */
  intermediate(commonName?: string, what?: TestIssuance): TestCa;
}

interface Issuer {
  readonly key: PrivateKey;
  /** Absent where a certificate signs itself. */
  readonly der?: Uint8Array;
  /** What is sent behind what it issues. */
  readonly sent: readonly Uint8Array[];
}

const DAY = 86_400_000;

/** A new root. */
export function testCa(commonName = 'hellofin test root', keyType: KeyType = 'secp256r1'): TestCa {
  return authority(commonName, keyType);
}

/** A certificate that signs itself. */
export function selfSignedPem(what: TestIssuance = {}): TestCertificate {
  return leaf(what);
}

/** By the library where it is ML-DSA, which not every Node has. */
function privateKey(type: KeyType, pkcs: Uint8Array): PrivateKey {
  return (type.startsWith('ml-dsa') ? nobleCrypto : nodeCrypto).importPrivateKey(pkcs);
}

function authority(commonName: string, keyType: KeyType, parent?: Issuer, what: TestIssuance = {}): TestCa {
  const pkcs = pkcs8(keyType);
  const key = privateKey(keyType, pkcs);
  const der = issue({ commonName, validTo: 365, ...what }, key, parent, {});
  const own: Issuer = { key, der, sent: parent === undefined ? [] : [der, ...parent.sent] };
  return {
    ...pem([der], pkcs),
    issue: (what = {}) => leaf(what, own),
    intermediate: (name = 'hellofin test intermediate', what = {}) => authority(name, 'secp256r1', own, what),
  };
}

function leaf(what: TestIssuance, issuer?: Issuer): TestCertificate {
  const { keyType = 'secp256r1' } = what;
  const pkcs = pkcs8(keyType);
  const healthy = { commonName: 'localhost', names: ['localhost', '127.0.0.1'], purposes: ['serverAuth'] } as const;
  const der = issue({ ...healthy, ...what }, privateKey(keyType, pkcs), issuer);
  return pem([der, ...(issuer?.sent ?? [])], pkcs);
}

function issue(what: TestIssuance, own: PrivateKey, issuer?: Issuer, ca?: { pathLength?: number }): Uint8Array {
  const serial = randomBytes(16);
  serial[0] = 0x40; // positive and 16 bytes long
  return issueCertificate({
    subject: { commonName: what.commonName ?? '' },
    subjectPublicKey: own.spki,
    key: issuer?.key ?? own,
    ...(issuer?.der === undefined ? {} : { issuer: issuer.der }),
    notBefore: Date.now() + (what.validFrom ?? -1) * DAY,
    notAfter: Date.now() + (what.validTo ?? 30) * DAY,
    serial,
    names: what.names ?? [],
    ...(ca === undefined ? {} : { ca }),
    extendedKeyUsage: (what.purposes ?? []).map((purpose) => OID[purpose]),
    caIssuers: what.caIssuers ?? [],
    ...(what.keyUsage === undefined ? {} : { keyUsage: what.keyUsage }),
    extraExtensions: what.extraExtensions ?? [],
  });
}

function pem(chain: readonly Uint8Array[], pkcs: Uint8Array): TestCertificate {
  return {
    cert: chain.map((der) => encodePem('CERTIFICATE', der)).join(''),
    key: encodePem('PRIVATE KEY', pkcs),
    chain,
  };
}
