import { contextTag, DerReader, decodePem, OID, PemError, TAG } from '../asn1/index.ts';
import { toLatin1 } from '../bytes/index.ts';
import { asX509, X509Error } from './error.ts';
import { parseCertificate } from './parse.ts';

/** Certificates that one file is read for. Real bundles hold one to four. */
const MAX_CERTIFICATES = 16;

/**
 * The certificates in what a caIssuers URL gives (RFC 5280 section 4.2.2.1): one DER certificate or a "certs-only" CMS
 * message, here in DER only; PEM is tolerated, as clients do. Each of them parses. They are in the order of the file,
 * which says nothing: who issued what is for who validates.
 * @throws X509Error when there is none
 */
export function publishedCertificates(bytes: Uint8Array): Uint8Array[] {
  const found = blocksOf(bytes).flatMap(certificatesIn).slice(0, MAX_CERTIFICATES);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) {
    parseCertificate(only);
    return found;
  }
  // One that is broken does not take the others with it.
  const whole = found.filter(parses);
  if (whole.length === 0) throw new X509Error('holds no certificate', { start: 0, end: bytes.length });
  return whole;
}

/** The DER inside of PEM, or the bytes as they are. */
function blocksOf(bytes: Uint8Array): Uint8Array[] {
  const isDer = bytes[0] === TAG.sequence && (bytes[1] ?? 0) >= 0x80;
  if (isDer) return [bytes];
  const text = toLatin1(bytes);
  if (!text.includes('-----BEGIN ')) return [bytes];
  try {
    return decodePem(text).map((block) => block.bytes);
  } catch (error) {
    if (!(error instanceof PemError)) throw error;
    throw new X509Error(error.message, { start: 0, end: bytes.length }, { cause: error });
  }
}

function certificatesIn(bytes: Uint8Array): Uint8Array[] {
  return asX509(() => {
    const input = new DerReader(bytes);
    const outer = input.sequence('certificate or CMS message');
    input.end('certificate or CMS message');
    return outer.at(TAG.oid) ? certsOnly(outer) : [bytes];
  });
}

/** RFC 5652 sections 3 and 5.1: a SignedData whose signatures, if any, are for others to look at. @throws DerError */
function certsOnly(contentInfo: DerReader): Uint8Array[] {
  const type = contentInfo.next(TAG.oid, 'contentType');
  if (type.oid() !== OID.signedData) throw type.error('not a SignedData');
  const content = contentInfo.next(contextTag(0, true), 'content').reader();
  contentInfo.end('ContentInfo');
  const signedData = content.sequence('SignedData');
  content.end('content');
  signedData.next(TAG.integer, 'version');
  signedData.next(TAG.set, 'digestAlgorithms');
  signedData.next(TAG.sequence, 'encapContentInfo');
  const certificates = signedData.optional(contextTag(0, true), 'certificates')?.reader();
  const found: Uint8Array[] = [];
  while (certificates !== undefined && certificates.remaining > 0) {
    const choice = certificates.any('CertificateChoices');
    // RFC 5652 section 10.2.2: the other choices are of older or other kinds.
    if (choice.tag === TAG.sequence) found.push(choice.der);
  }
  signedData.optional(contextTag(1, true), 'crls');
  signedData.next(TAG.set, 'signerInfos');
  signedData.end('SignedData');
  return found;
}

function parses(der: Uint8Array): boolean {
  try {
    parseCertificate(der);
    return true;
  } catch (error) {
    if (error instanceof X509Error) return false;
    throw error;
  }
}
