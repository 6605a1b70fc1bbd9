/**
 * ASN.1 as X.509 uses it: a strict DER reader with byte spans ({@link DerReader}), a DER writer (`der`), object
 * identifiers as data ({@link OID}) and PEM. It knows no certificate.
 */
export { type DerElement, DerError, DerReader } from './der.ts';
export { OID, type OidName, oidName } from './oid.ts';
export { decodePem, encodePem, PemError } from './pem.ts';
export { contextTag, TAG } from './tag.ts';
export { decodeString } from './text.ts';
export * as der from './write.ts';
