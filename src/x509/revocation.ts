import { contextTag, DerReader, OID } from '../asn1/index.ts';
import { equal, toHex } from '../bytes/index.ts';
import { type Crl, findEntry, parseCrl } from './crl.ts';
import { asX509, X509Error } from './error.ts';
import {
  ALL_REASONS,
  type DistributionPoint,
  type DistributionPointName,
  decodeDistributionPoints,
  type Reason,
} from './extensions/distribution-points.ts';
import type { GeneralName } from './extensions/general-name.ts';
import { type Name, rdnKey, rdnKeys, sameName } from './name.ts';
import { type Certificate, findExtension } from './parse.ts';
import type { Candidate, PathBuilder } from './path.ts';

/** What is known of revocation, and whether a certificate of which nothing is known is accepted: only `soft`. */
export interface RevocationInput {
  readonly mode: 'hard' | 'soft';
  /** DER CRLs, complete, delta and indirect ones. */
  readonly crls: readonly Uint8Array[];
}

/** What CRLs say of a certificate. */
export type RevocationStatus =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly at: number; readonly reason: number | undefined }
  | { readonly status: 'unknown'; readonly why: string };

/** CRLs that are looked at. */
const MAX_CRLS = 256;

/** CRLReason removeFromCRL (RFC 5280 section 5.3.1): the certificate is on hold no longer. */
const REMOVE_FROM_CRL = 8;

/** Whether a path from who signed a CRL to the anchor is without fault. The last argument: what is being judged already. */
export type SignerJudge = (signer: Candidate, anchor: Certificate, judging: ReadonlySet<Certificate>) => boolean;

/** What is being judged, from the certificate in question to who signed a CRL for it. */
interface Judged {
  readonly certificates: ReadonlySet<Certificate>;
  /** Who signs CRLs and whose own status is looked for. */
  readonly self: Certificate | undefined;
}

/** CRL processing (RFC 5280 section 6.3) over CRLs that are at hand. */
export class CrlChecker {
  readonly #crls: readonly Crl[];
  readonly #builder: PathBuilder;
  readonly #at: number;
  readonly #judge: SignerJudge;
  readonly #profile: boolean;

  /**
   * @param at epoch milliseconds
   * @param profile whether what RFC 5280's profile wants of CRLs is wanted
   */
  constructor(ders: readonly Uint8Array[], builder: PathBuilder, at: number, profile: boolean, judge: SignerJudge) {
    this.#profile = profile;
    // The newest first: what it says is what counts.
    this.#crls = ders
      .slice(0, MAX_CRLS)
      .flatMap(parseOrNothing)
      .sort((a, b) => b.thisUpdate - a.thisUpdate);
    this.#builder = builder;
    this.#at = at;
    this.#judge = judge;
  }

  /**
   * The status of the certificate at `depth` of a path that ends in an anchor.
   * @param judging certificates whose status is being worked out already: none of them vouches for itself
   */
  statusOf(
    links: readonly Candidate[],
    depth: number,
    judging: ReadonlySet<Certificate> = new Set(),
  ): RevocationStatus {
    const certificate = links[depth]?.certificate;
    if (certificate === undefined) return { status: 'unknown', why: 'there is no such certificate' };
    const above = links.slice(depth + 1);
    // A CRL may cover who signed it: then that it vouches for itself is all that there is to be had (PKITS 4.14.30).
    const self = judging.size > 0 ? certificate : undefined;
    const within: Judged = { certificates: new Set([...judging, certificate]), self };
    const covered = new Set<Reason>();
    let why = `no CRL of ${certificate.issuer.text}`;
    for (const point of pointsOf(certificate)) {
      for (const crl of this.#crls) {
        if (crl.baseNumber !== undefined || !isInScope(crl, point, certificate)) continue;
        const reasons = intersection(point.reasons, crl.issuingDistributionPoint?.onlySomeReasons);
        if ([...reasons].every((reason) => covered.has(reason))) continue;
        const fault = this.#faultOf(crl, above, within);
        if (fault !== undefined) {
          why = fault;
          continue;
        }
        const delta = this.#deltaFor(crl, above, within);
        const entry =
          (delta && findEntry(delta, certificate.issuer, certificate.serial)) ??
          findEntry(crl, certificate.issuer, certificate.serial);
        if (entry !== undefined && entry.reason !== REMOVE_FROM_CRL) {
          return { status: 'revoked', at: entry.revokedAt, reason: entry.reason };
        }
        for (const reason of reasons) covered.add(reason);
        if (covered.size === ALL_REASONS.size) return { status: 'good' };
      }
    }
    if (covered.size > 0) why = 'its CRLs do not cover all reasons';
    return { status: 'unknown', why };
  }

