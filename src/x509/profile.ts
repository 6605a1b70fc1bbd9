import { contextTag, DerReader, OID, TAG } from '../asn1/index.ts';
import type { Span } from '../bytes/index.ts';
import type { Fault } from './checks.ts';
import { malformedBases } from './name-constraints.ts';
import { type Certificate, findExtension, isSelfIssued } from './parse.ts';
import { printable } from './printable.ts';
import type { ProfileCode } from './verdict.ts';

/** What {@link profileFaults} knows of a certificate's place. */
interface ProfilePlace {
  /** 0 for the leaf. */
  readonly depth: number;
  readonly anchor: boolean;
  /** Whether the web's requirements stand before the profile. */
  readonly web: boolean;
}

/**
 * What the profile of RFC 5280 section 4 forbids those who issue, and what clients read all the same: notices, unless
 * the rules want the profile kept.
 */
export function profileFaults(certificate: Certificate, { depth, anchor, web }: ProfilePlace): Fault[] {
  const isCa = depth > 0 || certificate.basicConstraints?.ca === true;
  return [
    // Old roots have long and negative ones, and nobody looks.
    ...(anchor ? [] : serialFaults(certificate)),
    ...nameFaults(certificate, isCa),
    ...criticalityFaults(certificate, isCa, web),
    ...keyIdentifierFaults(certificate, isCa, anchor),
    ...constraintFaults(certificate, isCa),
    ...encodingFaults(certificate),
  ];
}

/** What old trust anchors have, and nobody refuses: long and negative serial numbers, version 1. */
export function anchorOddities(certificate: Certificate): Fault[] {
  const { version, spans } = certificate;
  const old =
    version === 3
      ? []
      : [fault('CERT_EXTENSION_INVALID', spans.tbs, `version ${version} has no extensions`, '4.1.2.1')];
  return [...serialFaults(certificate), ...old];
}

function fault(code: ProfileCode, span: Span | undefined, message: string, section: string): Fault {
  return { code, span, message, spec: `RFC 5280 section ${section}` };
}

