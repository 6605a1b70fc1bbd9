/** Certificates that were issued as they should not be. */
import { OID } from '../../asn1/index.ts';
import type { EndpointSpec } from '../endpoint.ts';
import { https } from './https.ts';

/** Its certificate is for clients. */
export const wrongPurpose: EndpointSpec = {
  id: 'wrong-purpose',
  host: 'oak.example',
  fault: 'the certificate is for clients, not for servers',
  cause: { code: 'CERT_WRONG_PURPOSE', proof: 'bytes' },
  served: (kit) => https(kit, { extendedKeyUsage: [OID.clientAuth] }),
  repaired: (kit) => https(kit, { extendedKeyUsage: [OID.clientAuth, OID.serverAuth] }),
};

/** Its certificate was issued by one that is no CA. */
export const issuerNotCa: EndpointSpec = {
  id: 'issuer-not-ca',
  host: 'pine.example',
  fault: 'what issued the certificate is no CA',
  cause: { code: 'ISSUER_NOT_CA', proof: 'bytes' },
  served: (kit) => https(kit, { issuer: kit.ca.subordinate({ isCa: false }) }),
  repaired: (kit) => https(kit, { issuer: kit.ca.subordinate({}) }),
};

/** There is an intermediate below one that allows none. */
export const pathLength: EndpointSpec = {
  id: 'path-length',
  host: 'reed.example',
  fault: 'there are more intermediates than a CA allows',
  cause: { code: 'PATH_LENGTH_EXCEEDED', proof: 'bytes' },
  served: ({ ca, ...kit }) =>
    https({ ...kit, ca }, { issuer: ca.subordinate({ commonName: 'Lab Second', issuer: ca.intermediate }) }),
  repaired: ({ ca, ...kit }) => https({ ...kit, ca }, { issuer: ca.subordinate({ commonName: 'Lab Second' }) }),
};

/** Its certificate is signed over SHA-1. */
export const weakSignature: EndpointSpec = {
  id: 'weak-signature',
  host: 'sage.example',
  fault: 'the certificate is signed over SHA-1',
  cause: { code: 'CERT_SIGNATURE_WEAK', proof: 'bytes' },
  served: (kit) => https(kit, { sha1: true }),
  repaired: (kit) => https(kit),
};

/** Its key is shorter than anybody accepts. */
export const weakKey: EndpointSpec = {
  id: 'weak-key',
  host: 'tansy.example',
  fault: 'the certificate has an RSA key of 1,024 bits',
  cause: { code: 'CERT_KEY_WEAK', proof: 'bytes' },
  served: (kit) => https(kit, { keyKind: 'rsa-1024' }),
  repaired: (kit) => https(kit, { keyKind: 'rsa' }),
};
