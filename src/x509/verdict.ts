import type { Span } from '../bytes/index.ts';
import type { IdentityMatch } from './identity.ts';
import type { Certificate } from './parse.ts';

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
  /** The issuer's key did not make the signature, or the certificate's two algorithm fields differ. */
  'CERT_SIGNATURE_INVALID',
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
  /** Name constraints, which are not evaluated yet. */
  'NAME_CONSTRAINTS_UNSUPPORTED',
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
}
