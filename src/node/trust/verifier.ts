import type { CryptoProvider } from '../../crypto/index.ts';
import type { FatalAlertName } from '../../tls/wire.ts';
import {
  type ChainFinding,
  type ChainFindingCode,
  ChainMemory,
  type ChainVerdict,
  type Purpose,
  parseCertificate,
  RootStore,
  referenceIdentity,
  validateChain,
  X509Error,
} from '../../x509/index.ts';
import { defaultRoots } from './roots.ts';

/** What a chain is judged for. */
export interface ChainQuestion {
  readonly crypto: CryptoProvider;
  readonly purpose: Purpose;
  /** Who the leaf must be: a DNS name of A-labels or an IP address. Absent where nobody in particular is expected. */
  readonly hostname?: string;
}

/** Why a chain is not acceptable. */
export interface ChainRefusal {
  /** node:tls's code where it has one for the fault, otherwise ours. */
  readonly code: string;
  /** The fault in one sentence. */
  readonly reason: string;
  /** What the peer is told (RFC 8446 section 6.2). */
  readonly alert: FatalAlertName;
  readonly finding: ChainFinding | undefined;
}

/** Says whether a peer's chain is acceptable. */
export interface ChainVerifier {
  /** @param chain DER certificates as sent, leaf first. `undefined` accepts them. */
  verify(chain: readonly Uint8Array[], question: ChainQuestion): ChainRefusal | undefined;
}

/** node:tls's codes, and alerts, of what can be wrong. What has no code of node:tls keeps ours. */
const REFUSALS: Readonly<Record<ChainFindingCode, readonly [code: string | undefined, alert: FatalAlertName]>> = {
  CERT_MISSING: ['UNABLE_TO_GET_ISSUER_CERT', 'certificate_required'],
  CERT_MALFORMED: [undefined, 'bad_certificate'],
  CERT_SELF_SIGNED: ['DEPTH_ZERO_SELF_SIGNED_CERT', 'unknown_ca'],
  ROOT_UNTRUSTED: ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown_ca'],
  CHAIN_INCOMPLETE: ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown_ca'],
  UNKNOWN_ISSUER: ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown_ca'],
  CERT_EXPIRED: ['CERT_HAS_EXPIRED', 'certificate_expired'],
  CERT_NOT_YET_VALID: ['CERT_NOT_YET_VALID', 'bad_certificate'],
  NAME_MISMATCH: ['ERR_TLS_CERT_ALTNAME_INVALID', 'bad_certificate'],
  CERT_SIGNATURE_INVALID: ['CERT_SIGNATURE_FAILURE', 'bad_certificate'],
  CERT_REVOKED: ['CERT_REVOKED', 'certificate_revoked'],
  ROOT_DISTRUSTED: [undefined, 'unknown_ca'],
  SIGNATURE_ALGORITHM_MISMATCH: ['CERT_SIGNATURE_FAILURE', 'bad_certificate'],
  CERT_SIGNATURE_WEAK: [undefined, 'bad_certificate'],
  CERT_SIGNATURE_UNSUPPORTED: [undefined, 'unsupported_certificate'],
  CERT_KEY_WEAK: [undefined, 'bad_certificate'],
  CERT_KEY_UNSUPPORTED: [undefined, 'unsupported_certificate'],
  ISSUER_NOT_CA: ['INVALID_CA', 'bad_certificate'],
  PATH_LENGTH_EXCEEDED: ['PATH_LENGTH_EXCEEDED', 'bad_certificate'],
  CERT_WRONG_PURPOSE: ['INVALID_PURPOSE', 'unsupported_certificate'],
  CERT_UNKNOWN_EXTENSION: [undefined, 'unsupported_certificate'],
  NAME_CONSTRAINTS_VIOLATED: [undefined, 'bad_certificate'],
  NAME_CONSTRAINTS_UNSUPPORTED: [undefined, 'unsupported_certificate'],
  POLICY_MISSING: [undefined, 'bad_certificate'],
  POLICY_MAPPING_INVALID: [undefined, 'bad_certificate'],
  REVOCATION_UNKNOWN: ['UNABLE_TO_GET_CRL', 'certificate_unknown'],
  CERT_SERIAL_INVALID: [undefined, 'bad_certificate'],
  CERT_NAME_INVALID: [undefined, 'bad_certificate'],
  CERT_EXTENSION_INVALID: [undefined, 'bad_certificate'],
  CERT_UNIQUE_ID: [undefined, 'bad_certificate'],
  CERT_ENCODING_ODD: [undefined, 'bad_certificate'],
  CHAIN_LIMIT_EXCEEDED: ['CERT_CHAIN_TOO_LONG', 'bad_certificate'],
};

/** Judges by `roots` and the system's clock. */
export function chainVerifier(roots: RootStore): ChainVerifier {
  let memory: ChainMemory | undefined;
  return {
    verify(chain, { crypto, purpose, hostname }) {
      let name: ReturnType<typeof referenceIdentity> | undefined;
      try {
        name = hostname === undefined ? undefined : referenceIdentity(hostname);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        const [code = 'NAME_MISMATCH', alert] = REFUSALS.NAME_MISMATCH;
        return { code, alert, reason: error.message, finding: undefined };
      }
      if (!memory?.isFor(roots, crypto)) memory = new ChainMemory(roots, crypto);
      const verdict = validateChain({ sent: chain, roots, name, at: Date.now(), crypto, purpose, memory });
      return verdict.trusted ? undefined : refusal(verdict);
    },
  };
}

/** Judges by the roots that node:tls trusts by default. They are loaded when a chain has to be judged. */
export const defaultVerifier: ChainVerifier = {
  verify(chain, question) {
    byDefaultRoots ??= chainVerifier(defaultRoots());
    return byDefaultRoots.verify(chain, question);
  },
};

let byDefaultRoots: ChainVerifier | undefined;

/** Judges by the certificates of a `ca` option, DER. */
export function verifierFor(ca: readonly Uint8Array[]): ChainVerifier {
  return chainVerifier(new RootStore(ca));
}

/** The subjects, DER, of certificates; those that do not parse are passed over. */
export function subjectsOf(chain: readonly Uint8Array[]): Uint8Array[] {
  return namesOf(chain, 'subject');
}

/** The issuers, DER, of certificates; those that do not parse are passed over. */
export function issuersOf(chain: readonly Uint8Array[]): Uint8Array[] {
  return namesOf(chain, 'issuer');
}

function refusal({ findings, path }: ChainVerdict): ChainRefusal {
  const [finding] = findings;
  // validateChain names the reason of every refusal; without one the chain is refused all the same.
  if (finding === undefined) {
    return { code: 'CERT_REJECTED', reason: 'the chain is not trusted', alert: 'bad_certificate', finding };
  }
  const [code, alert] = REFUSALS[finding.code];
  const isLeafAlone = code === 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' && path.length === 1;
  return {
    code: isLeafAlone ? 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' : (code ?? finding.code),
    reason: finding.message,
    alert,
    finding,
  };
}

function namesOf(chain: readonly Uint8Array[], which: 'subject' | 'issuer'): Uint8Array[] {
  return chain.flatMap((der) => {
    try {
      return [parseCertificate(der)[which].der];
    } catch (error) {
      if (error instanceof X509Error) return [];
      throw error;
    }
  });
}
