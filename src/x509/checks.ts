import { OID, oidName } from '../asn1/index.ts';
import { equal, type Span } from '../bytes/index.ts';
import { checkKeyStrength } from './key-strength.ts';
import { type Certificate, findExtension, isSelfIssued } from './parse.ts';
import type { PurposeRules, ValidationRules } from './rules.ts';
import type { ChainFindingCode } from './verdict.ts';

/** A finding about one certificate, before its place in the chain is noted. */
export interface Fault {
  readonly code: ChainFindingCode;
  readonly span: Span | undefined;
  readonly message: string;
  readonly spec: string;
}

/** What {@link checkCertificate} knows of a certificate's place in its path. */
export interface Place {
  /** 0 for the leaf. */
  readonly depth: number;
  /** Whether it is trusted as it is. */
  readonly anchor: boolean;
  /** CA certificates below it that count towards a path length: all but the self-issued. */
  readonly casBelow: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly purpose: PurposeRules;
  readonly rules: ValidationRules;
}

/** Extensions whose meaning is enforced, or which promise nothing that could be violated. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectAltName,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  OID.nameConstraints,
  OID.certificatePolicies,
  OID.policyMappings,
  OID.policyConstraints,
  OID.inhibitAnyPolicy,
  // Where a CRL is to be had: evaluated where revocation is.
  OID.cRLDistributionPoints,
]);

/** Everything that is wrong with one certificate in its place, signatures apart (RFC 5280 section 6.1). */
export function checkCertificate(certificate: Certificate, place: Place): Fault[] {
  const { anchor, rules, depth } = place;
  const isLeaf = depth === 0;
  const constrained = !anchor || isLeaf || rules.anchors.constraints;
  return [
    ...(!anchor || isLeaf || rules.anchors.validity ? checkValidity(certificate, place.at) : []),
    ...checkAlgorithmsAgree(certificate),
    ...checkKeyStrength(certificate, rules),
    ...(isLeaf ? checkLeaf(certificate, place) : checkIssuer(certificate, place)),
    ...(constrained ? checkPurpose(certificate, place) : []),
    ...(isLeaf ? checkKeyUsage(certificate, place.purpose) : []),
    ...(constrained ? checkExtensions(certificate, rules) : []),
    ...(constrained ? checkMappings(certificate) : []),
  ];
}

/** RFC 5280 section 4.1.2.5: both ends belong to the validity. */
function checkValidity(certificate: Certificate, at: number): Fault[] {
  const { notBefore, notAfter, spans } = certificate;
  const spec = 'RFC 5280 section 4.1.2.5';
  if (at < notBefore) {
    const message = `valid from ${iso(notBefore)}, and it is ${iso(at)}`;
    return [{ code: 'CERT_NOT_YET_VALID', span: spans.notBefore, message, spec }];
  }
  // notAfter names a whole second.
  if (at >= notAfter + 1000) {
    const message = `expired at ${iso(notAfter)}, and it is ${iso(at)}`;
    return [{ code: 'CERT_EXPIRED', span: spans.notAfter, message, spec }];
  }
  return [];
}

function checkAlgorithmsAgree({ signatureAlgorithm, tbsSignatureAlgorithm }: Certificate): Fault[] {
  if (equal(signatureAlgorithm.der, tbsSignatureAlgorithm.der)) return [];
  const [signed, stated] = [tbsSignatureAlgorithm, signatureAlgorithm].map(({ oid }) => oidName(oid));
  return [
    {
      code: 'SIGNATURE_ALGORITHM_MISMATCH',
      span: signatureAlgorithm.span,
      message: `the signature algorithm is ${stated} outside, ${signed} inside of what is signed, or their parameters differ`,
      spec: 'RFC 5280 section 4.1.1.2',
    },
  ];
}

/** A leaf that is trusted as it is may be a CA's. */
function checkLeaf(certificate: Certificate, { anchor, rules }: Place): Fault[] {
  if (rules.leafMayBeCa || anchor || certificate.basicConstraints?.ca !== true) return [];
  const span = findExtension(certificate, OID.basicConstraints)?.span;
  const message = 'basicConstraints say that it is a CA, and it is used as a leaf';
  return [
    { code: 'CERT_WRONG_PURPOSE', span, message, spec: 'CA/Browser Forum Baseline Requirements section 7.1.2.7' },
  ];
}

/** What a certificate needs in order to issue others (RFC 5280 sections 4.2.1.3 and 4.2.1.9). */
function checkIssuer(certificate: Certificate, { anchor, casBelow, rules }: Place): Fault[] {
  const faults: Fault[] = [];
  const { basicConstraints, keyUsage } = certificate;
  if (lacksCa(certificate, anchor, rules)) {
    faults.push({
      code: 'ISSUER_NOT_CA',
      span: findExtension(certificate, OID.basicConstraints)?.span,
      message: `it issued a certificate, but ${basicConstraints ? 'basicConstraints say that it is no CA' : 'has no basicConstraints'}`,
      spec: 'RFC 5280 section 4.2.1.9',
    });
  }
  if (anchor && !rules.anchors.constraints) return faults;
  if (keyUsage !== undefined && !keyUsage.includes('keyCertSign')) {
    faults.push({
      code: 'ISSUER_NOT_CA',
      span: findExtension(certificate, OID.keyUsage)?.span,
      message: `it issued a certificate, but its keyUsage has ${keyUsage.join(', ') || 'nothing'} and not keyCertSign`,
      spec: 'RFC 5280 section 4.2.1.3',
    });
  }
  if (basicConstraints?.pathLength !== undefined && casBelow > basicConstraints.pathLength) {
    faults.push({
      code: 'PATH_LENGTH_EXCEEDED',
      span: findExtension(certificate, OID.basicConstraints)?.span,
      message: `allows ${basicConstraints.pathLength} CA certificates below it, and there are ${casBelow}`,
      spec: 'RFC 5280 section 4.2.1.9',
    });
  }
  return faults;
}

