import type { Cause } from '../cause.ts';
import { type Facts, isUnanswered } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { type FindingParts, failsWith, makeFinding, targetText } from '../make-finding.ts';
import type { DnsObservation, DnsStatus } from '../observations.ts';
import { quote } from '../reproduce.ts';
import { listed } from '../words.ts';

/** Answers that say something of the name; the others say something of the resolver. */
const ABOUT_THE_NAME: Partial<Record<DnsStatus, string>> = {
  nxdomain: 'the name does not exist',
  nodata: 'the name exists and has no address',
  not_found: 'the name does not exist or has no address',
  servfail: 'the resolver could not answer for it (SERVFAIL)',
  refused: 'the resolver refuses to answer for it (REFUSED)',
};

/** How an answer is written in DNS. */
const RCODE: Partial<Record<DnsStatus, string>> = {
  answer: 'NOERROR',
  nxdomain: 'NXDOMAIN',
  nodata: 'NOERROR, no record (NODATA)',
  not_found: 'no address (NXDOMAIN or NODATA: the system does not say which)',
  servfail: 'SERVFAIL',
  refused: 'REFUSED',
  timeout: 'no answer',
};

/** DNS has no address for the name. */
export const nameNotResolved: Cause = {
  code: 'NAME_NOT_RESOLVED',
  severity: 'error',
  step: 'dns',
  title: 'the name has no address',
  meaning: 'DNS has no address for the name.',
  provedBy: "The resolver's answer: NXDOMAIN, no record of that type, SERVFAIL.",
  remedy: 'Correct the name, or publish an A or AAAA record.',
  alsoKnownAs: [
    { client: 'curl', text: 'Could not resolve host' },
    { client: 'openssl', text: 'Name or service not known' },
    { client: 'Node.js', text: 'ENOTFOUND' },
    { client: 'Go', text: 'no such host' },
    { client: 'Java', text: 'UnknownHostException' },
    { client: 'Chrome', text: 'ERR_NAME_NOT_RESOLVED' },
  ],
  evaluate(facts) {
    const { dns } = facts;
    if (dns === undefined || dns.records.some(({ addresses }) => addresses.length > 0)) return [];
    // The gravest answer speaks for both types: NXDOMAIN is about the name, NODATA about one type.
    const statuses = dns.records.map(({ status }) => status);
    const status = (['nxdomain', 'servfail', 'refused', 'nodata', 'not_found'] as const).find((one) =>
      statuses.includes(one),
    );
    const fault = status === undefined ? undefined : ABOUT_THE_NAME[status];
    if (status === undefined || fault === undefined) return [];
    // That one type has no record says nothing of another that was not answered.
    const isAboutOneType = status === 'nodata' || status === 'not_found';
    return isAboutOneType && dns.records.some(isUnanswered) ? [] : [finding(facts, dns, status, fault)];
  },
};

function finding(facts: Facts, dns: DnsObservation, status: DnsStatus, fault: string): Finding {
  const server = serverOf(dns);
  const host = facts.run.target.host;
  // One type was asked for: its absence says nothing of the other, unless the name itself does not exist.
  const [only] = dns.records.length === 1 && status !== 'nxdomain' ? dns.records : [];
  const title = only === undefined ? fault : `${fault} (only ${only.type} was asked for)`;
  return makeFinding(nameNotResolved, facts, null, {
    title,
    summary: failsWith(facts, title),
    ...answersOf(dns),
    fix:
      status === 'servfail' || status === 'refused'
        ? { text: ASK_ITS_SERVERS, commands: [digCommand(server, host, dns.records[0]?.type, ['+cd'])] }
        : { text: `correct the name, or publish an ${only?.type ?? 'A or AAAA'} record for ${host}`, commands: [] },
    reproduce: [server === undefined ? `curl -sSI ${quote(`https://${host}/`)}` : digCommand(server, host, only?.type)],
  });
}

const ASK_ITS_SERVERS =
  "ask the name's own servers, and look at its delegation and its DNSSEC: an answer to a question with +cd says that it is DNSSEC";

/** One type of record could not be answered for, the other was. */
export const namePartlyResolved: Cause = {
  code: 'NAME_PARTLY_RESOLVED',
  severity: 'notice',
  step: 'dns',
  title: 'DNS fails for one kind of address',
  meaning:
    'The resolver has addresses of one family and fails for the other (SERVFAIL, REFUSED). Clients that ask for both wait for it, fail at times, or never use that family.',
  provedBy: "The resolver's answers for A and for AAAA.",
  remedy: "Look at the name's own servers: one that does not know a type answers without records, not with an error.",
  alsoKnownAs: [{ client: 'dig', text: 'status: SERVFAIL' }],
  evaluate(facts) {
    const { dns } = facts;
    const failing = dns?.records.find(({ status }) => status === 'servfail' || status === 'refused');
    if (dns === undefined || failing === undefined) return [];
    if (!dns.records.some(({ addresses }) => addresses.length > 0)) return [];
    const { host } = facts.run.target;
    const fault = `${failing.type} fails with ${RCODE[failing.status] ?? failing.status}`;
    const command = digCommand(serverOf(dns), host, failing.type);
    return [
      makeFinding(namePartlyResolved, facts, null, {
        title: `${fault}, the other type is answered`,
        summary: `${targetText(facts)}: ${fault}`,
        ...answersOf(dns),
        fix: { text: ASK_ITS_SERVERS, commands: [digCommand(serverOf(dns), host, failing.type, ['+cd'])] },
        reproduce: [command],
      }),
    ];
  },
};

/** What the resolver said, type by type. */
function answersOf(dns: DnsObservation): Pick<FindingParts, 'evidence' | 'proof'> {
  const resolver = dns.resolver === 'system' ? "the system's resolver" : dns.resolver;
  const rows = dns.records.map(({ type, status, detail }) => ({
    label: type,
    value: RCODE[status] ?? status,
    source: `${resolver}${detail === undefined ? '' : `, ${detail}`}`,
  }));
  return {
    evidence: [{ kind: 'table', rows }],
    proof: { kind: 'dns', after: listed(rows.map(({ label, value }) => `${label} ${value}`)), connections: [] },
  };
}

/** `IP:PORT` of a resolver that was named; `undefined` for the system's. */
function serverOf({ resolver }: DnsObservation): string | undefined {
  return /^udp:\/\/(.*)$/.exec(resolver)?.[1];
}

/** @param server `IP:PORT` or `[IP]:PORT` */
function digCommand(server: string | undefined, host: string, type = 'A', options: readonly string[] = []): string {
  const at = server?.lastIndexOf(':') ?? 0;
  const address = server?.substring(0, at).replace(/^\[|\]$/g, '');
  const from = address === undefined ? [] : [`@${quote(address)}`, '-p', `${server?.substring(at + 1)}`];
  return ['dig', ...from, ...options, quote(host), type].join(' ');
}
