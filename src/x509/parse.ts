import { contextTag, type DerElement, DerReader, OID, TAG } from '../asn1/index.ts';
import type { Span } from '../bytes/index.ts';
import { asX509 } from './error.ts';
import { type AuthorityInfoAccess, decodeAuthorityInfoAccess } from './extensions/authority-info-access.ts';
import { type BasicConstraints, decodeBasicConstraints } from './extensions/basic-constraints.ts';
import { decodeExtendedKeyUsage } from './extensions/extended-key-usage.ts';
import type { GeneralName } from './extensions/general-name.ts';
import { decodeAuthorityKeyId, decodeSubjectKeyId } from './extensions/key-identifiers.ts';
import { decodeKeyUsage, type KeyUsage } from './extensions/key-usage.ts';
import { decodeNameConstraints, type NameConstraints } from './extensions/name-constraints.ts';
import {
  type CertificatePolicies,
  decodeCertificatePolicies,
  decodeInhibitAnyPolicy,
  decodePolicyConstraints,
  decodePolicyMappings,
  type PolicyConstraints,
  type PolicyMapping,
} from './extensions/policies.ts';
import { decodeSubjectAltName } from './extensions/subject-alt-name.ts';
import { decodeName, type Name, sameName } from './name.ts';

/** An AlgorithmIdentifier (RFC 5280 section 4.1.1.2). */
export interface AlgorithmIdentifier {
  readonly oid: string;
  /** The parameters' whole DER element, `undefined` when absent. */
  readonly parameters: Uint8Array | undefined;
  readonly der: Uint8Array;
  readonly span: Span;
}

/** A certificate extension (RFC 5280 section 4.2), undecoded. */
export interface Extension {
  readonly oid: string;
  readonly critical: boolean;
  /** The contents of extnValue. */
  readonly value: Uint8Array;
  readonly span: Span;
}

/** What is decoded of the extensions; `undefined` where the certificate does not have one. */
interface KnownExtensions {
  readonly subjectAltName: readonly GeneralName[] | undefined;
  readonly basicConstraints: BasicConstraints | undefined;
  readonly keyUsage: readonly KeyUsage[] | undefined;
  /** Object identifiers of key purposes. */
  readonly extKeyUsage: readonly string[] | undefined;
  readonly subjectKeyIdentifier: Uint8Array | undefined;
  /** The keyIdentifier within it. */
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly authorityInfoAccess: AuthorityInfoAccess | undefined;
  readonly nameConstraints: NameConstraints | undefined;
  readonly certificatePolicies: CertificatePolicies | undefined;
  readonly policyMappings: readonly PolicyMapping[] | undefined;
  readonly policyConstraints: PolicyConstraints | undefined;
  /** Certificates that may follow before anyPolicy means nothing. */
  readonly inhibitAnyPolicy: number | undefined;
}

/** What is signed: a certificate or a CRL. */
export interface Signed {
  readonly der: Uint8Array;
  /** The bytes that are signed: the whole first element. */
  readonly tbs: Uint8Array;
  /** The algorithm of the signature, outside of what is signed. */
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
}

/** A parsed certificate (RFC 5280 section 4.1). Byte strings are views of `der`, spans are offsets into it. */
export interface Certificate extends KnownExtensions, Signed {
  readonly version: 1 | 2 | 3;
  /** Two's complement, as encoded. */
  readonly serial: Uint8Array;
  readonly issuer: Name;
  readonly subject: Name;
  /** Epoch milliseconds, inclusive. */
  readonly notBefore: number;
  /** Epoch milliseconds, inclusive. */
  readonly notAfter: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly extensions: readonly Extension[];
  /** The algorithm of the signature as repeated inside. RFC 5280 section 4.1.1.2 wants both equal; who validates checks it. */
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
  /** Where the evidence stands; names, algorithms and extensions carry their own. */
  readonly spans: {
    readonly tbs: Span;
    readonly serial: Span;
    readonly notBefore: Span;
    readonly notAfter: Span;
    readonly spki: Span;
    readonly signature: Span;
  };
}

