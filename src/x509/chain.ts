import { OID } from '../asn1/index.ts';
import { equal } from '../bytes/index.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import type { ChainMemory } from './chain-memory.ts';
import { checkCertificate } from './checks.ts';
import { X509Error } from './error.ts';
import { matchIdentity, type ReferenceIdentity } from './identity.ts';
import { type JudgedPath, type Judging, judgePath, located } from './judge.ts';
import { NameBudget } from './name-constraints.ts';
import { findExtension, parseCertificate } from './parse.ts';
import { type Candidate, PathBuilder, type SignatureVerifier } from './path.ts';
import type { PolicyInput } from './policies.ts';
import { anchorOddities, profileFaults } from './profile.ts';
import { CrlChecker, type RevocationInput } from './revocation.ts';
import type { RootStore } from './roots.ts';
import {
  ANY_PURPOSE,
  DEFAULT_RULES,
  PURPOSES,
  type Purpose,
  type PurposeRules,
  type ValidationRules,
} from './rules.ts';
import { CHAIN_FINDING_CODES, type ChainFinding, type ChainVerdict, MAX_TRIED, type TriedPath } from './verdict.ts';

/** What is to be validated, and against what. */
export interface ChainInput {
  /** DER certificates in the order they were sent, the leaf first. */
  readonly sent: readonly Uint8Array[];
  /** DER certificates that were found elsewhere and may stand in the path too. What does not parse is passed over. */
  readonly fetched?: readonly Uint8Array[];
  readonly roots: RootStore;
  /** Who the leaf must be; `undefined` where nobody in particular is expected, as with client certificates. */
  readonly name: ReferenceIdentity | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly crypto: CryptoProvider;
  /** What it is to be used for: TLS's two uses by name, others by their rules. */
  readonly purpose: Purpose | PurposeRules;
  /** What differs from {@link DEFAULT_RULES}. */
  readonly rules?: Partial<ValidationRules>;
  /** Policies that are asked for; absent, none is. */
  readonly policies?: PolicyInput;
  /** Absent, revocation is not looked at. */
  readonly revocation?: RevocationInput;
  /** Verifies what the provider does not have. */
  readonly verifier?: SignatureVerifier;
  /** What is known of chains that were trusted before, by the same roots and provider; this one is added to it. */
  readonly memory?: ChainMemory;
}

/** Certificates of one chain that are looked at; a TLS message can hold thousands. */
const MAX_SENT = 64;

/** Certificates found elsewhere that are looked at. */
const MAX_FETCHED = 64;

/** Paths that are judged for one chain. Each may hold as many names and policies as a Certificate message has room for. */
const MAX_PATHS = 64;

/** CRL signers, one for another: real ones are vouched for by a CRL of their own CA. */
const MAX_CRL_SIGNERS = 8;

/**
 * Whether a chain is acceptable, and everything that is wrong with it. What is not understood is not accepted.
 * Throws nothing that comes from the certificates.
 */
export function validateChain(input: ChainInput): ChainVerdict {
  const { candidates, findings } = parseSent(input);
  const leaf = candidates.find((candidate) => candidate.sent === 0);
  if (leaf === undefined) {
    const nothing = { path: [], sent: [], fetched: [], anchored: false, notices: [], tried: [], policies: [] };
    return { trusted: false, ...nothing, findings: ranked(findings) };
  }
  const judging = judgingOf(input, [...candidates, ...parseFetched(input)]);
  const { best, tried } = search(judging, leaf);
  const all = ranked([...findings, ...checkIdentity(leaf, input.name), ...best.findings]);
  const found = triedPath(best);
  const trusted = found.anchored && all.length === 0;
  if (trusted) memoryOf(input)?.keep(found.path);
  return {
    ...found,
    trusted,
    findings: all,
    // Nobody who connects asks for them.
    get notices() {
      return ranked([...best.notices, ...oddities(best, judging.rules)]);
    },
    tried: tried.map(triedPath),
    policies: best.policies,
  };
}

function triedPath({ path: { links, end }, findings }: JudgedPath): TriedPath {
  return {
    path: links.map((link) => link.certificate),
    sent: links.map((link) => link.sent),
    fetched: links.map((link) => link.fetched),
    anchored: end === 'anchor',
    findings,
  };
}

/** What is accepted and odd; what the rules refuse is no longer. */
function oddities({ path }: JudgedPath, { profile }: ValidationRules): ChainFinding[] {
  return path.links.flatMap(({ certificate, anchor, sent }, depth) => {
    const faults = profile === 'none' ? profileFaults(certificate, { depth, anchor, web: false }) : [];
    return [...faults, ...(anchor ? anchorOddities(certificate) : [])].map((fault) =>
      located(fault, depth, sent, certificate),
    );
  });
}

function memoryOf({ memory, roots, crypto }: ChainInput): ChainMemory | undefined {
  return memory?.isFor(roots, crypto) ? memory : undefined;
}

