/** Cases in the format of C2SP x509-limbo (https://x509-limbo.com), BetterTLS's among them. */
import { readFileSync } from 'node:fs';
import { OID, type OidName } from '../../../src/asn1/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import {
  certificatesFromPem,
  crlsFromPem,
  PURPOSES,
  parseCertificate,
  presentsName,
  type ReferenceIdentity,
  RootStore,
  referenceIdentity,
  type ValidationRules,
  validateChain,
  WEB_RULES,
} from '../../../src/x509/index.ts';
import { type Case, type Summary, summarize } from './suite.ts';

interface PeerName {
  readonly kind: 'RFC822' | 'DNS' | 'IP';
  readonly value: string;
}

interface LimboCase {
  readonly id: string;
  readonly validation_kind: 'CLIENT' | 'SERVER';
  readonly trusted_certs: readonly string[];
  readonly untrusted_intermediates: readonly string[];
  readonly peer_certificate: string;
  readonly validation_time: string | null;
  readonly signature_algorithms?: readonly string[];
  readonly key_usage?: readonly string[];
  readonly extended_key_usage?: readonly OidName[];
  readonly expected_result: 'SUCCESS' | 'FAILURE';
  readonly expected_peer_name: PeerName | null;
  readonly expected_peer_names: readonly PeerName[];
  readonly max_chain_depth: number | null;
  readonly crls?: readonly string[];
}

/** Runs every case of a file; none is skipped. */
export function runLimbo(file: string, suite = 'limbo'): Summary {
  const { testcases } = JSON.parse(readFileSync(file, 'utf8')) as { readonly testcases: readonly LimboCase[] };
  return summarize(suite, testcases.map(runCase));
}

function runCase(one: LimboCase): Case {
  const found = findings(one);
  return {
    id: one.id,
    expected: one.expected_result === 'SUCCESS' ? 'accept' : 'reject',
    actual: found.length === 0 ? 'accept' : 'reject',
    found,
  };
}

function findings(one: LimboCase): string[] {
  const ders = (pems: readonly string[]) => pems.flatMap(certificatesFromPem);
  const crls = (one.crls ?? []).flatMap(crlsFromPem);
  const [leaf] = ders([one.peer_certificate]);
  if (leaf === undefined) return ['no peer certificate'];
  const names = one.expected_peer_name === null ? [] : [one.expected_peer_name];
  const verdict = validateChain({
    sent: [leaf],
    fetched: ders(one.untrusted_intermediates),
    roots: new RootStore(ders(one.trusted_certs)),
    name: names.map(identity)[0],
    at: one.validation_time === null ? Date.now() : Date.parse(one.validation_time),
    crypto: nodeCrypto,
    // Which suites the leaf's keyUsage is for is the handshake's to say.
    purpose: { ...PURPOSES[one.validation_kind === 'SERVER' ? 'server' : 'client'], keyUsage: [] },
    rules: { ...rulesOf(one.id), ...(one.max_chain_depth === null ? {} : { maxIntermediates: one.max_chain_depth }) },
    ...(crls.length > 0 ? { revocation: { mode: 'hard', crls } } : {}),
  });
  const codes: string[] = verdict.findings.map(({ code, depth, message }) => `${code}@${depth ?? '-'} ${message}`);
  if (codes.length > 0) return codes;
  const certificate = parseCertificate(leaf);
  for (const peer of one.expected_peer_names) {
    if (!presentsName(certificate, identity(peer))) codes.push(`does not present ${peer.value}`);
  }
  const { keyUsage, extKeyUsage } = certificate;
  for (const usage of one.key_usage ?? []) {
    const bit = usage === 'contentCommitment' ? 'nonRepudiation' : usage;
    if (keyUsage !== undefined && !keyUsage.some((has) => has === bit)) codes.push(`no keyUsage ${usage}`);
  }
  for (const usage of one.extended_key_usage ?? []) {
    if (extKeyUsage !== undefined && !extKeyUsage.includes(OID[usage])) codes.push(`no extKeyUsage ${usage}`);
  }
  return codes;
}

/** Whose rules a case is about is its namespace: some of RFC 5280's contradict the web's. */
function rulesOf(id: string): Partial<ValidationRules> {
  if (id.startsWith('webpki::')) return WEB_RULES;
  return { profile: id.startsWith('rfc5280::') || id.startsWith('crl::') ? 'rfc5280' : 'none' };
}

function identity({ kind, value }: PeerName): ReferenceIdentity {
  return kind === 'RFC822' ? { type: 'email', address: value } : referenceIdentity(value);
}