/**
 * Parses one DER certificate: strict where the form matters (lengths, times, versions, repeated or empty extensions,
 * the extensions that are decoded), silent about policy, which is for who validates.
 * @throws X509Error
 */
export function parseCertificate(der: Uint8Array): Certificate {
  return asX509(() => {
    const input = new DerReader(der);
    const outer = input.sequence('Certificate');
    input.end('Certificate');
    const tbs = outer.next(TAG.sequence, 'tbsCertificate');
    const signatureAlgorithm = decodeAlgorithm(outer.next(TAG.sequence, 'signatureAlgorithm'));
    const signature = outer.next(TAG.bitString, 'signatureValue');
    outer.end('Certificate');
    const { spans, ...fields } = decodeTbs(tbs.reader());
    return {
      der,
      tbs: tbs.der,
      ...fields,
      signatureAlgorithm,
      signature: signature.octetBits(),
      spans: { ...spans, tbs: tbs.span, signature: signature.contentSpan },
    };
  });
}

/** The extension `oid` of a certificate, undecoded. */
export function findExtension(certificate: Certificate, oid: string): Extension | undefined {
  return certificate.extensions.find((extension) => extension.oid === oid);
}

/** Whether subject and issuer are the same name (RFC 5280 section 3.2 calls that self-issued). */
export function isSelfIssued(certificate: Certificate): boolean {
  return sameName(certificate.subject, certificate.issuer);
}

/** Reads an AlgorithmIdentifier. @throws DerError */
export function decodeAlgorithm(element: DerElement): AlgorithmIdentifier {
  const fields = element.reader();
  const oid = fields.next(TAG.oid, 'algorithm').oid();
  const parameters = fields.remaining > 0 ? fields.any('parameters').der : undefined;
  fields.end(element.label);
  return { oid, parameters, der: element.der, span: element.span };
}

function decodeTbs(fields: DerReader) {
  const version = decodeVersion(fields);
  const serial = fields.next(TAG.integer, 'serialNumber');
  const tbsSignatureAlgorithm = decodeAlgorithm(fields.next(TAG.sequence, 'signature'));
  const issuer = decodeName(fields.next(TAG.sequence, 'issuer'));
  const validity = fields.sequence('validity');
  const notBefore = validity.any('notBefore');
  const notAfter = validity.any('notAfter');
  validity.end('validity');
  const subject = decodeName(fields.next(TAG.sequence, 'subject'));
  const spki = fields.next(TAG.sequence, 'subjectPublicKeyInfo');
  checkSpki(spki);
  if (version >= 2) {
    fields.optional(contextTag(1, false), 'issuerUniqueID')?.bitString();
    fields.optional(contextTag(2, false), 'subjectUniqueID')?.bitString();
  }
  const wrapper = version === 3 ? fields.optional(contextTag(3, true), 'extensions') : undefined;
  fields.end('tbsCertificate');
  return {
    version,
    serial: serial.integer(),
    tbsSignatureAlgorithm,
    issuer,
    subject,
    notBefore: notBefore.time(),
    notAfter: notAfter.time(),
    spki: spki.der,
    ...decodeExtensions(wrapper),
    spans: {
      serial: serial.contentSpan,
      notBefore: notBefore.span,
      notAfter: notAfter.span,
      spki: spki.span,
    },
  };
}

/** RFC 5280 section 4.1.2.1. Version 1 is the default, and DER leaves defaults out. */
function decodeVersion(fields: DerReader): 1 | 2 | 3 {
  const wrapper = fields.optional(contextTag(0, true), 'version');
  if (wrapper === undefined) return 1;
  const inner = wrapper.reader();
  const version = inner.next(TAG.integer, 'version').smallInteger() + 1;
  inner.end('version');
  if (version !== 2 && version !== 3) throw wrapper.error(`X.509 version ${version}, expected 2 or 3 here`);
  return version;
}