function spanOf(certificate: Certificate, oid: string): Span | undefined {
  return findExtension(certificate, oid)?.span;
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 bytes. */
function serialFaults({ serial, spans }: Certificate): Fault[] {
  const text = serialFault(serial);
  return text === undefined ? [] : [fault('CERT_SERIAL_INVALID', spans.serial, text, '4.1.2.2')];
}

function serialFault(serial: Uint8Array): string | undefined {
  if ((serial[0] ?? 0) >= 0x80) return 'the serial number is negative';
  if (serial.every((byte) => byte === 0)) return 'the serial number is 0';
  return serial.length > 20 ? `the serial number has ${serial.length} bytes` : undefined;
}

function nameFaults(certificate: Certificate, isCa: boolean): Fault[] {
  const { issuer, subject, subjectAltName } = certificate;
  const faults: Fault[] = [];
  if (issuer.rdns.length === 0) faults.push(fault('CERT_NAME_INVALID', issuer.span, 'the issuer is empty', '4.1.2.4'));
  if (subject.rdns.length === 0 && isCa) {
    faults.push(fault('CERT_NAME_INVALID', subject.span, 'a CA with an empty subject', '4.1.2.6'));
  }
  if (subject.rdns.length === 0 && !isCa && subjectAltName === undefined) {
    faults.push(fault('CERT_NAME_INVALID', subject.span, 'neither subject nor subjectAltName', '4.1.2.6'));
  }
  for (const name of subjectAltName ?? []) {
    // Hosts do have underscores; the "preferred name syntax" has none.
    if (name.type !== 'dns' || !name.value.includes('_')) continue;
    faults.push(fault('CERT_NAME_INVALID', name.span, `${printable(name.value)} has an underscore`, '4.2.1.6'));
  }
  return faults;
}

/** Extensions that have to be critical, and those that must not be. */
function criticalityFaults(certificate: Certificate, isCa: boolean, web: boolean): Fault[] {
  const faults: Fault[] = [];
  const wants = (oid: string, critical: boolean, what: string, section: string) => {
    const extension = findExtension(certificate, oid);
    if (extension === undefined || extension.critical === critical) return;
    const message = `${what} is ${critical ? 'not ' : ''}critical`;
    faults.push(fault('CERT_EXTENSION_INVALID', extension.span, message, section));
  };
  if (isCa) wants(OID.basicConstraints, true, 'basicConstraints', '4.2.1.9');
  // The Baseline Requirements, section 7.1.2.5.2, let it be either: not everybody knows it.
  if (!web) wants(OID.nameConstraints, true, 'nameConstraints', '4.2.1.10');
  wants(OID.policyConstraints, true, 'policyConstraints', '4.2.1.11');
  wants(OID.inhibitAnyPolicy, true, 'inhibitAnyPolicy', '4.2.1.14');
  wants(OID.subjectKeyIdentifier, false, 'subjectKeyIdentifier', '4.2.1.2');
  wants(OID.authorityKeyIdentifier, false, 'authorityKeyIdentifier', '4.2.1.1');
  wants(OID.authorityInfoAccess, false, 'authorityInfoAccess', '4.2.2.1');
  if (certificate.subject.rdns.length === 0) wants(OID.subjectAltName, true, 'subjectAltName', '4.2.1.6');
  return faults;
}

function keyIdentifierFaults(certificate: Certificate, isCa: boolean, anchor: boolean): Fault[] {
  const { authorityKeyIdentifier, subjectKeyIdentifier } = certificate;
  const faults: Fault[] = [];
  if (isCa && subjectKeyIdentifier === undefined) {
    faults.push(fault('CERT_EXTENSION_INVALID', undefined, 'a CA without subjectKeyIdentifier', '4.2.1.2'));
  }
  // Section 4.2.1.1: only who signed itself may leave it out.
  if (authorityKeyIdentifier === undefined && !(anchor && isSelfIssued(certificate))) {
    const span = spanOf(certificate, OID.authorityKeyIdentifier);
    faults.push(fault('CERT_EXTENSION_INVALID', span, 'no keyIdentifier of its issuer', '4.2.1.1'));
  }
  return faults;
}

/** What only CAs may say, and what has no meaning. */
function constraintFaults(certificate: Certificate, isCa: boolean): Fault[] {
  const { basicConstraints, keyUsage, nameConstraints } = certificate;
  const faults: Fault[] = [];
  const [basic, usage, names] = [OID.basicConstraints, OID.keyUsage, OID.nameConstraints].map((oid) =>
    spanOf(certificate, oid),
  );
  const add = (span: Span | undefined, message: string, section: string) =>
    faults.push(fault('CERT_EXTENSION_INVALID', span, message, section));
  const isPathLength = basicConstraints?.pathLength !== undefined;
  if (isPathLength && !basicConstraints.ca) add(basic, 'a path length, and it is no CA', '4.2.1.9');
  else if (isPathLength && keyUsage !== undefined && !keyUsage.includes('keyCertSign')) {
    add(basic, 'a path length without keyCertSign', '4.2.1.9');
  }
  if (keyUsage?.includes('keyCertSign') && basicConstraints?.ca !== true && certificate.version === 3) {
    add(usage, 'keyCertSign, and it is no CA', '4.2.1.3');
  }
  if (keyUsage?.length === 0) add(usage, 'a keyUsage without a bit', '4.2.1.3');
  if (nameConstraints !== undefined && !isCa) add(names, 'nameConstraints, and it is no CA', '4.2.1.10');
  for (const base of nameConstraints === undefined ? [] : malformedBases(nameConstraints)) {
    add(names, `"${base}" is no DNS name`, '4.2.1.10');
  }
  return faults;
}

const OLD_STRINGS: ReadonlyMap<number, string> = new Map([
  [TAG.teletexString, 'TeletexString'],
  [TAG.bmpString, 'BMPString'],
  [TAG.universalString, 'UniversalString'],
]);

/** Encodings that X.690 or the profile do not allow, and that everybody reads. */
function encodingFaults(certificate: Certificate): Fault[] {
  const { der, extensions, signatureAlgorithm, spans, notBefore, notAfter } = certificate;
  const faults: Fault[] = [];
  const odd = (span: Span, message: string, spec: string) =>
    faults.push({ code: 'CERT_ENCODING_ODD', span, message, spec });
  for (const { span } of extensions) {
    const fields = new DerReader(der, span.start, span.end).sequence('Extension');
    fields.any('extnID');
    const critical = fields.optional(TAG.boolean, 'critical');
    if (critical?.content[0] === 0) odd(critical.span, 'critical FALSE is written out', 'X.690 section 11.5');
  }
  const basic = findExtension(certificate, OID.basicConstraints);
  if (basic !== undefined && new DerReader(basic.value).sequence('basicConstraints').at(TAG.boolean)) {
    if (certificate.basicConstraints?.ca === false) odd(basic.span, 'cA FALSE is written out', 'X.690 section 11.5');
  }
  const isRsa = signatureAlgorithm.oid.startsWith('1.2.840.113549.1.1.') && signatureAlgorithm.oid !== OID.rsassaPss;
  if (isRsa && signatureAlgorithm.parameters === undefined) {
    odd(signatureAlgorithm.span, 'the NULL parameters of RSA are missing', 'RFC 4055 section 5');
  }
  for (const [time, span] of [[notBefore, spans.notBefore] as const, [notAfter, spans.notAfter] as const]) {
    // Section 4.1.2.5: UTCTime through 2049.
    if (der[span.start] === TAG.generalizedTime && new Date(time).getUTCFullYear() < 2050) {
      odd(span, 'a GeneralizedTime before 2050', 'RFC 5280 section 4.1.2.5');
    }
  }
  for (const name of [certificate.issuer, certificate.subject]) {
    const old = name.rdns.flat().map((attribute) => OLD_STRINGS.get(attribute.der[0] ?? 0));
    const [type] = old.filter((one) => one !== undefined);
    if (type !== undefined) odd(name.span, `${type} in a name`, 'RFC 5280 section 4.1.2.4');
  }
  return [...faults, ...uniqueIdFaults(certificate)];
}

/** RFC 5280 section 4.1.2.8: not generated; read, and of no meaning. */
function uniqueIdFaults({ der, version }: Certificate): Fault[] {
  if (version === 1) return [];
  const fields = new DerReader(der).sequence('Certificate').sequence('tbsCertificate');
  while (fields.remaining > 0) {
    const field = fields.any('field');
    if (field.tag === contextTag(1, false) || field.tag === contextTag(2, false)) {
      return [fault('CERT_UNIQUE_ID', field.span, 'a unique identifier', '4.1.2.8')];
    }
  }
  return [];
}
