import { DerReader, OID, oidName, TAG } from '../asn1/index.ts';
import { toHex } from '../bytes/index.ts';
import { CryptoError, type CryptoProvider, type KeyType } from '../crypto/index.ts';
import { generalNameText } from './extensions/general-name.ts';
import { attributeOf } from './name.ts';
import { type Certificate, decodeAlgorithm, isSelfIssued } from './parse.ts';
import { printable } from './printable.ts';

/** What people look for in a certificate. Texts are safe to show. */
export interface CertificateFields {
  /** What to call it in a line: see {@link shortName}. */
  readonly name: string;
  /** Distinguished names, as RFC 4514 writes them. */
  readonly subject: string;
  readonly issuer: string;
  /** Whether both are the same. */
  readonly selfIssued: boolean;
  /** Hexadecimal. */
  readonly serial: string;
  /** Epoch milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** subjectAltName. */
  readonly names: readonly string[];
  /** `RSA 2048`, `P-256`; the algorithm and what is wrong with it where the provider does not take it. */
  readonly key: string;
  /** The signature's algorithm by its name: `ecdsaWithSHA256`. */
  readonly signature: string;
}

const KEYS: Readonly<Record<KeyType, string>> = {
  rsa: 'RSA',
  'rsa-pss': 'RSA-PSS',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
  'ml-dsa-44': 'ML-DSA-44',
  'ml-dsa-65': 'ML-DSA-65',
  'ml-dsa-87': 'ML-DSA-87',
};

/** Reads the fields that people look for. */
export function certificateFields(certificate: Certificate, crypto: CryptoProvider): CertificateFields {
  const { subject, issuer, serial, notBefore, notAfter, subjectAltName = [], signatureAlgorithm } = certificate;
  return {
    name: shortName(certificate),
    subject: subject.text,
    issuer: issuer.text,
    selfIssued: isSelfIssued(certificate),
    serial: toHex(serial),
    notBefore,
    notAfter,
    names: subjectAltName.map(generalNameText),
    key: keyText(certificate, crypto),
    signature: oidName(signatureAlgorithm.oid),
  };
}

/** The common name, else the first DNS name, else the whole subject. Safe to show. */
export function shortName({ subject, subjectAltName = [] }: Certificate): string {
  const dns = subjectAltName.find(({ type }) => type === 'dns');
  const name = attributeOf(subject, OID.commonName) ?? (dns?.type === 'dns' ? dns.value : undefined);
  return name === undefined ? subject.text : printable(name);
}

function keyText({ spki }: Certificate, crypto: CryptoProvider): string {
  try {
    const { type, bits } = crypto.importPublicKey(spki);
    return type === 'rsa' || type === 'rsa-pss' ? `${KEYS[type]} ${bits}` : KEYS[type];
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    // The parser has read as much of it.
    const { oid } = decodeAlgorithm(
      new DerReader(spki).sequence('subjectPublicKeyInfo').next(TAG.sequence, 'algorithm'),
    );
    return `${oidName(oid)}, not accepted: ${printable(error.message)}`;
  }
}
