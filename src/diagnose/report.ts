/** Judges a run. Pure: a saved run gives the same report again. */
import type { Search } from './cause.ts';
import { CAUSES } from './causes/index.ts';
import { type AddressFacts, type Facts, factsOf, isUnanswered, isUsable, networkAnswers } from './facts.ts';
import type { Finding, FindingCode, Severity } from './finding.ts';
import { targetText } from './make-finding.ts';
import type { DnsRecords, TcpStatus } from './observations.ts';
import { searchAt } from './planner.ts';
import { type Run, SCHEMA } from './run.ts';
import { type StepReport, stepsOf } from './steps.ts';
import { endpointText } from './target.ts';
import { listed } from './words.ts';

/** Something that could not be looked at, with the reason. It is never a finding. */
export interface NotMeasured {
  /** `DNS`, or the endpoint. */
  readonly what: string;
  readonly reason: string;
}

/** What a run comes to. */
export interface Report {
  readonly schema: typeof SCHEMA;
  /** `findings` when there is one of severity error or warning; `not_measured` when nothing could be looked at. */
  readonly status: 'healthy' | 'findings' | 'not_measured';
  /** One line: the target and what is to be said of it. */
  readonly summary: string;
  readonly facts: Facts;
  readonly steps: readonly StepReport[];
  /** In the order of the steps; the gravest of a step first. */
  readonly findings: readonly Finding[];
  /** Findings that were made and are not to be counted. */
  readonly ignored: readonly FindingCode[];
  readonly notMeasured: readonly NotMeasured[];
}

/** Judges a run. @param ignore codes that are not to be counted */
export function judge(run: Run, ignore: readonly FindingCode[] = []): Report {
  const facts = factsOf(run);
  const all = findingsOf(facts);
  const findings = all.filter(({ code }) => !ignore.includes(code));
  const ignored = [...new Set(all.filter((one) => !findings.includes(one)).map(({ code }) => code))];
  const notMeasured = notMeasuredOf(facts);
  const status = statusOf(facts, all, findings);
  return {
    schema: SCHEMA,
    status,
    summary: summaryOf(facts, findings, ignored, notMeasured, status),
    facts,
    steps: stepsOf(facts, all),
    findings,
    ignored,
    notMeasured,
  };
}

/** What a process ends with: 0 nothing of the severity, 1 a finding of it, 3 could not look. */
export function exitCodeOf({ status, findings }: Report, failOn: Severity): 0 | 1 | 3 {
  const grave: readonly Severity[] =
    failOn === 'error' ? ['error'] : failOn === 'warning' ? ['error', 'warning'] : ['error', 'warning', 'notice'];
  if (findings.some(({ severity }) => grave.includes(severity))) return 1;
  return status === 'not_measured' ? 3 : 0;
}

function findingsOf(facts: Facts): Finding[] {
  const search = (address: AddressFacts): Search => searchAt(address, facts, CAUSES);
  const findings = CAUSES.filter(({ fallback }) => fallback !== true).flatMap((cause) => cause.evaluate(facts, search));
  for (const cause of CAUSES) {
    if (cause.fallback !== true) continue;
    const explained = new Set(findings.filter(({ severity }) => severity === 'error').map(({ endpoint }) => endpoint));
    const addresses = facts.addresses.filter((one) => !explained.has(one.endpoint) && !isUsable(one));
    findings.push(...cause.evaluate({ ...facts, addresses }, search));
  }
  const order = CAUSES.map(({ code }) => code);
  return findings.sort((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}

/** Why this machine could not look, where that is no news of the peer. */
const LOCAL: Partial<Record<TcpStatus, string>> = {
  no_route: 'no route from this machine',
  denied: 'refused by this machine',
  failed: 'the connection could not be tried',
};

/** What the resolver's library says of an answer that is none of the name's (RFC 1035 section 4.1.1). */
const NO_ANSWER: Readonly<Record<string, string>> = {
  EFORMERR: 'does not understand the question',
  ENOTIMP: 'does not know such questions',
  EBADRESP: 'gives an answer that cannot be read',
};

function noAnswerText(resolver: string, { status, detail }: DnsRecords): string {
  const said = status === 'failed' ? (NO_ANSWER[detail ?? ''] ?? 'could not be asked') : 'does not answer';
  return `the resolver (${resolver}) ${said}${detail === undefined ? '' : ` (${detail})`}`;
}

function notMeasuredOf(facts: Facts): NotMeasured[] {
  const { dns, addresses, run } = facts;
  const out: NotMeasured[] = [];
  const failing = dns?.records.filter(isUnanswered) ?? [];
  const [first] = failing;
  if (dns !== undefined && first !== undefined) {
    // Where one type was answered, the addresses of the other are missing from everything that follows.
    const what = failing.length === dns.records.length ? 'DNS' : `DNS ${first.type}`;
    out.push({ what, reason: noAnswerText(dns.resolver, first) });
  }
  for (const address of addresses) {
    const { status, detail } = address.tcp;
    const reason = LOCAL[status];
    if (reason !== undefined) {
      out.push({ what: address.endpoint, reason: `${reason}${detail === undefined ? '' : ` (${detail})`}` });
    } else if (status === 'timeout' && networkAnswers(facts, address) === undefined) {
      const seconds = run.settings.timeout / 1000;
      out.push({
        what: address.endpoint,
        reason: `no answer in ${seconds} s, and nothing else answers: here or there`,
      });
    }
  }
  const tried = new Set(addresses.map(({ address }) => address));
  for (const address of new Set(dns?.records.flatMap((one) => one.addresses))) {
    if (tried.has(address)) continue;
    out.push({ what: endpointText(address, run.target.port), reason: 'no connection left (--max-connections)' });
  }
  return out;
}

function statusOf({ addresses }: Facts, all: readonly Finding[], findings: readonly Finding[]): Report['status'] {
  if (findings.some(({ severity }) => severity !== 'notice')) return 'findings';
  const isMeasured = addresses.some(({ tls }) => tls !== undefined) || all.length > 0;
  return isMeasured ? 'healthy' : 'not_measured';
}

function summaryOf(
  facts: Facts,
  findings: readonly Finding[],
  ignored: readonly FindingCode[],
  notMeasured: readonly NotMeasured[],
  status: Report['status'],
): string {
  const first =
    findings.find(({ severity }) => severity === 'error') ?? findings.find(({ severity }) => severity === 'warning');
  if (first !== undefined) return first.summary;
  if (status === 'healthy' && ignored.length > 0) return `${targetText(facts)} has nothing but what is ignored`;
  if (status === 'healthy') return `${targetText(facts)} healthy${versionText(facts)}`;
  const reasons = [...new Set(notMeasured.map(({ reason }) => reason))];
  return `${targetText(facts)} not measured: ${listed(reasons, 2)}`;
}

/** What is not said is TLS 1.3. */
function versionText({ addresses }: Facts): string {
  const versions = new Set(addresses.filter(isUsable).map(({ negotiated }) => negotiated.version));
  return versions.size === 1 && versions.has('TLS 1.2') ? ' in TLS 1.2' : '';
}
