import { OID, oidName } from '../asn1/index.ts';
import { equal, type Span } from '../bytes/index.ts';
import { checkKeyStrength } from './key-strength.ts';
import { type Certificate, findExtension, isSelfIssued } from './parse.ts';
import type { ChainFindingCode } from './verdict.ts';

/** What a chain is validated for. */
export type Purpose = 'server' | 'client';

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
  readonly purpose: Purpose;
}

/** Extensions whose meaning is enforced, or which promise nothing that could be violated. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.subjectAltName,
  OID.subjectKeyIdentifier,
  OID.authorityKeyIdentifier,
  // Reported under its own code.
  OID.nameConstraints,
]);

const PURPOSE_OID = { server: OID.serverAuth, client: OID.clientAuth } as const;

/** Everything that is wrong with one certificate in its place, signatures apart (RFC 5280 section 6.1). */
export function checkCertificate(certificate: Certificate, place: Place): Fault[] {
  return [
    ...checkValidity(certificate, place.at),
    ...checkAlgorithmsAgree(certificate),
    ...checkKeyStrength(certificate),
    ...(place.depth > 0 ? checkIssuer(certificate, place) : []),
    ...checkPurpose(certificate, place.purpose),
    ...(place.depth === 0 ? checkKeyUsage(certificate) : []),
    ...checkExtensions(certificate),
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
      code: 'CERT_SIGNATURE_INVALID',
      span: signatureAlgorithm.span,
      message: `the signature algorithm is ${stated} outside, ${signed} inside of what is signed, or their parameters differ`,
      spec: 'RFC 5280 section 4.1.1.2',
    },
  ];
}

/** What a certificate needs in order to issue others (RFC 5280 sections 4.2.1.3 and 4.2.1.9). */
function checkIssuer(certificate: Certificate, { anchor, casBelow }: Place): Fault[] {
  const faults: Fault[] = [];
  const { basicConstraints, keyUsage } = certificate;
  // A root older than version 3 has no extensions to say it with; being trusted says it.
  if (basicConstraints?.ca !== true && !(anchor && certificate.version === 1)) {
    faults.push({
      code: 'ISSUER_NOT_CA',
      span: findExtension(certificate, OID.basicConstraints)?.span,
      message: `it issued a certificate, but ${basicConstraints ? 'basicConstraints say that it is no CA' : 'has no basicConstraints'}`,
      spec: 'RFC 5280 section 4.2.1.9',
    });
  }
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

/**
 * extKeyUsage of the leaf binds everywhere; above it, RFC 5280 is silent and every browser, OpenSSL and Go let a CA's
 * restrict what it issues.
 */
function checkPurpose(certificate: Certificate, purpose: Purpose): Fault[] {
  const { extKeyUsage } = certificate;
  const wanted = PURPOSE_OID[purpose];
  if (extKeyUsage === undefined) return [];
  if (extKeyUsage.includes(wanted) || extKeyUsage.includes(OID.anyExtendedKeyUsage)) return [];
  return [
    {
      code: 'CERT_WRONG_PURPOSE',
      span: findExtension(certificate, OID.extKeyUsage)?.span,
      message: `for ${extKeyUsage.map(oidName).join(', ')}, not for ${oidName(wanted)}`,
      spec: 'RFC 5280 section 4.2.1.12',
    },
  ];
}

/** Bits of keyUsage that a key exchange of TLS can do with, which one depends on the suite (RFC 5246 section 7.4.2). */
const OF_TLS = ['digitalSignature', 'keyEncipherment', 'keyAgreement'] as const;

/** keyUsage of the leaf: with none of these bits no handshake can use the key. */
function checkKeyUsage(certificate: Certificate): Fault[] {
  const { keyUsage } = certificate;
  if (keyUsage === undefined || OF_TLS.some((usage) => keyUsage.includes(usage))) return [];
  return [
    {
      code: 'CERT_WRONG_PURPOSE',
      span: findExtension(certificate, OID.keyUsage)?.span,
      message: `its keyUsage has ${keyUsage.join(', ') || 'nothing'}, and TLS needs digitalSignature`,
      spec: 'RFC 5280 section 4.2.1.3',
    },
  ];
}

function checkExtensions(certificate: Certificate): Fault[] {
  const faults: Fault[] = [];
  for (const { oid, critical, span } of certificate.extensions) {
    if (oid === OID.nameConstraints) {
      // Critical or not: what restricts a CA is not ignored for want of an evaluation.
      const message = 'restricts the names it may issue for, which is not evaluated yet';
      faults.push({ code: 'NAME_CONSTRAINTS_UNSUPPORTED', span, message, spec: 'RFC 5280 section 4.2.1.10' });
    } else if (critical && !UNDERSTOOD.has(oid)) {
      const message = `the critical extension ${oidName(oid)} is not understood`;
      faults.push({ code: 'CERT_UNKNOWN_EXTENSION', span, message, spec: 'RFC 5280 section 4.2' });
    }
  }
  return faults;
}

/** CA certificates on the path below `depth` that count towards a path length (RFC 5280 section 4.2.1.9). */
export function casBelow(path: readonly Certificate[], depth: number): number {
  return path.filter((certificate, index) => index > 0 && index < depth && !isSelfIssued(certificate)).length;
}

/** A time as findings print it; certificates count seconds. */
function iso(at: number): string {
  return `${new Date(at).toISOString().substring(0, 19)}Z`;
}