  /** Why a CRL is of no use (RFC 5280 sections 5.2 and 6.3.3, f and g). */
  #faultOf(crl: Crl, above: readonly Candidate[], judging: Judged): string | undefined {
    const whose = `the CRL of ${crl.issuer.text}`;
    const [unknown] = crl.unknownCritical;
    if (unknown !== undefined) return `${whose} has the critical extension ${unknown}, which is not understood`;
    if (!equal(crl.signatureAlgorithm.der, crl.tbsSignatureAlgorithm.der)) return `${whose} has two algorithms`;
    if (this.#at < crl.thisUpdate) return `${whose} is of the future`;
    // Section 5.1.2.5: nextUpdate has to be there.
    if (crl.nextUpdate === undefined) return `${whose} does not say when the next one is due`;
    if (this.#at >= crl.nextUpdate + 1000) return `${whose} is out of date`;
    // Section 5.2.3: not critical, and in every CRL.
    if (this.#profile && crl.number === undefined) return `${whose} has no number`;
    if (this.#profile && crl.numberIsCritical) return `${whose} has a critical number`;
    if (!this.#isSigned(crl, above, judging)) return `nobody who may signed ${whose}`;
    return undefined;
  }

  /** The newest delta CRL that continues `crl` (section 6.3.3, c), if it is of use. */
  #deltaFor(crl: Crl, above: readonly Candidate[], judging: Judged): Crl | undefined {
    const { number } = crl;
    if (number === undefined) return undefined;
    return this.#crls.find(
      (delta) =>
        delta.baseNumber !== undefined &&
        delta.baseNumber <= number &&
        (delta.number ?? 0n) >= number &&
        sameName(delta.issuer, crl.issuer) &&
        sameBytes(delta.issuingDistributionPoint?.der, crl.issuingDistributionPoint?.der) &&
        sameBytes(delta.authorityKeyIdentifier, crl.authorityKeyIdentifier) &&
        this.#faultOf(delta, above, judging) === undefined,
    );
  }

  #isSigned(crl: Crl, above: readonly Candidate[], judging: Judged): boolean {
    const anchor = above.at(-1)?.certificate;
    if (anchor === undefined) return false;
    const inPath = above.filter(({ certificate }) => sameName(certificate.subject, crl.issuer));
    const others = this.#builder.named(crl.issuer).filter((one) => !above.includes(one));
    for (const signer of [...inPath, ...others]) {
      const { certificate } = signer;
      if (certificate.keyUsage !== undefined && !certificate.keyUsage.includes('cRLSign')) continue;
      if (this.#builder.verify(crl, signer) !== 'valid') continue;
      // What stands above in the path is judged with it.
      if (above.some((one) => this.#builder.isSameEntity(one.certificate, certificate))) return true;
      // A root that changed its key is two roots of one name.
      if (signer.anchor && sameName(certificate.subject, anchor.subject)) return true;
      if (certificate === judging.self) return true;
      if (!judging.certificates.has(certificate) && this.#judge(signer, anchor, judging.certificates)) return true;
    }
    return false;
  }
}

/** Where a certificate's CRLs are: its own distribution points, then its issuer's CRL (section 6.3.3, last paragraph). */
function pointsOf(certificate: Certificate): DistributionPoint[] {
  const fullName: GeneralName[] = [{ type: 'directory', value: certificate.issuer, span: certificate.issuer.span }];
  const byDefault = { name: { fullName }, reasons: undefined, cRLIssuer: undefined };
  const extension = findExtension(certificate, OID.cRLDistributionPoints);
  if (extension === undefined) return [byDefault];
  try {
    return [...asX509(() => decodeDistributionPoints(new DerReader(extension.value))), byDefault];
  } catch (error) {
    if (error instanceof X509Error) return [byDefault];
    throw error;
  }
}

/** Whether a CRL speaks of this certificate at this distribution point (section 6.3.3, b). */
function isInScope(crl: Crl, point: DistributionPoint, certificate: Certificate): boolean {
  const idp = crl.issuingDistributionPoint;
  if (point.cRLIssuer === undefined) {
    if (!sameName(crl.issuer, certificate.issuer)) return false;
  } else {
    const isNamed = point.cRLIssuer.some((name) => name.type === 'directory' && sameName(name.value, crl.issuer));
    if (!isNamed || idp?.indirectCRL !== true) return false;
  }
  if (idp === undefined) return true;
  const isCa = certificate.basicConstraints?.ca === true;
  if (idp.onlyContainsAttributeCerts || (isCa ? idp.onlyContainsUserCerts : idp.onlyContainsCACerts)) return false;
  if (idp.name === undefined) return true;
  const published = new Set(pointKeys(idp.name, crl.issuer));
  const wanted =
    point.name === undefined
      ? (point.cRLIssuer ?? []).map(nameKey)
      : pointKeys(point.name, issuerOf(point, certificate));
  return wanted.some((key) => published.has(key));
}

function issuerOf({ cRLIssuer = [] }: DistributionPoint, certificate: Certificate): Name {
  const directory = cRLIssuer.find((name) => name.type === 'directory');
  return directory?.value ?? certificate.issuer;
}

function pointKeys(name: DistributionPointName, issuer: Name): string[] {
  if ('fullName' in name) return name.fullName.map(nameKey);
  return [directoryKey([...rdnKeys(issuer), rdnKey(name.nameRelativeToCRLIssuer)])];
}

function nameKey(name: GeneralName): string {
  switch (name.type) {
    case 'directory':
      return directoryKey(rdnKeys(name.value));
    case 'ip':
      return `ip ${toHex(name.value)}`;
    case 'other':
      return `${contextTag(name.tag & 0x1f, false)} ${toHex(name.value)}`;
    default:
      return `${name.type} ${name.value}`;
  }
}

function directoryKey(keys: readonly string[]): string {
  return `directory ${JSON.stringify(keys)}`;
}

function intersection(a: ReadonlySet<Reason> = ALL_REASONS, b: ReadonlySet<Reason> = ALL_REASONS): Set<Reason> {
  return new Set([...a].filter((reason) => b.has(reason)));
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equal(a, b);
}

function parseOrNothing(der: Uint8Array): Crl[] {
  try {
    return [parseCrl(der)];
  } catch (error) {
    if (error instanceof X509Error) return [];
    throw error;
  }
}
