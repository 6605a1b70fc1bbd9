import { contextTag, DerReader, OID, TAG } from '../asn1/index.ts';
import { equal } from '../bytes/index.ts';
import { asX509 } from './error.ts';
import { decodeIssuingDistributionPoint, type IssuingDistributionPoint } from './extensions/distribution-points.ts';
import { decodeGeneralNames } from './extensions/general-name.ts';
import { decodeAuthorityKeyId } from './extensions/key-identifiers.ts';
import { decodeName, type Name, sameName } from './name.ts';
import { type AlgorithmIdentifier, decodeAlgorithm, decodeExtensionList, type Signed } from './parse.ts';

/** A certificate that a CRL lists (RFC 5280 section 5.1.2.6). */
export interface CrlEntry {
  /** Two's complement, as encoded. */
  readonly serial: Uint8Array;
  /** Epoch milliseconds. */
  readonly revokedAt: number;
  /** A CRLReason (section 5.3.1); 8 is removeFromCRL. */
  readonly reason: number | undefined;
  /** Who issued the certificate: the CRL's issuer unless an entry before or this one says otherwise. */
  readonly issuer: Name;
}

/** A parsed certificate revocation list (RFC 5280 section 5.1). */
export interface Crl extends Signed {
  readonly issuer: Name;
  readonly tbsSignatureAlgorithm: AlgorithmIdentifier;
  /** Epoch milliseconds. */
  readonly thisUpdate: number;
  readonly nextUpdate: number | undefined;
  readonly entries: readonly CrlEntry[];
  readonly number: bigint | undefined;
  readonly numberIsCritical: boolean;
  /** Of a delta CRL: the number of the complete CRL that it starts from. */
  readonly baseNumber: bigint | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined;
  /** Critical extensions, of the list or of an entry, that are not understood: object identifiers. */
  readonly unknownCritical: readonly string[];
}

/** A longer CRL is not read. The largest in use have some ten million bytes. */
const MAX_LENGTH = 32 * 1024 * 1024;

/** ENUMERATED. */
const ENUMERATED = 0x0a;

/** Extensions of CRLs and of entries that are understood, or that promise nothing. */
const KNOWN: ReadonlySet<string> = new Set([
  OID.authorityKeyIdentifier,
  OID.cRLNumber,
  OID.deltaCRLIndicator,
  OID.issuingDistributionPoint,
  OID.freshestCRL,
]);

const KNOWN_OF_ENTRY: ReadonlySet<string> = new Set([OID.reasonCode, OID.invalidityDate, OID.certificateIssuer]);

/**
 * Parses a DER CRL: strict where the form matters, silent about whether it is of use for anything.
 * @throws X509Error
 */
export function parseCrl(der: Uint8Array): Crl {
  return asX509(() => {
    const input = new DerReader(der);
    const element = input.next(TAG.sequence, 'CertificateList');
    input.end('CertificateList');
    if (der.length > MAX_LENGTH) throw element.error(`longer than ${MAX_LENGTH} bytes`);
    const outer = element.reader();
    const tbs = outer.next(TAG.sequence, 'tbsCertList');
    const signatureAlgorithm = decodeAlgorithm(outer.next(TAG.sequence, 'signatureAlgorithm'));
    const signature = outer.next(TAG.bitString, 'signatureValue').octetBits();
    outer.end('CertificateList');
    return { der, tbs: tbs.der, ...decodeTbs(tbs.reader()), signatureAlgorithm, signature };
  });
}

/** What a CRL says of the certificate with this issuer and serial number. The last entry for it counts. */
export function findEntry(crl: Crl, issuer: Name, serial: Uint8Array): CrlEntry | undefined {
  return crl.entries.findLast((entry) => equal(entry.serial, serial) && sameName(entry.issuer, issuer));
}

