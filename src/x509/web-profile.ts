import { contextTag, DerReader, OID } from '../asn1/index.ts';
import { equal, type Span } from '../bytes/index.ts';
import type { Fault } from './checks.ts';
import { formatIp } from './ip.ts';
import { rsaModulusBits } from './key-strength.ts';
import { attributeOf } from './name.ts';
import { type Certificate, findExtension } from './parse.ts';
import { printable } from './printable.ts';

/** What {@link webFaults} knows of a certificate's place. */
interface WebPlace {
  readonly depth: number;
  readonly anchor: boolean;
}

/** What the CA/Browser Forum's Baseline Requirements for TLS certificates forbid those who issue. */
export function webFaults(certificate: Certificate, { depth, anchor }: WebPlace): Fault[] {
  const bits = rsaModulusBits(certificate);
  const size =
    bits !== undefined && bits % 8 !== 0
      ? [fault(certificate.spans.spki, `an RSA modulus of ${bits} bits, not a multiple of 8`, '6.1.5')]
      : [];
  if (anchor && depth > 0) return [...size, ...rootFaults(certificate)];
  return depth === 0 ? [...size, ...subscriberFaults(certificate)] : size;
}

function fault(span: Span | undefined, message: string, section: string): Fault {
  const spec = `CA/Browser Forum Baseline Requirements section ${section}`;
  return { code: 'CERT_EXTENSION_INVALID', span, message, spec };
}

function rootFaults(certificate: Certificate): Fault[] {
  const faults: Fault[] = [];
  const usage = findExtension(certificate, OID.extKeyUsage);
  if (usage !== undefined) faults.push(fault(usage.span, 'a root with extKeyUsage', '7.1.2.1.2'));
  const authority = findExtension(certificate, OID.authorityKeyIdentifier);
  if (authority === undefined) return faults;
  const { authorityKeyIdentifier, subjectKeyIdentifier } = certificate;
  const fields = new DerReader(authority.value).sequence('authorityKeyIdentifier');
  fields.optional(contextTag(0, false), 'keyIdentifier');
  if (fields.remaining > 0) faults.push(fault(authority.span, 'names its issuer by serial number', '7.1.2.1.3'));
  if (authorityKeyIdentifier === undefined) {
    faults.push(fault(authority.span, 'authorityKeyIdentifier without keyIdentifier', '7.1.2.1.3'));
  } else if (subjectKeyIdentifier !== undefined && !equal(authorityKeyIdentifier, subjectKeyIdentifier)) {
    faults.push(fault(authority.span, 'the key identifiers of a root differ', '7.1.2.1.3'));
  }
  return faults;
}

function subscriberFaults(certificate: Certificate): Fault[] {
  const { subject, extKeyUsage, subjectAltName = [] } = certificate;
  const faults: Fault[] = [];
  const usage = findExtension(certificate, OID.extKeyUsage);
  if (usage === undefined) faults.push(fault(undefined, 'no extKeyUsage', '7.1.2.7.6'));
  if (usage?.critical === true) faults.push(fault(usage.span, 'extKeyUsage is critical', '7.1.2.7.6'));
  if (extKeyUsage?.includes(OID.anyExtendedKeyUsage) === true) {
    faults.push(fault(usage?.span, 'anyExtendedKeyUsage', '7.1.2.7.10'));
  }
  const names = findExtension(certificate, OID.subjectAltName);
  if (names?.critical === true && subject.rdns.length > 0) {
    faults.push(fault(names.span, 'subjectAltName is critical, and the subject is not empty', '7.1.2.7.12'));
  }
  const commonName = attributeOf(subject, OID.commonName);
  // IP addresses as RFC 5952 and 6943 write them, DNS names byte for byte.
  const texts = subjectAltName.map((name) =>
    name.type === 'ip' ? formatIp(name.value) : name.type === 'dns' ? name.value : undefined,
  );
  if (commonName !== undefined && !texts.includes(commonName)) {
    faults.push(fault(subject.span, `the common name ${printable(commonName)} is not in subjectAltName`, '7.1.4.3'));
  }
  return faults;
}
