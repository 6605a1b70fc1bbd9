/** A throw-away PKI for tests of certificates. Keys are made once per worker; times are fixed. */
import { randomBytes } from 'node:crypto';
import type { CryptoProvider, KeyType, PrivateKey } from '../../src/crypto/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import {
  type ChainInput,
  type ChainVerdict,
  type Issuance,
  issueCertificate,
  RootStore,
  referenceIdentity,
  validateChain,
} from '../../src/x509/index.ts';
import { pkcs8 } from '../support/credentials.ts';

export const crypto: CryptoProvider = nodeCrypto;

/** The time that certificates of {@link issue} are valid around. */
export const NOW = Date.UTC(2026, 10, 23, 12);

export const DAY = 86_400_000;

const keys = new Map<string, PrivateKey>();

/** The key called `name`: the same for every call with that name and type. */
export function keyOf(name: string, type: KeyType = 'secp256r1'): PrivateKey {
  const id = `${type} ${name}`;
  let key = keys.get(id);
  if (key === undefined) {
    key = crypto.importPrivateKey(pkcs8(type));
    keys.set(id, key);
  }
  return key;
}

/** What {@link issue} lets a test change. */
export interface Request extends Partial<Issuance> {
  /** Common name, and the name of the key. */
  readonly name: string;
  readonly type?: KeyType;
  readonly by?: Issued;
}

/** A certificate with its key. */
export interface Issued {
  readonly der: Uint8Array;
  readonly key: PrivateKey;
}

/** Issues a certificate valid for a day around {@link NOW}, self-signed without `by`. */
export function issue({ name, type, by, ...rest }: Request): Issued {
  const key = keyOf(name, type);
  const der = issueCertificate({
    subject: { commonName: name },
    subjectPublicKey: key.spki,
    ...(by && { issuer: by.der }),
    key: by?.key ?? key,
    notBefore: NOW - DAY,
    notAfter: NOW + DAY,
    serial: randomBytes(16),
    ...rest,
  });
  return { der, key };
}

/** A root, an intermediate below it and a leaf below that; each can be changed. */
export function chainOf({
  root = {},
  intermediate = {},
  leaf = {},
}: {
  root?: Partial<Request>;
  intermediate?: Partial<Request>;
  leaf?: Partial<Request>;
} = {}): { root: Issued; intermediate: Issued; leaf: Issued } {
  const top = issue({ name: 'Test Root', ca: {}, ...root });
  const middle = issue({ name: 'Test Intermediate', by: top, ca: { pathLength: 0 }, ...intermediate });
  const end = issue({
    name: 'shop.example',
    by: middle,
    names: ['shop.example', 'www.shop.example'],
    extendedKeyUsage: ['1.3.6.1.5.5.7.3.1'],
    ...leaf,
  });
  return { root: top, intermediate: middle, leaf: end };
}

/** Validates for `shop.example` at {@link NOW}. */
export function validate(
  sent: readonly Uint8Array[],
  roots: readonly Uint8Array[],
  change: Partial<ChainInput> = {},
): ChainVerdict {
  return validateChain({
    sent,
    roots: new RootStore(roots),
    name: referenceIdentity('shop.example'),
    at: NOW,
    crypto,
    purpose: 'server',
    ...change,
  });
}

/** Findings as `CODE@depth`, in order. */
export function codes(verdict: ChainVerdict): string[] {
  return verdict.findings.map(({ code, depth }) => `${code}@${depth ?? '-'}`);
}
