/** Keys of DSA whose parameters are those of the issuer (RFC 3279 section 2.3.2). */
import { DerReader, der, TAG } from '../../../src/asn1/index.ts';
import type { Certificate } from '../../../src/x509/index.ts';

/** The SubjectPublicKeyInfo of a certificate with parameters in it: its own, else its issuer's and so on. */
export function inheritedSpki(certificate: Certificate, certificates: readonly Certificate[]): Uint8Array | undefined {
  let at: Certificate | undefined = certificate;
  for (let steps = 0; at !== undefined && steps < certificates.length; steps++) {
    const parameters = parametersOf(at.spki);
    if (parameters !== undefined) return withParameters(certificate.spki, parameters);
    const issuer: Certificate['issuer'] = at.issuer;
    at = certificates.find(({ subject }) => subject.text === issuer.text);
  }
  return undefined;
}

function parametersOf(spki: Uint8Array): Uint8Array | undefined {
  const algorithm = new DerReader(spki).sequence('SubjectPublicKeyInfo').sequence('algorithm');
  algorithm.next(TAG.oid, 'algorithm');
  return algorithm.optional(TAG.sequence, 'parameters')?.der;
}

function withParameters(spki: Uint8Array, parameters: Uint8Array): Uint8Array {
  const fields = new DerReader(spki).sequence('SubjectPublicKeyInfo');
  const oid = fields.sequence('algorithm').next(TAG.oid, 'algorithm').der;
  return der.sequence(der.sequence(oid, parameters), fields.next(TAG.bitString, 'subjectPublicKey').der);
}
