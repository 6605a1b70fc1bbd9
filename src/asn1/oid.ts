/** Object identifiers of X.509 and its companions, by the names their documents use. */
export const OID = {
  // Attribute types (RFC 5280 appendix A.1, RFC 4519, RFC 2985)
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  countryName: '2.5.4.6',
  localityName: '2.5.4.7',
  stateOrProvinceName: '2.5.4.8',
  streetAddress: '2.5.4.9',
  organizationName: '2.5.4.10',
  organizationalUnitName: '2.5.4.11',
  title: '2.5.4.12',
  businessCategory: '2.5.4.15',
  postalCode: '2.5.4.17',
  givenName: '2.5.4.42',
  organizationIdentifier: '2.5.4.97',
  userId: '0.9.2342.19200300.100.1.1',
  domainComponent: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
  // Certificate extensions (RFC 5280 section 4.2)
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  cRLDistributionPoints: '2.5.29.31',
  certificatePolicies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  authorityKeyIdentifier: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  extKeyUsage: '2.5.29.37',
  cRLNumber: '2.5.29.20',
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  deltaCRLIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  anyPolicy: '2.5.29.32.0',
  freshestCRL: '2.5.29.46',
  inhibitAnyPolicy: '2.5.29.54',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  signedCertificateTimestampList: '1.3.6.1.4.1.11129.2.4.2',
  precertificatePoison: '1.3.6.1.4.1.11129.2.4.3',
  // Microsoft's application policies: as extKeyUsage
  applicationPolicies: '1.3.6.1.4.1.311.21.10',
  // Policy qualifiers (RFC 5280 section 4.2.1.4)
  cps: '1.3.6.1.5.5.7.2.1',
  unotice: '1.3.6.1.5.5.7.2.2',
  // Access methods (RFC 5280 section 4.2.2.1)
  ocsp: '1.3.6.1.5.5.7.48.1',
  caIssuers: '1.3.6.1.5.5.7.48.2',
  // Key purposes (RFC 5280 section 4.2.1.12)
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
  // Signature algorithms (RFC 3279, RFC 4055, RFC 5758, RFC 8410)
  md5WithRSAEncryption: '1.2.840.113549.1.1.4',
  sha1WithRSAEncryption: '1.2.840.113549.1.1.5',
  rsassaPss: '1.2.840.113549.1.1.10',
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
  ecdsaWithSHA1: '1.2.840.10045.4.1',
  ecdsaWithSHA256: '1.2.840.10045.4.3.2',
  ecdsaWithSHA384: '1.2.840.10045.4.3.3',
  ecdsaWithSHA512: '1.2.840.10045.4.3.4',
  ed25519: '1.3.101.112',
  ed448: '1.3.101.113',
  // ML-DSA (RFC 9881 section 2): keys and signatures
  mlDsa44: '2.16.840.1.101.3.4.3.17',
  mlDsa65: '2.16.840.1.101.3.4.3.18',
  mlDsa87: '2.16.840.1.101.3.4.3.19',
  // Hash functions and the mask generation function (RFC 4055 section 2)
  mgf1: '1.2.840.113549.1.1.8',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  // Contents of a CMS message (RFC 5652 section 5.1)
  signedData: '1.2.840.113549.1.7.2',
} as const satisfies Readonly<Record<string, string>>;

/** A name in {@link OID}. */
export type OidName = keyof typeof OID;

const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(OID).map(([name, oid]) => [oid, name]));

/** The name of an object identifier as its document writes it, or the dotted form when it is not in {@link OID}. */
export function oidName(oid: string): string {
  return NAMES.get(oid) ?? oid;
}

/** Bytes of one arc: a 128-bit UUID under 2.25 (X.667) takes 19. Longer ones only serve to make work. */
const MAX_ARC_BYTES = 19;

/** Decodes the contents of an OBJECT IDENTIFIER to dotted form; `undefined` when they are not DER. */
export function decodeOid(content: Uint8Array): string | undefined {
  let out = '';
  let value = 0;
  let large: bigint | undefined;
  let width = 0;
  for (const byte of content) {
    // X.690 section 8.19.2: an arc has no leading zero septet.
    if (width === 0 && byte === 0x80) return undefined;
    if (++width > MAX_ARC_BYTES) return undefined;
    if (width === 8) large = BigInt(value);
    if (large === undefined) value = value * 128 + (byte & 0x7f);
    else large = (large << 7n) | BigInt(byte & 0x7f);
    if (byte >= 0x80) continue;
    if (out !== '') out += `.${large ?? value}`;
    else if (large !== undefined) out = `2.${large - 80n}`;
    else out = value < 80 ? `${Math.floor(value / 40)}.${value % 40}` : `2.${value - 80}`;
    value = 0;
    large = undefined;
    width = 0;
  }
  return width === 0 && out !== '' ? out : undefined;
}

/** The contents of an OBJECT IDENTIFIER. Throws a RangeError if `oid` is not in dotted form. */
export function encodeOid(oid: string): Uint8Array {
  if (!/^[0-2](\.(0|[1-9]\d*))+$/.test(oid)) throw new RangeError(`not an object identifier: ${oid}`);
  const [root = 0n, second = 0n, ...rest] = oid.split('.').map(BigInt);
  if (root < 2n && second > 39n) throw new RangeError(`not an object identifier: ${oid}`);
  const out: number[] = [];
  for (const arc of [root * 40n + second, ...rest]) {
    const septets = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) septets.unshift(Number(left & 0x7fn) | 0x80);
    out.push(...septets);
  }
  return Uint8Array.from(out);
}
