import { contextTag, DerReader, TAG } from '../asn1/index.ts';
import { equal } from '../bytes/index.ts';
import { asX509 } from './error.ts';
import { decodeKeyUsage } from './extensions/key-usage.ts';

/** What a handshake needs of the peer's certificate before the chain is judged. */
export interface LeafKey {
  /** SubjectPublicKeyInfo, DER: a view of the certificate. */
  readonly spki: Uint8Array;
  /** Whether keyUsage lets the key sign; so it does when that extension is absent (RFC 8446 section 4.4.2.2). */
  readonly digitalSignature: boolean;
  /** Whether keyUsage lets others encrypt keys to it, as old suites of RSA do (RFC 5246 section 7.4.2). */
  readonly keyEncipherment: boolean;
}

/** 2.5.29.15 as encoded. */
const KEY_USAGE = Uint8Array.of(0x55, 0x1d, 0x0f);

/**
 * The key of an end-entity certificate, reading nothing else: a handshake waits for it. The first keyUsage counts;
 * whether the certificate is well-formed as a whole comes out when the chain is validated.
 * @throws X509Error
 */
export function leafKey(der: Uint8Array): LeafKey {
  return asX509(() => {
    const tbs = new DerReader(der).sequence('Certificate').sequence('tbsCertificate');
    tbs.optional(contextTag(0, true), 'version');
    tbs.next(TAG.integer, 'serialNumber');
    tbs.next(TAG.sequence, 'signature');
    tbs.next(TAG.sequence, 'issuer');
    tbs.next(TAG.sequence, 'validity');
    tbs.next(TAG.sequence, 'subject');
    const spki = tbs.next(TAG.sequence, 'subjectPublicKeyInfo').der;
    tbs.optional(contextTag(1, false), 'issuerUniqueID');
    tbs.optional(contextTag(2, false), 'subjectUniqueID');
    const extensions = tbs.optional(contextTag(3, true), 'extensions')?.reader().sequence('extensions');
    while (extensions !== undefined && extensions.remaining > 0) {
      const extension = extensions.sequence('Extension');
      if (!equal(extension.next(TAG.oid, 'extnID').content, KEY_USAGE)) continue;
      extension.optional(TAG.boolean, 'critical');
      const usages = decodeKeyUsage(extension.next(TAG.octetString, 'extnValue').reader());
      return {
        spki,
        digitalSignature: usages.includes('digitalSignature'),
        keyEncipherment: usages.includes('keyEncipherment'),
      };
    }
    return { spki, digitalSignature: true, keyEncipherment: true };
  });
}