/** The form only: what key it is, and whether a good one, is the crypto provider's to say. */
function checkSpki(spki: DerElement): void {
  const fields = spki.reader();
  decodeAlgorithm(fields.next(TAG.sequence, 'algorithm'));
  fields.next(TAG.bitString, 'subjectPublicKey').octetBits();
  fields.end('subjectPublicKeyInfo');
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function decodeExtensions(wrapper: DerElement | undefined): KnownExtensions & { extensions: Extension[] } {
  const extensions: Extension[] = [];
  const known: Mutable<KnownExtensions> = {
    subjectAltName: undefined,
    basicConstraints: undefined,
    keyUsage: undefined,
    extKeyUsage: undefined,
    subjectKeyIdentifier: undefined,
    authorityKeyIdentifier: undefined,
    authorityInfoAccess: undefined,
    nameConstraints: undefined,
    certificatePolicies: undefined,
    policyMappings: undefined,
    policyConstraints: undefined,
    inhibitAnyPolicy: undefined,
  };
  if (wrapper === undefined) return { ...known, extensions };
  const outer = wrapper.reader();
  const list = outer.sequence('extensions');
  outer.end('extensions');
  if (list.remaining === 0) throw wrapper.error('is empty');
  for (const { extension, value } of decodeExtensionList(list)) {
    extensions.push(extension);
    decodeKnown(known, extension.oid, value);
  }
  return { ...known, extensions };
}

/** Reads Extensions up to the end of `list`, each with the OCTET STRING that wraps its value. @throws DerError */
export function* decodeExtensionList(
  list: DerReader,
): Generator<{ readonly extension: Extension; readonly value: DerElement }> {
  const seen = new Set<string>();
  while (list.remaining > 0) {
    const element = list.next(TAG.sequence, 'Extension');
    const fields = element.reader();
    const oid = fields.next(TAG.oid, 'extnID').oid();
    // Many write the default FALSE out, against X.690 section 11.5.
    const critical = fields.optional(TAG.boolean, 'critical')?.boolean() ?? false;
    const value = fields.next(TAG.octetString, 'extnValue');
    fields.end('Extension');
    // RFC 5280 section 4.2: no more than one instance of an extension.
    if (seen.has(oid)) throw element.error(`${oid} appears twice`);
    seen.add(oid);
    yield { extension: { oid, critical, value: value.content, span: element.span }, value };
  }
}

function decodeKnown(known: Mutable<KnownExtensions>, oid: string, value: DerElement): void {
  const reader = value.reader();
  switch (oid) {
    case OID.subjectAltName:
      known.subjectAltName = decodeSubjectAltName(reader);
      break;
    case OID.basicConstraints:
      known.basicConstraints = decodeBasicConstraints(reader);
      break;
    case OID.keyUsage:
      known.keyUsage = decodeKeyUsage(reader);
      break;
    case OID.extKeyUsage:
      known.extKeyUsage = decodeExtendedKeyUsage(reader);
      break;
    case OID.subjectKeyIdentifier:
      known.subjectKeyIdentifier = decodeSubjectKeyId(reader);
      break;
    case OID.authorityKeyIdentifier:
      known.authorityKeyIdentifier = decodeAuthorityKeyId(reader);
      break;
    case OID.authorityInfoAccess:
      known.authorityInfoAccess = decodeAuthorityInfoAccess(reader);
      break;
    case OID.nameConstraints:
      known.nameConstraints = decodeNameConstraints(reader);
      break;
    case OID.certificatePolicies:
      known.certificatePolicies = decodeCertificatePolicies(reader);
      break;
    case OID.policyMappings:
      known.policyMappings = decodePolicyMappings(reader);
      break;
    case OID.policyConstraints:
      known.policyConstraints = decodePolicyConstraints(reader);
      break;
    case OID.inhibitAnyPolicy:
      known.inhibitAnyPolicy = decodeInhibitAnyPolicy(reader);
      break;
    default:
      return;
  }
  reader.end('extnValue');
}