/** Whether basicConstraints do not say CA where they have to. */
function lacksCa({ basicConstraints, version }: Certificate, anchor: boolean, { anchors }: ValidationRules): boolean {
  if (basicConstraints !== undefined) return !basicConstraints.ca && !(anchor && !anchors.constraints);
  if (!anchor || anchors.basicConstraints === 'always') return true;
  // A root older than version 3 has no extensions to say it with; being trusted says it.
  return anchors.basicConstraints === 'v3' && version === 3;
}

/**
 * extKeyUsage of the leaf binds everywhere; above it, RFC 5280 is silent and every browser, OpenSSL and Go let a CA's
 * restrict what it issues.
 */
function checkPurpose(certificate: Certificate, { depth, anchor, purpose }: Place): Fault[] {
  const { extKeyUsage } = certificate;
  const { purposes, required, forbidden, alone } = purpose;
  if (purposes.length === 0 || (depth > 0 && !purpose.issuers)) return [];
  const wanted = purposes.map(oidName).join(' or ');
  const fault = (message: string): Fault[] => [
    {
      code: 'CERT_WRONG_PURPOSE',
      span: findExtension(certificate, OID.extKeyUsage)?.span,
      message,
      spec: 'RFC 5280 section 4.2.1.12',
    },
  ];
  if (extKeyUsage === undefined) {
    const isRequired = required === 'everybody' ? !anchor : required === 'leaf' && depth === 0;
    return isRequired ? fault(`has no extKeyUsage, and ${wanted} is wanted`) : [];
  }
  const isAny = purpose.any === 'everywhere' || (purpose.any === 'issuers' && depth > 0);
  const serves = purposes.some((one) => extKeyUsage.includes(one));
  if (!serves && !(isAny && extKeyUsage.includes(OID.anyExtendedKeyUsage))) {
    return fault(`for ${extKeyUsage.map(oidName).join(', ')}, not for ${wanted}`);
  }
  const extra = extKeyUsage.filter(
    (one) => !purposes.includes(one) && (alone || (depth === 0 && forbidden.includes(one))),
  );
  return extra.length > 0 ? fault(`for ${extra.map(oidName).join(', ')} too, beside ${wanted}`) : [];
}

/** keyUsage of the leaf: with none of these bits no handshake can use the key. */
function checkKeyUsage(certificate: Certificate, { keyUsage: wanted, keyUsageAlone }: PurposeRules): Fault[] {
  const { keyUsage } = certificate;
  if (wanted.length === 0 || (keyUsage === undefined && !keyUsageAlone)) return [];
  const has = keyUsage ?? [];
  const isOther = keyUsageAlone && has.some((usage) => !wanted.includes(usage));
  if (!isOther && wanted.some((usage) => has.includes(usage))) return [];
  return [
    {
      code: 'CERT_WRONG_PURPOSE',
      span: findExtension(certificate, OID.keyUsage)?.span,
      message: `its keyUsage has ${has.join(', ') || 'nothing'}, and ${wanted.includes('cRLSign') ? 'a CRL needs cRLSign' : 'TLS needs digitalSignature'}`,
      spec: 'RFC 5280 section 4.2.1.3',
    },
  ];
}

function checkExtensions(certificate: Certificate, rules: ValidationRules): Fault[] {
  const faults: Fault[] = [];
  for (const { oid, critical, span } of certificate.extensions) {
    if (!critical) continue;
    const fault = (message: string) =>
      faults.push({ code: 'CERT_UNKNOWN_EXTENSION', span, message, spec: 'RFC 5280 section 4.2' });
    // What Microsoft's says, extKeyUsage says too.
    const isRepeated = oid === OID.applicationPolicies && certificate.extKeyUsage !== undefined;
    if (!UNDERSTOOD.has(oid) && !rules.understood.includes(oid) && !isRepeated) {
      fault(`the critical extension ${oidName(oid)} is not understood`);
    } else if (oid === OID.certificatePolicies && certificate.certificatePolicies?.qualifiersKnown === false) {
      fault('a qualifier in the critical certificatePolicies is not understood');
    }
  }
  return faults;
}

/** RFC 5280 section 6.1.4, a: anyPolicy is mapped neither from nor to. */
function checkMappings(certificate: Certificate): Fault[] {
  const isAny = certificate.policyMappings?.some(({ issuerDomainPolicy, subjectDomainPolicy }) =>
    [issuerDomainPolicy, subjectDomainPolicy].includes(OID.anyPolicy),
  );
  if (isAny !== true) return [];
  const span = findExtension(certificate, OID.policyMappings)?.span;
  return [{ code: 'POLICY_MAPPING_INVALID', span, message: 'maps anyPolicy', spec: 'RFC 5280 section 6.1.4' }];
}

/** CA certificates on the path below `depth` that count towards a path length (RFC 5280 section 4.2.1.9). */
export function casBelow(path: readonly Certificate[], depth: number): number {
  return path.filter((certificate, index) => index > 0 && index < depth && !isSelfIssued(certificate)).length;
}

/** A time as findings print it; certificates count seconds. */
function iso(at: number): string {
  return `${new Date(at).toISOString().substring(0, 19)}Z`;
}
