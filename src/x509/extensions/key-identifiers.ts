import { contextTag, type DerReader, der, TAG } from '../../asn1/index.ts';

/** Reads subjectKeyIdentifier (RFC 5280 section 4.2.1.2). @throws DerError */
export function decodeSubjectKeyId(value: DerReader): Uint8Array {
  return value.next(TAG.octetString, 'subjectKeyIdentifier').content;
}

/** Writes subjectKeyIdentifier. */
export function encodeSubjectKeyId(keyId: Uint8Array): Uint8Array {
  return der.octetString(keyId);
}

/** Reads the keyIdentifier of authorityKeyIdentifier (RFC 5280 section 4.2.1.1), if it has one. @throws DerError */
export function decodeAuthorityKeyId(value: DerReader): Uint8Array | undefined {
  const fields = value.sequence('authorityKeyIdentifier');
  const keyId = fields.optional(contextTag(0, false), 'keyIdentifier');
  // Issuer name and serial identify one certificate of the authority, not its key: read for their form only.
  fields.optional(contextTag(1, true), 'authorityCertIssuer');
  fields.optional(contextTag(2, false), 'authorityCertSerialNumber');
  fields.end('authorityKeyIdentifier');
  return keyId?.content;
}

/** Writes authorityKeyIdentifier with a keyIdentifier alone. */
export function encodeAuthorityKeyId(keyId: Uint8Array): Uint8Array {
  return der.sequence(der.implicit(0, der.octetString(keyId)));
}
