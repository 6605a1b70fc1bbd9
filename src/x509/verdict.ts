import type { Span } from '../bytes/index.ts';
import type { IdentityMatch } from './identity.ts';
import type { Certificate } from './parse.ts';

/** What RFC 5280's profile forbids a CA to issue, and what is accepted all the same where it is not asked for. */
const PROFILE_CODES = [
  /** Zero, negative, or longer than 20 bytes. */
  'CERT_SERIAL_INVALID',
  /** An issuer or a CA's subject without a name. */
  'CERT_NAME_INVALID',
  /** An extension that has to be there and is not, the other way round, or not as critical as it has to be. */
  'CERT_EXTENSION_INVALID',
  /** issuerUniqueID or subjectUniqueID. */
  'CERT_UNIQUE_ID',
  /** Encodings that everybody reads: a default written out, an old string type, missing parameters. */
  'CERT_ENCODING_ODD',
] as const;

/** See {@link PROFILE_CODES}. */
export type ProfileCode = (typeof PROFILE_CODES)[number];

/**
 * Everything that can be wrong with a chain, the gravest first: findings are sorted in this order. Codes are stable.
 */
export const CHAIN_FINDING_CODES = [
  /** The peer sent no certificate. */
  'CERT_MISSING',
  /** A certificate sent is not one: DER or RFC 5280's structure is broken. */
  'CERT_MALFORMED',
  /** The leaf is signed with its own key and not in the trust store. */
  'CERT_SELF_SIGNED',
  /** The chain ends in a self-signed certificate that is not in the trust store. */
  'ROOT_UNTRUSTED',
  /** An issuer was not sent and is not trusted, but its certificate is published where authorityInfoAccess says. */
  'CHAIN_INCOMPLETE',
  /** As CHAIN_INCOMPLETE, and nothing says where the issuer is to be had. */
  'UNKNOWN_ISSUER',
  'CERT_EXPIRED',
  'CERT_NOT_YET_VALID',
  /** No name in the leaf is the one asked for. */
  'NAME_MISMATCH',
  /** A responder or a CRL says that it was revoked. */
  'CERT_REVOKED',
  /** A root that is in the trust store only to be refused. */
  'ROOT_DISTRUSTED',
  /** The issuer's key did not make the signature. */
  'CERT_SIGNATURE_INVALID',
  /** The certificate's two algorithm fields differ. */
  'SIGNATURE_ALGORITHM_MISMATCH',
  /** A signature over SHA-1 or MD5. */
  'CERT_SIGNATURE_WEAK',
  /** A signature algorithm that is not understood, or not by that type of key. */
  'CERT_SIGNATURE_UNSUPPORTED',
  /** RSA below 2,048 bits or with an exponent that protects nothing, or DSA: the leaf's key or an issuer's. */
  'CERT_KEY_WEAK',
  /** A key that the crypto provider refuses, weak ones apart. */
  'CERT_KEY_UNSUPPORTED',
  /** A certificate that issued another must not: basicConstraints or keyUsage. */
  'ISSUER_NOT_CA',
  'PATH_LENGTH_EXCEEDED',
  /** extKeyUsage leaves the purpose out, in the leaf or above it. */
  'CERT_WRONG_PURPOSE',
  /** A critical extension that is not understood (RFC 5280 section 4.2). */
  'CERT_UNKNOWN_EXTENSION',
  /** A name that a CA above may not certify. */
  'NAME_CONSTRAINTS_VIOLATED',
  /** A CA constrains a kind of name that is not evaluated, and a certificate below has one. */
  'NAME_CONSTRAINTS_UNSUPPORTED',
  /** A policy is required, and the path is valid for none. */
  'POLICY_MISSING',
  /** A mapping to or from anyPolicy. */
  'POLICY_MAPPING_INVALID',
  /** Whether it was revoked could not be found out, and it was asked for. */
  'REVOCATION_UNKNOWN',
  ...PROFILE_CODES,
  /** Judging the chain needs more work than a named limit allows. */
  'CHAIN_LIMIT_EXCEEDED',
] as const;

/** See {@link CHAIN_FINDING_CODES}. */
export type ChainFindingCode = (typeof CHAIN_FINDING_CODES)[number];

/** One thing that is wrong. */
export interface ChainFinding {
  readonly code: ChainFindingCode;
  /** Which certificate of {@link ChainVerdict.path}: 0 is the leaf. `undefined` for one that is not on the path. */
  readonly depth: number | undefined;
  /** Which of the certificates sent, 0 being the first. `undefined` for one that only the trust store has. */
  readonly sent: number | undefined;
  /** The bytes that prove it, in that certificate's DER. */
  readonly span: Span | undefined;
  /** The fault in one sentence, safe to show. */
  readonly message: string;
  /** Where the rule stands: "RFC 5280 section 4.1.2.5". */
  readonly spec: string;
  /** CHAIN_INCOMPLETE: where the missing issuer is published. As sent, hostile. */
  readonly caIssuers?: readonly string[];
  /** NAME_MISMATCH: what the leaf presents. */
  readonly identity?: IdentityMatch;
}

/** Paths that a verdict lists. */
export const MAX_TRIED = 16;

/** A path that was tried, and why it is not the one. */
export interface TriedPath {
  readonly path: readonly Certificate[];
  readonly sent: readonly (number | undefined)[];
  readonly fetched: readonly (number | undefined)[];
  readonly anchored: boolean;
  /** What is wrong with it; empty for the one that is trusted. */
  readonly findings: readonly ChainFinding[];
}

/** What is to be said of a chain. */
export interface ChainVerdict {
  /** Whether it is acceptable. Nothing else decides. */
  readonly trusted: boolean;
  /** The best path found, leaf first; it ends in a trusted root when `anchored`. Empty when the leaf does not parse. */
  readonly path: readonly Certificate[];
  /** For each certificate of the path its place among those sent; `undefined` when only the trust store has it. */
  readonly sent: readonly (number | undefined)[];
  /** The same for those found elsewhere. */
  readonly fetched: readonly (number | undefined)[];
  /** Whether the last certificate of the path is in the trust store. */
  readonly anchored: boolean;
  /** What is wrong with the best path and with what was sent: all of it, the gravest first. */
  readonly findings: readonly ChainFinding[];
  /** What is odd about the certificates of the best path, and accepted. */
  readonly notices: readonly ChainFinding[];
  /** Every path that was tried, in order, the best among them; the first {@link MAX_TRIED}. */
  readonly tried: readonly TriedPath[];
  /** The policies that the best path is valid for, object identifiers; anyPolicy for all (RFC 9618 section 5.6). */
  readonly policies: readonly string[];
}
