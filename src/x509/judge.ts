import { OID } from '../asn1/index.ts';
import { CryptoError, parseSpki } from '../crypto/index.ts';
import { casBelow, checkCertificate, type Fault } from './checks.ts';
import { checkKeyStrength } from './key-strength.ts';
import { checkNameConstraints, type NameBudget } from './name-constraints.ts';
import { type Certificate, findExtension } from './parse.ts';
import type { Candidate, Path, PathBuilder, SignatureStatus } from './path.ts';
import { type PolicyInput, processPolicies } from './policies.ts';
import { printable } from './printable.ts';
import { profileFaults } from './profile.ts';
import type { CrlChecker } from './revocation.ts';
import type { RootStore } from './roots.ts';
import type { PurposeRules, ValidationRules } from './rules.ts';
import type { ChainFinding, ChainFindingCode } from './verdict.ts';
import { webFaults } from './web-profile.ts';

/** By what a path is judged. */
export interface Judging {
  readonly builder: PathBuilder;
  readonly roots: RootStore;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly purpose: PurposeRules;
  readonly rules: ValidationRules;
  readonly policies: PolicyInput;
  readonly names: NameBudget;
  /** Absent where revocation is not asked for. */
  readonly revocation?: { readonly mode: 'hard' | 'soft'; readonly checker: CrlChecker } | undefined;
  /** Certificates whose status is being worked out already. */
  readonly within?: ReadonlySet<Certificate>;
}

/** What is to be said of one path. */
export interface JudgedPath {
  readonly path: Path;
  readonly findings: readonly ChainFinding[];
  /** What was asked for softly, and not found out. */
  readonly notices: readonly ChainFinding[];
  readonly policies: readonly string[];
}

/** Everything that is wrong with a path (RFC 5280 section 6.1). */
export function judgePath(path: Path, judging: Judging): JudgedPath {
  const { builder, rules } = judging;
  const { links } = path;
  const certificates = links.map((link) => link.certificate);
  const findings: ChainFinding[] = [];
  const notices: ChainFinding[] = [];
  const constraining = path.end === 'anchor' && !rules.anchors.constraints ? certificates.slice(0, -1) : certificates;
  for (const [depth, link] of links.entries()) {
    const { certificate, anchor, sent } = link;
    const place = { depth, anchor, casBelow: casBelow(certificates, depth), ...judging };
    const faults = checkCertificate(certificate, place);
    if (depth === 0 && !rules.dsa && faults.every(({ code }) => code !== 'CERT_KEY_WEAK')) {
      faults.push(...leafKeyFaults(certificate));
    }
    const issuer = links[depth + 1];
    if (issuer !== undefined) {
      const status = builder.verify(certificate, issuer);
      // An issuer whose key is too weak to be read has that fault, and no other for it.
      const isTold = status === 'bad_key' && checkKeyStrength(issuer.certificate, rules).length > 0;
      if (!isTold) faults.push(...signatureFaults(status, certificate, issuer));
    }
    if (!anchor) faults.push(...checkNameConstraints(constraining, depth, judging.names));
    if (judging.roots.isDistrusted(certificate)) faults.push(distrusted(certificate));
    if (rules.profile !== 'none')
      faults.push(...profileFaults(certificate, { ...place, web: rules.profile === 'web' }));
    if (rules.profile === 'web') faults.push(...webFaults(certificate, place));
    for (const fault of faults) findings.push(located(fault, depth, sent, certificate));
  }
  const last = links.at(-1);
  if (last !== undefined) findings.push(...judgeEnd(path.end, last, links.length - 1));
  const outcome = judgePolicies(path, judging);
  findings.push(...outcome.findings, ...judgeLength(path, rules));
  // Who is not signed by whom is of no account for revocation, and its work is the peer's to choose.
  if (path.end === 'anchor' && findings.every(({ code }) => code !== 'CERT_SIGNATURE_INVALID')) {
    for (const one of judgeRevocation(links, judging)) {
      (one.code === 'REVOCATION_UNKNOWN' && judging.revocation?.mode === 'soft' ? notices : findings).push(one);
    }
  }
  return { path, findings, notices, policies: outcome.policies };
}

function judgePolicies({ links, end }: Path, { rules, policies }: Judging) {
  const certificates = links.map((link) => link.certificate);
  const anchor = end === 'anchor' && certificates.length > 1 ? certificates.at(-1) : undefined;
  const below = anchor === undefined ? certificates : certificates.slice(0, -1);
  const outcome = processPolicies(below, rules.anchors.constraints ? anchor : undefined, policies);
  const findings: ChainFinding[] = [];
  const link = links[outcome.depth];
  if (!outcome.valid && link !== undefined) {
    const { certificate, sent } = link;
    const span = findExtension(certificate, OID.certificatePolicies)?.span ?? certificate.subject.span;
    const message = 'a policy is required, and up to here the path is valid for none that is acceptable';
    const fault: Fault = { code: 'POLICY_MISSING', span, message, spec: 'RFC 5280 section 6.1.3' };
    findings.push(located(fault, outcome.depth, sent, certificate));
  }
  return { findings, policies: outcome.policies };
}