function parseSent(input: ChainInput): { candidates: Candidate[]; findings: ChainFinding[] } {
  const { sent, roots } = input;
  const memory = memoryOf(input);
  const candidates: Candidate[] = [];
  const findings: ChainFinding[] = [];
  const outside = { depth: undefined, sent: undefined, span: undefined };
  if (sent.length === 0) {
    const [message, spec] = ['no certificate was sent', 'RFC 8446 section 4.4.2.4'];
    findings.push({ code: 'CERT_MISSING', ...outside, message, spec });
  }
  if (sent.length > MAX_SENT) {
    const message = `${sent.length} certificates were sent, and ${MAX_SENT} are looked at`;
    findings.push({ code: 'CHAIN_LIMIT_EXCEEDED', ...outside, message, spec: 'RFC 8446 section 4.4.2' });
  }
  for (const [index, der] of sent.entries()) {
    if (index >= MAX_SENT) break;
    const known = memory?.find(der);
    if (known !== undefined) {
      candidates.push({ ...known, sent: index });
      continue;
    }
    try {
      const certificate = parseCertificate(der);
      const root = roots.find(certificate);
      candidates.push({ certificate: root ?? certificate, sent: index, anchor: root !== undefined });
    } catch (error) {
      if (!(error instanceof X509Error)) throw error;
      findings.push({
        code: 'CERT_MALFORMED',
        depth: index === 0 ? 0 : undefined,
        sent: index,
        span: error.span,
        message: `certificate ${index} is malformed: ${error.message}`,
        spec: 'RFC 5280 section 4.1',
      });
    }
  }
  return { candidates, findings };
}

function parseFetched({ sent, fetched = [], roots }: ChainInput): Candidate[] {
  return fetched.slice(0, MAX_FETCHED).flatMap((der, index): Candidate[] => {
    // What is there already, sent or trusted, keeps its place there.
    if ([...sent, ...fetched.slice(0, index)].some((other) => equal(other, der))) return [];
    try {
      const certificate = parseCertificate(der);
      const isRoot = roots.find(certificate) !== undefined;
      return isRoot ? [] : [{ certificate, sent: undefined, fetched: index, anchor: false }];
    } catch (error) {
      if (error instanceof X509Error) return [];
      throw error;
    }
  });
}

interface Search {
  readonly best: JudgedPath;
  readonly tried: readonly JudgedPath[];
}

/** The first path without a fault, else the one to explain: fewest broken signatures, then anchored, then fewest faults. */
function search(judging: Judging, leaf: Candidate): Search {
  let best: JudgedPath = { path: { links: [leaf], end: 'limit' }, findings: [], notices: [], policies: [] };
  let bestScore: readonly number[] | undefined;
  const tried: JudgedPath[] = [];
  let count = 0;
  for (const path of judging.builder.paths(leaf)) {
    if (++count > MAX_PATHS) break;
    const judged = judgePath(path, judging);
    if (tried.length < MAX_TRIED) tried.push(judged);
    const { findings } = judged;
    const broken = findings.filter(({ code }) => code === 'CERT_SIGNATURE_INVALID').length;
    const score = [broken, path.end === 'anchor' ? 0 : 1, findings.length];
    if (bestScore === undefined || isLess(score, bestScore)) {
      best = judged;
      bestScore = score;
    }
    if (findings.length === 0) break;
  }
  return { best, tried };
}

/** What is needed to judge the paths of one chain. */
function judgingOf(input: ChainInput, candidates: readonly Candidate[]): Judging {
  const { roots, crypto, at, verifier, revocation, policies = {} } = input;
  const rules = { ...DEFAULT_RULES, ...input.rules };
  const purpose = typeof input.purpose === 'string' ? PURPOSES[input.purpose] : input.purpose;
  const cost = ({ certificate, anchor }: Candidate) =>
    checkCertificate(certificate, { depth: 1, anchor, casBelow: 0, at, purpose, rules }).length;
  const builder = new PathBuilder({ candidates, roots, crypto, rules, verifier, cost, memory: memoryOf(input) });
  const base: Judging = { builder, roots, at, purpose, rules, policies, names: new NameBudget() };
  if (revocation === undefined) return base;
  // Who signs CRLs may be anybody that the same anchor vouches for, and is not revoked (RFC 5280 section 6.3.3, f).
  const ofSigner = {
    ...base,
    purpose: { ...ANY_PURPOSE, keyUsage: ['cRLSign'] as const },
    policies: {},
    rules: { ...rules, leafMayBeCa: true, profile: 'none' as const },
  };
  const checker = new CrlChecker(revocation.crls, builder, at, rules.profile !== 'none', (signer, anchor, within) => {
    if (within.size > MAX_CRL_SIGNERS) return false;
    for (const path of builder.paths(signer)) {
      if (path.end !== 'anchor' || path.links.at(-1)?.certificate !== anchor) continue;
      if (judgePath(path, { ...ofSigner, within, revocation: { mode: 'hard', checker } }).findings.length === 0)
        return true;
    }
    return false;
  });
  return { ...base, revocation: { mode: revocation.mode, checker } };
}

function checkIdentity({ certificate, sent }: Candidate, name: ReferenceIdentity | undefined): ChainFinding[] {
  if (name === undefined) return [];
  const identity = matchIdentity(certificate, name);
  if (identity.matched !== undefined) return [];
  const message =
    identity.presented.length === 0
      ? 'has no subjectAltName, and the subject is not looked at'
      : 'no name in subjectAltName is the one asked for';
  const span = findExtension(certificate, OID.subjectAltName)?.span ?? certificate.subject.span;
  return [{ code: 'NAME_MISMATCH', depth: 0, sent, span, message, spec: 'RFC 9525 section 6', identity }];
}

function ranked(findings: readonly ChainFinding[]): ChainFinding[] {
  const rank = ({ code }: ChainFinding) => CHAIN_FINDING_CODES.indexOf(code);
  return [...findings].sort((a, b) => rank(a) - rank(b) || (a.depth ?? -1) - (b.depth ?? -1));
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value < (b[index] ?? 0);
  return false;
}
