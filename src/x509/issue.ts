/**
 * Issues certificates for the local lab and for tests: throw-away CAs, and certificates broken on purpose. It writes
 * what it is told and judges nothing. No CA for real names: no policy, no log, no revocation.
 */
import { der, OID } from '../asn1/index.ts';
import { EMPTY } from '../bytes/index.ts';
import type { PrivateKey, SchemeName } from '../crypto/index.ts';
import { encodeAuthorityInfoAccess } from './extensions/authority-info-access.ts';
import { encodeBasicConstraints } from './extensions/basic-constraints.ts';
import { encodeExtendedKeyUsage } from './extensions/extended-key-usage.ts';
import { encodeAuthorityKeyId, encodeSubjectKeyId } from './extensions/key-identifiers.ts';
import { encodeKeyUsage, type KeyUsage } from './extensions/key-usage.ts';
import { encodeSubjectAltName } from './extensions/subject-alt-name.ts';
import { encodeName, type NameInput } from './name.ts';
import { parseCertificate } from './parse.ts';
import { encodeSignatureAlgorithm } from './signature-algorithm.ts';

/** An extension as it is to stand in the certificate. `value` is the DER inside of extnValue. */
export interface ExtensionInput {
  readonly oid: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** What is to be issued. */
export interface Issuance {
  readonly subject: NameInput;
  /** SubjectPublicKeyInfo of the subject, DER. */
  readonly subjectPublicKey: Uint8Array;
  /** The issuing certificate, DER. Without it the certificate names itself as its issuer. */
  readonly issuer?: Uint8Array;
  /** The key that signs: the issuer's, or the subject's own. */
  readonly key: PrivateKey;
  /** Epoch milliseconds, as are all times here. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The serial number's magnitude, 1 to 20 bytes; random is the caller's to make (RFC 5280 section 4.1.2.2). */
  readonly serial: Uint8Array;
  /** DNS names and IP literals; none leaves subjectAltName out. */
  readonly names?: readonly string[];
  /** Makes it a CA. */
  readonly ca?: { readonly pathLength?: number };
  /** Default: keyCertSign and cRLSign for a CA, digitalSignature otherwise. Empty leaves the extension out. */
  readonly keyUsage?: readonly KeyUsage[];
  /** Key purposes as object identifiers. Empty or absent leaves the extension out. */
  readonly extendedKeyUsage?: readonly string[];
  /** URIs of the issuer's certificate, for authorityInfoAccess. Empty or absent leaves the extension out. */
  readonly caIssuers?: readonly string[];
  /** Added behind the others; one with the object identifier of another replaces that. */
  readonly extraExtensions?: readonly ExtensionInput[];
  /** Default: PKCS#1 with SHA-256 for a plain RSA key, otherwise the key's first scheme. */
  readonly scheme?: SchemeName;
}

/** Issues a certificate, DER. Throws what the key's `sign` throws, and RangeError for a value that DER cannot hold. */
export function issueCertificate(request: Issuance): Uint8Array {
  const { key, subjectPublicKey } = request;
  const scheme = request.scheme ?? defaultScheme(key);
  const algorithm = encodeSignatureAlgorithm(scheme);
  const subject = encodeName(request.subject);
  const issuer = request.issuer === undefined ? undefined : parseCertificate(request.issuer);
  const tbs = der.sequence(
    der.explicit(0, der.integer(2)),
    der.integer(request.serial),
    algorithm,
    issuer?.subject.der ?? subject,
    der.sequence(der.time(request.notBefore), der.time(request.notAfter)),
    subject,
    subjectPublicKey,
    der.explicit(3, der.sequence(...extensionsOf(request, issuer?.subjectKeyIdentifier).map(encodeExtension))),
  );
  return der.sequence(tbs, algorithm, der.bitString(key.sign(scheme, tbs)));
}

function extensionsOf(request: Issuance, issuerKeyId: Uint8Array | undefined): ExtensionInput[] {
  const { ca, names = [], extendedKeyUsage = [], caIssuers = [], extraExtensions = [] } = request;
  const keyUsage = request.keyUsage ?? (ca ? ['keyCertSign', 'cRLSign'] : ['digitalSignature']);
  const subjectKeyId = keyIdentifier(request.subjectPublicKey);
  const authorityKeyId = request.issuer === undefined ? subjectKeyId : issuerKeyId;
  const extensions: ExtensionInput[] = [
    {
      oid: OID.basicConstraints,
      critical: true,
      value: encodeBasicConstraints({ ca: ca !== undefined, pathLength: ca?.pathLength }),
    },
    { oid: OID.subjectKeyIdentifier, critical: false, value: encodeSubjectKeyId(subjectKeyId) },
  ];
  const add = (oid: string, critical: boolean, value: Uint8Array) => extensions.push({ oid, critical, value });
  if (authorityKeyId) add(OID.authorityKeyIdentifier, false, encodeAuthorityKeyId(authorityKeyId));
  if (keyUsage.length > 0) add(OID.keyUsage, true, encodeKeyUsage(keyUsage));
  if (extendedKeyUsage.length > 0) add(OID.extKeyUsage, false, encodeExtendedKeyUsage(extendedKeyUsage));
  if (names.length > 0) {
    // RFC 5280 section 4.2.1.6: critical when the subject is empty.
    add(OID.subjectAltName, Object.keys(request.subject).length === 0, encodeSubjectAltName(names));
  }
  if (caIssuers.length > 0) add(OID.authorityInfoAccess, false, encodeAuthorityInfoAccess({ ocsp: [], caIssuers }));
  const replaced = new Set(extraExtensions.map(({ oid }) => oid));
  return [...extensions.filter(({ oid }) => !replaced.has(oid)), ...extraExtensions];
}

function encodeExtension({ oid, critical, value }: ExtensionInput): Uint8Array {
  return der.sequence(der.oid(oid), critical ? der.boolean(true) : EMPTY, der.octetString(value));
}

/**
 * A key identifier without a hash: the last bytes of the public key. RFC 5280 section 4.2.1.2 leaves the method free,
 * and in a throw-away CA these are as unique as the key.
 */
function keyIdentifier(spki: Uint8Array): Uint8Array {
  return spki.subarray(Math.max(0, spki.length - 20));
}

function defaultScheme(key: PrivateKey): SchemeName {
  const [first] = key.schemes;
  if (key.type === 'rsa') return 'rsa_pkcs1_sha256';
  if (first === undefined) throw new RangeError('the key has no signature scheme');
  return first;
}