function judgeLength({ links, end }: Path, { maxIntermediates }: ValidationRules): ChainFinding[] {
  const certificates = links.map((link) => link.certificate);
  const between = casBelow(certificates, links.length - (end === 'anchor' ? 1 : 0));
  if (between <= maxIntermediates) return [];
  const message = `${between} CA certificates stand between the leaf and the end, and ${maxIntermediates} are allowed`;
  const at = { depth: undefined, sent: undefined, span: undefined };
  return [{ code: 'CHAIN_LIMIT_EXCEEDED', ...at, message, spec: 'RFC 5280 section 6.1' }];
}

function judgeRevocation(links: readonly Candidate[], { revocation, within }: Judging): ChainFinding[] {
  if (revocation === undefined) return [];
  return links.flatMap(({ certificate, anchor, sent }, depth): ChainFinding[] => {
    if (anchor) return [];
    const status = revocation.checker.statusOf(links, depth, within);
    if (status.status === 'good') return [];
    const span = certificate.spans.serial;
    const fault: Fault =
      status.status === 'revoked'
        ? {
            code: 'CERT_REVOKED',
            span,
            message: `revoked at ${new Date(status.at).toISOString().substring(0, 19)}Z by a CRL of its issuer`,
            spec: 'RFC 5280 section 6.3.3',
          }
        : { code: 'REVOCATION_UNKNOWN', span, message: status.why, spec: 'RFC 5280 section 6.3.3' };
    return [located(fault, depth, sent, certificate)];
  });
}

/** Why a path that does not end in a trusted root ends where it does. */
function judgeEnd(end: Path['end'], { certificate, sent }: Candidate, depth: number): ChainFinding[] {
  const finding = (code: ChainFindingCode, span: ChainFinding['span'], message: string, extra = {}): ChainFinding[] => [
    { code, depth, sent, span, message, spec: 'RFC 5280 section 6.1', ...extra },
  ];
  const { subject, issuer } = certificate;
  switch (end) {
    case 'anchor':
      return [];
    case 'limit':
      return finding('CHAIN_LIMIT_EXCEEDED', undefined, 'the search for a trusted root was cut short');
    case 'self_signed':
      return depth === 0
        ? finding('CERT_SELF_SIGNED', issuer.span, `${subject.text} signed itself and is not trusted`)
        : finding('ROOT_UNTRUSTED', issuer.span, `the chain ends in ${subject.text}, which is not a trusted root`);
    case 'no_issuer': {
      const caIssuers = certificate.authorityInfoAccess?.caIssuers ?? [];
      const missing = `the issuer ${issuer.text} was not sent and is not trusted`;
      if (caIssuers.length === 0) {
        return finding('UNKNOWN_ISSUER', issuer.span, `${missing}; nothing says where its certificate is to be had`);
      }
      const where = caIssuers.map(printable).join(', ');
      const message = `${missing}; whether ${where} leads to a trusted root is not known without fetching it`;
      return finding('CHAIN_INCOMPLETE', findExtension(certificate, OID.authorityInfoAccess)?.span, message, {
        caIssuers,
      });
    }
  }
}

const SIGNATURE_FAULTS: Readonly<Record<Exclude<SignatureStatus, 'valid'>, readonly [ChainFindingCode, string]>> = {
  invalid: ['CERT_SIGNATURE_INVALID', 'the signature was not made by the key of'],
  weak: ['CERT_SIGNATURE_WEAK', 'SHA-1 or MD5 is in the signature by'],
  unsupported: ['CERT_SIGNATURE_UNSUPPORTED', 'the signature algorithm is not supported with the key of'],
  bad_key: ['CERT_KEY_UNSUPPORTED', 'the signature can not be verified: unacceptable public key of'],
  limit: ['CHAIN_LIMIT_EXCEEDED', 'too many signatures were verified before that of'],
};

/** A leaf's key that no scheme of TLS 1.3 signs with. Nobody verifies with it here: it is read, and not imported. */
function leafKeyFaults({ spki, spans }: Certificate): Fault[] {
  try {
    parseSpki(spki);
    return [];
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    const message = `the public key is not accepted: ${error.message}`;
    return [{ code: 'CERT_KEY_UNSUPPORTED', span: spans.spki, message, spec: 'RFC 8446 section 4.2.3' }];
  }
}

function signatureFaults(status: SignatureStatus, certificate: Certificate, issuer: Candidate): Fault[] {
  if (status === 'valid') return [];
  const [code, text] = SIGNATURE_FAULTS[status];
  const span = status === 'invalid' ? certificate.spans.signature : certificate.signatureAlgorithm.span;
  const message = `${text} ${issuer.certificate.subject.text}`;
  return [{ code, span, message, spec: 'RFC 5280 section 6.1.3' }];
}

function distrusted({ spans }: Certificate): Fault {
  const message = 'its name and key are distrusted';
  return { code: 'ROOT_DISTRUSTED', span: spans.spki, message, spec: 'RFC 5280 section 6.1.1' };
}

/** A fault, with the place of the certificate that has it. */
export function located(fault: Fault, depth: number, sent: number | undefined, certificate: Certificate): ChainFinding {
  const subject = certificate.subject.text || `certificate ${depth}`;
  return { ...fault, depth, sent, message: `${subject}: ${fault.message}` };
}
