import { OID } from '../asn1/index.ts';
import type { KeyUsage } from './extensions/key-usage.ts';

/** What a chain is validated for. */
export type Purpose = 'server' | 'client';

/** What extKeyUsage and keyUsage have to say for a use. */
export interface PurposeRules {
  /** Object identifiers of which an extKeyUsage must have one; none are asked for when it is empty. */
  readonly purposes: readonly string[];
  /** Whether an extKeyUsage of a CA restricts what is issued below it. */
  readonly issuers: boolean;
  /** Where anyExtendedKeyUsage counts as each of them. */
  readonly any: 'nowhere' | 'issuers' | 'everywhere';
  /** Who must have an extKeyUsage; without one, every use is allowed (RFC 5280 section 4.2.1.12). */
  readonly required: 'nobody' | 'leaf' | 'everybody';
  /** Purposes that the leaf must not have beside. */
  readonly forbidden: readonly string[];
  /** Whether an extKeyUsage must have nothing else. */
  readonly alone: boolean;
  /** Bits of which the keyUsage of a leaf, if it has one, must have one. Empty: not asked. */
  readonly keyUsage: readonly KeyUsage[];
  /** Whether that keyUsage must have no other bit. */
  readonly keyUsageAlone: boolean;
}

/** What is asked of a chain beyond RFC 5280 section 6.1, as data: clients differ in it. */
export interface ValidationRules {
  /** Bits that an RSA modulus must have. */
  readonly minRsaBits: number;
  /** Whether signatures over SHA-1 are accepted. */
  readonly sha1: boolean;
  /** Whether keys of DSA are accepted. They are verified by {@link ChainInput.verifier}. */
  readonly dsa: boolean;
  /** What is enforced of a trust anchor that comes as a certificate (RFC 5937 leaves that open). */
  readonly anchors: {
    readonly validity: boolean;
    /** Its extensions: path length, names, policies, uses. */
    readonly constraints: boolean;
    /** Whether basicConstraints must be there; `v3`: in a version 3 certificate. */
    readonly basicConstraints: 'always' | 'v3' | 'never';
  };
  /** Whether a trusted leaf needs no path: one that signed itself, any, or none. */
  readonly trustedLeaf: 'self_signed' | 'any' | 'never';
  /** Whether a certificate of a CA may be a leaf. */
  readonly leafMayBeCa: boolean;
  /** CA certificates between leaf and anchor. */
  readonly maxIntermediates: number;
  /** Whether what a profile wants of who issues is wanted here too: RFC 5280's, or the web's with it. */
  readonly profile: 'none' | 'rfc5280' | 'web';
  /** Critical extensions that are understood elsewhere, object identifiers. */
  readonly understood: readonly string[];
}

/** Bits of keyUsage that a key exchange of TLS can do with, which one depends on the suite (RFC 5246 section 7.4.2). */
const OF_TLS: readonly KeyUsage[] = ['digitalSignature', 'keyEncipherment', 'keyAgreement'];

/** Any use at all: who signs a CRL. */
export const ANY_PURPOSE: PurposeRules = {
  purposes: [],
  issuers: true,
  any: 'everywhere',
  required: 'nobody',
  forbidden: [],
  alone: false,
  keyUsage: [],
  keyUsageAlone: false,
};

/** The uses that TLS has. */
export const PURPOSES: Readonly<Record<Purpose, PurposeRules>> = {
  server: tls(OID.serverAuth),
  client: tls(OID.clientAuth),
};

/** What TLS clients at large agree on. */
export const DEFAULT_RULES: ValidationRules = {
  minRsaBits: 2048,
  sha1: false,
  dsa: false,
  anchors: { validity: true, constraints: true, basicConstraints: 'v3' },
  trustedLeaf: 'self_signed',
  leafMayBeCa: true,
  maxIntermediates: Number.POSITIVE_INFINITY,
  profile: 'none',
  understood: [],
};

/** To the letter of RFC 5280 and of the CA/Browser Forum's Baseline Requirements. */
export const WEB_RULES: ValidationRules = { ...DEFAULT_RULES, leafMayBeCa: false, profile: 'web' };

function tls(purpose: string): PurposeRules {
  return { ...ANY_PURPOSE, purposes: [purpose], keyUsage: OF_TLS };
}