function decodeTbs(fields: DerReader) {
  const version = fields.optional(TAG.integer, 'version');
  if (version !== undefined && version.smallInteger() !== 1) throw version.error('not version 2');
  const tbsSignatureAlgorithm = decodeAlgorithm(fields.next(TAG.sequence, 'signature'));
  const issuer = decodeName(fields.next(TAG.sequence, 'issuer'));
  const thisUpdate = fields.any('thisUpdate').time();
  const isTime = fields.at(TAG.utcTime) || fields.at(TAG.generalizedTime);
  const nextUpdate = isTime ? fields.any('nextUpdate').time() : undefined;
  const revoked = fields.optional(TAG.sequence, 'revokedCertificates');
  const unknown = new Set<string>();
  const entries = revoked === undefined ? [] : decodeEntries(revoked.reader(), issuer, version !== undefined, unknown);
  // Section 5.1.2.6: absent when there are none.
  if (revoked !== undefined && entries.length === 0) throw revoked.error('is empty');
  const wrapper = version === undefined ? undefined : fields.optional(contextTag(0, true), 'crlExtensions');
  fields.end('tbsCertList');
  const extensions = decodeCrlExtensions(wrapper?.reader(), unknown);
  return {
    ...{ tbsSignatureAlgorithm, issuer, thisUpdate, nextUpdate, entries },
    ...extensions,
    unknownCritical: [...unknown],
  };
}

function decodeEntries(list: DerReader, crlIssuer: Name, isV2: boolean, unknown: Set<string>): CrlEntry[] {
  const entries: CrlEntry[] = [];
  let issuer = crlIssuer;
  while (list.remaining > 0) {
    const entry = list.sequence('revokedCertificate');
    const serial = entry.next(TAG.integer, 'userCertificate').integer();
    const revokedAt = entry.any('revocationDate').time();
    let reason: number | undefined;
    const extensions = isV2 ? entry.optional(TAG.sequence, 'crlEntryExtensions') : undefined;
    entry.end('revokedCertificate');
    if (extensions !== undefined) {
      for (const { extension, value } of decodeExtensionList(extensions.reader())) {
        const reader = value.reader();
        if (extension.oid === OID.reasonCode) {
          reason = reader.next(ENUMERATED, 'reasonCode').smallInteger();
        } else if (extension.oid === OID.certificateIssuer) {
          const names = decodeGeneralNames(reader.sequence('certificateIssuer'));
          const directory = names.find((name) => name.type === 'directory');
          if (directory === undefined) throw value.error('a certificateIssuer without a directoryName');
          issuer = directory.value;
        } else if (extension.critical && !KNOWN_OF_ENTRY.has(extension.oid)) {
          unknown.add(extension.oid);
        }
      }
    }
    entries.push({ serial, revokedAt, reason, issuer });
  }
  return entries;
}

function decodeCrlExtensions(outer: DerReader | undefined, unknown: Set<string>) {
  let number: bigint | undefined;
  let numberIsCritical = false;
  let baseNumber: bigint | undefined;
  let authorityKeyIdentifier: Uint8Array | undefined;
  let issuingDistributionPoint: IssuingDistributionPoint | undefined;
  const list = outer?.sequence('crlExtensions');
  outer?.end('crlExtensions');
  for (const { extension, value } of list === undefined ? [] : decodeExtensionList(list)) {
    const { oid, critical } = extension;
    if (critical && !KNOWN.has(oid)) unknown.add(oid);
    const reader = value.reader();
    if (oid === OID.cRLNumber) {
      number = decodeNumber(reader);
      numberIsCritical = critical;
    } else if (oid === OID.deltaCRLIndicator) baseNumber = decodeNumber(reader);
    else if (oid === OID.authorityKeyIdentifier) authorityKeyIdentifier = decodeAuthorityKeyId(reader);
    else if (oid === OID.issuingDistributionPoint) issuingDistributionPoint = decodeIssuingDistributionPoint(reader);
    else continue;
    reader.end('extnValue');
  }
  return { number, numberIsCritical, baseNumber, authorityKeyIdentifier, issuingDistributionPoint };
}

/** A CRL's number: RFC 5280 section 5.2.3 allows 20 bytes. */
function decodeNumber(reader: DerReader): bigint {
  const element = reader.next(TAG.integer, 'CRLNumber');
  const bytes = element.integer();
  if (bytes.length > 21 || (bytes[0] ?? 0) >= 0x80) throw element.error('not a number of at most 20 bytes');
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
