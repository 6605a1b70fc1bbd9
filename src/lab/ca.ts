import { randomBytes } from 'node:crypto';
import { encodePem, OID } from '../asn1/index.ts';
import { type Issuance, issueCertificate } from '../x509/index.ts';
import { type KeyKind, type LabKey, newKey, overSha1 } from './keys.ts';

/** Milliseconds of a day. */
export const DAY = 86_400_000;

/** A certificate with its chain and its key, PEM, as servers take them. */
export interface LabCredential {
  readonly cert: string;
  readonly key: string;
}

/** A CA certificate with its key. */
interface LabIssuer {
  /** DER. */
  readonly certificate: Uint8Array;
  readonly key: LabKey;
  /** What has to be sent behind what it issues: itself and those above, the root left out. */
  readonly chain: readonly Uint8Array[];
}

/** What a certificate of the lab is to be; everything else is as it should be. */
export interface LeafRequest {
  readonly names: readonly string[];
  /** The subject; the first name unless given. */
  readonly commonName?: string;
  /** Epoch milliseconds; 30 days ago unless given. */
  readonly notBefore?: number;
  /** In 60 days unless given. */
  readonly notAfter?: number;
  /** P-256 unless given. */
  readonly keyKind?: KeyKind;
  /** Key purposes by their object identifiers; server authentication unless given. */
  readonly extendedKeyUsage?: readonly string[];
  /** Who issues it; the intermediate of the CA unless given. */
  readonly issuer?: LabIssuer;
  /** Signed with its own key rather than by an issuer. */
  readonly selfSigned?: boolean;
  /** Signed over SHA-1. */
  readonly sha1?: boolean;
  /** Whether the intermediates are in the chain. True unless given. */
  readonly withIntermediate?: boolean;
  /** Whether the root is in the chain too. False unless given. */
  readonly withRoot?: boolean;
  /** URL under which the issuer's certificate is published, for authorityInfoAccess. */
  readonly caIssuers?: string;
}

/** What an intermediate of the lab is to be. */
interface SubordinateRequest {
  /** `Lab Intermediate` unless given. */
  readonly commonName?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Whether it says of itself that it is a CA. True unless given. */
  readonly isCa?: boolean;
  /** The root unless given. */
  readonly issuer?: LabIssuer;
}

/** A throw-away CA: a root and an intermediate, whose keys live and die with the process. */
export interface LabCa {
  /** The root, PEM. */
  readonly root: string;
  /** It may issue leaves and no CA (pathLenConstraint 0). */
  readonly intermediate: LabIssuer;
  issue(request: LeafRequest): LabCredential;
  /** Makes another intermediate. */
  subordinate(request: SubordinateRequest): LabIssuer;
}

/** Makes a CA whose certificates are valid around `now`, epoch milliseconds. */
export function createCa(now: number): LabCa {
  const validity = { notBefore: now - 365 * DAY, notAfter: now + 365 * DAY };
  const rootKey = newKey('p256');
  const root = certificate({
    ...{ subject: { commonName: 'Lab Root' }, subjectPublicKey: rootKey.key.spki, key: rootKey.key },
    ...{ ca: {}, ...validity },
  });
  const top: LabIssuer = { certificate: root, key: rootKey, chain: [] };
  const subordinate = (request: SubordinateRequest): LabIssuer => {
    const { commonName = 'Lab Intermediate', isCa = true, issuer = top } = request;
    const { notBefore = validity.notBefore, notAfter = validity.notAfter } = request;
    const key = newKey('p256');
    const der = certificate({
      ...{ subject: { commonName }, subjectPublicKey: key.key.spki },
      ...{ issuer: issuer.certificate, key: issuer.key.key, notBefore, notAfter },
      ...(isCa ? { ca: { pathLength: 0 } } : {}),
    });
    return { certificate: der, key, chain: [der, ...issuer.chain] };
  };
  const intermediate = subordinate({});
  return {
    root: pemOf(root),
    intermediate,
    subordinate,
    issue(request) {
      const { issuer = intermediate, selfSigned = false, withIntermediate = true, withRoot = false } = request;
      const key = newKey(request.keyKind ?? 'p256');
      const leaf = certificate(leafOf(request, key, selfSigned ? undefined : issuer, now));
      const above = selfSigned || !withIntermediate ? [] : [...issuer.chain, ...(withRoot ? [root] : [])];
      return { cert: [leaf, ...above].map(pemOf).join(''), key: key.pem };
    },
  };
}

function leafOf(request: LeafRequest, own: LabKey, issuer: LabIssuer | undefined, now: number) {
  const { names, commonName = names[0] ?? 'nobody', caIssuers, sha1 = false } = request;
  const { notBefore = now - 30 * DAY, notAfter = now + 60 * DAY, extendedKeyUsage = [OID.serverAuth] } = request;
  const signer = issuer?.key ?? own;
  return {
    ...{ subject: { commonName }, subjectPublicKey: own.key.spki, names, notBefore, notAfter, extendedKeyUsage },
    ...(issuer === undefined ? {} : { issuer: issuer.certificate }),
    ...(sha1 ? { key: overSha1(signer), scheme: 'ecdsa_sha1' as const } : { key: signer.key }),
    ...(caIssuers === undefined ? {} : { caIssuers: [caIssuers] }),
  };
}

function certificate(request: Omit<Issuance, 'serial'>): Uint8Array {
  // RFC 5280 section 4.1.2.2: positive; the first bit is taken as the sign.
  const serial = new Uint8Array(randomBytes(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return issueCertificate({ ...request, serial });
}

/** A certificate as PEM. */
function pemOf(der: Uint8Array): string {
  return encodePem('CERTIFICATE', der);
}
