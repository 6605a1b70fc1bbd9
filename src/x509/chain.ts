import { OID } from '../asn1/index.ts';
import { equal } from '../bytes/index.ts';
import { CryptoError, type CryptoProvider, parseSpki } from '../crypto/index.ts';
import type { ChainMemory } from './chain-memory.ts';
import { casBelow, checkCertificate, type Fault, type Purpose } from './checks.ts';
import { X509Error } from './error.ts';
import { matchIdentity, type ReferenceIdentity } from './identity.ts';
import { checkKeyStrength } from './key-strength.ts';
import { type Certificate, findExtension, parseCertificate } from './parse.ts';
import { type Candidate, type Path, PathBuilder, type SignatureStatus } from './path.ts';
import { printable } from './printable.ts';
import type { RootStore } from './roots.ts';
import { CHAIN_FINDING_CODES, type ChainFinding, type ChainFindingCode, type ChainVerdict } from './verdict.ts';

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
  readonly purpose: Purpose;
  /** What is known of chains that were trusted before, by the same roots and provider; this one is added to it. */
  readonly memory?: ChainMemory;
}

/** Certificates of one chain that are looked at; a TLS message can hold thousands. */
const MAX_SENT = 32;

/** Certificates found elsewhere that are looked at. */
const MAX_FETCHED = 16;

/**
 * Whether a chain is acceptable, and everything that is wrong with it. What is not understood is not accepted.
 * Throws nothing that comes from the certificates.
 */
export function validateChain(input: ChainInput): ChainVerdict {
  const { candidates, findings } = parseSent(input);
  const leaf = candidates.find((candidate) => candidate.sent === 0);
  if (leaf === undefined)
    return { trusted: false, path: [], sent: [], fetched: [], anchored: false, findings: ranked(findings) };
  const memory = memoryOf(input);
  const builder = new PathBuilder([...candidates, ...parseFetched(input)], input.roots, input.crypto, memory);
  const best = bestPath(builder, leaf, input);
  const all = ranked([...findings, ...checkIdentity(leaf, input.name), ...best.findings]);
  const { links, end } = best.path;
  const path = links.map((link) => link.certificate);
  const trusted = end === 'anchor' && all.length === 0;
  if (trusted) memory?.keep(path);
  return {
    trusted,
    path,
    sent: links.map((link) => link.sent),
    fetched: links.map((link) => link.fetched),
    anchored: end === 'anchor',
    findings: all,
  };
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

interface JudgedPath {
  readonly path: Path;
  readonly findings: readonly ChainFinding[];
}

/** The first path without a fault, else the one to explain: fewest broken signatures, then anchored, then fewest faults. */
function bestPath(builder: PathBuilder, leaf: Candidate, input: ChainInput): JudgedPath {
  let best: JudgedPath = { path: { links: [leaf], end: 'limit' }, findings: [] };
  let bestScore: readonly number[] | undefined;
  for (const path of builder.paths(leaf)) {
    const findings = judge(path, builder, input);
    const broken = findings.filter(({ code }) => code === 'CERT_SIGNATURE_INVALID').length;
    const score = [broken, path.end === 'anchor' ? 0 : 1, findings.length];
    if (bestScore === undefined || isLess(score, bestScore)) {
      best = { path, findings };
      bestScore = score;
    }
    if (findings.length === 0) break;
  }
  return best;
}

function judge(path: Path, builder: PathBuilder, { at, purpose }: ChainInput): ChainFinding[] {
  const { links } = path;
  const certificates = links.map((link) => link.certificate);
  const findings: ChainFinding[] = [];
  for (const [depth, link] of links.entries()) {
    const { certificate, anchor, sent } = link;
    const place = { depth, anchor, casBelow: casBelow(certificates, depth), at, purpose };
    const faults = checkCertificate(certificate, place);
    if (depth === 0 && faults.every(({ code }) => code !== 'CERT_KEY_WEAK')) faults.push(...leafKeyFaults(certificate));
    const issuer = links[depth + 1];
    if (issuer !== undefined) {
      const status = builder.verify(certificate, issuer);
      // An issuer whose key is too weak to be read has that fault, and no other for it.
      const isTold = status === 'bad_key' && checkKeyStrength(issuer.certificate).length > 0;
      if (!isTold) faults.push(...signatureFaults(status, certificate, issuer));
    }
    for (const fault of faults) findings.push(located(fault, depth, sent, certificate));
  }
  const last = links.at(-1);
  if (last !== undefined) findings.push(...judgeEnd(path.end, last, links.length - 1));
  return findings;
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

function located(fault: Fault, depth: number, sent: number | undefined, certificate: Certificate): ChainFinding {
  const subject = certificate.subject.text || `certificate ${depth}`;
  return { ...fault, depth, sent, message: `${subject}: ${fault.message}` };
}

function ranked(findings: readonly ChainFinding[]): ChainFinding[] {
  const rank = ({ code }: ChainFinding) => CHAIN_FINDING_CODES.indexOf(code);
  return [...findings].sort((a, b) => rank(a) - rank(b) || (a.depth ?? -1) - (b.depth ?? -1));
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value < (b[index] ?? 0);
  return false;
}
