import { OID } from '../../asn1/index.ts';
import type { ChainObservation, ChainProblem, PathCertificate } from '../../diagnose/index.ts';
import type { FatalAlertName } from '../../tls/wire.ts';
import {
  type Certificate,
  type ChainFinding,
  type ChainVerdict,
  printable,
  type RootStore,
  referenceIdentity,
  validateChain,
} from '../../x509/index.ts';
import { SecureContext, type SecureContextOptions } from '../secure-context.ts';
import type { ChainVerifier } from '../trust/index.ts';

/** By what and when a chain is judged. */
export interface Judging {
  readonly roots: () => RootStore;
  readonly identity: string;
  /** Epoch milliseconds. */
  readonly clock: number;
  readonly connection: number;
}

/** What the peer is told of a chain that is refused (RFC 8446 section 6.2); bad_certificate for the rest. */
const ALERTS: Readonly<Record<string, FatalAlertName>> = {
  CERT_EXPIRED: 'certificate_expired',
  CERT_SELF_SIGNED: 'unknown_ca',
  ROOT_UNTRUSTED: 'unknown_ca',
  CHAIN_INCOMPLETE: 'unknown_ca',
  UNKNOWN_ISSUER: 'unknown_ca',
  CERT_SIGNATURE_UNSUPPORTED: 'unsupported_certificate',
  CERT_WRONG_PURPOSE: 'unsupported_certificate',
};

/** A context that judges chains at the run's clock and notes what it finds. It refuses what no client should accept. */
export class JudgingContext extends SecureContext {
  override readonly verifier: ChainVerifier;
  /** What was found, once a chain was judged. */
  found: ChainObservation | undefined;

  constructor(options: SecureContextOptions, { roots, identity, clock, connection }: Judging) {
    super(options);
    this.verifier = {
      verify: (sent, { crypto, purpose }) => {
        const name = referenceIdentity(identity);
        const verdict = validateChain({ sent, roots: roots(), name, at: clock, crypto, purpose });
        this.found = { kind: 'chain', connection, time: clock, identity, ...observed(verdict) };
        if (verdict.trusted) return undefined;
        const [finding] = verdict.findings;
        const code = finding?.code ?? 'CHAIN_REFUSED';
        return { code, reason: finding?.message ?? 'not trusted', alert: ALERTS[code] ?? 'bad_certificate', finding };
      },
    };
  }
}

function observed({ trusted, anchored, path, sent, findings }: ChainVerdict) {
  return {
    trusted,
    anchored,
    path: path.map((certificate, index) => pathCertificate(certificate, sent[index])),
    problems: findings.map(problem),
  };
}

function pathCertificate(certificate: Certificate, sent: number | undefined): PathCertificate {
  const { notBefore, notAfter, subject, subjectAltName } = certificate;
  const commonName = subject.rdns.flat().findLast(({ oid, value }) => oid === OID.commonName && value !== undefined);
  const name = commonName?.value ?? firstName(subjectAltName) ?? subject.text;
  const known = { name: printable(name), notBefore, notAfter };
  return sent === undefined ? known : { ...known, sent };
}

function firstName(names: Certificate['subjectAltName']): string | undefined {
  const dns = names?.find(({ type }) => type === 'dns');
  return dns?.type === 'dns' ? dns.value : undefined;
}

function problem({ code, depth, sent, span, message, spec, caIssuers, identity }: ChainFinding): ChainProblem {
  return {
    code,
    message,
    spec,
    ...(depth === undefined ? {} : { depth }),
    ...(sent === undefined ? {} : { sent }),
    ...(span === undefined ? {} : { span }),
    ...(caIssuers === undefined ? {} : { caIssuers }),
    ...(identity === undefined
      ? {}
      : {
          presented: identity.presented.map(({ text, span: at }) => ({ text, span: at })),
          nearMisses: identity.nearMisses,
        }),
  };
}
