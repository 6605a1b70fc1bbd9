import { pathText } from './certificates.ts';
import { type AddressFacts, type Facts, isHealthy, isUsable } from './facts.ts';
import { type Finding, STEPS, type Step } from './finding.ts';
import { count, DAY, shortSuite, shortVersion } from './words.ts';

/** How a step went: `none` was not taken, `unknown` could not be measured. */
export type StepStatus = 'good' | 'bad' | 'warn' | 'none' | 'unknown';

/** One step over all addresses. */
export interface StepReport {
  readonly step: Step;
  readonly status: StepStatus;
  /** What was found, in a line. */
  readonly text: string;
  /** The same in a word or two, possibly empty. */
  readonly brief: string;
  /** Milliseconds of the slowest address; absent for what takes none. */
  readonly took?: number;
}

/** What a step says that an earlier one left no way to. */
export const NOT_REACHED = 'not reached';

const unreached: StepBody = { status: 'none', text: NOT_REACHED, brief: NOT_REACHED };

type StepBody = Omit<StepReport, 'step'>;

/** The five steps as they went. */
export function stepsOf(facts: Facts, findings: readonly Finding[]): StepReport[] {
  const bodies: Readonly<Record<Step, StepBody>> = {
    dns: dnsStep(facts),
    tcp: tcpStep(facts),
    tls: tlsStep(facts),
    cert: certStep(facts),
    http: httpStep(facts),
  };
  return STEPS.map((step) => {
    const body = bodies[step];
    const here = findings.filter((finding) => finding.step === step).map(({ severity }) => severity);
    const status = here.includes('error') ? 'bad' : here.includes('warning') ? 'warn' : body.status;
    return { step, ...body, status };
  });
}

function dnsStep({ dns, run }: Facts): StepBody {
  if (dns === undefined) {
    const brief = run.settings.connect === undefined ? 'an address was given' : 'not asked (--connect)';
    return { status: 'none', text: brief, brief: '' };
  }
  const addresses = [...new Set(dns.records.flatMap((one) => one.addresses))];
  if (addresses.length === 0) return { status: 'unknown', text: 'no address', brief: '', took: dns.took };
  const shown = addresses.length > 4 ? [...addresses.slice(0, 4), `${addresses.length - 4} more`] : addresses;
  return { status: 'good', text: `${shown.join('  ')} · DNSSEC –`, brief: '', took: dns.took };
}

function tcpStep({ addresses }: Facts): StepBody {
  if (addresses.length === 0) return unreached;
  const answering = addresses.filter(({ tcp }) => tcp.status === 'connected');
  const took = Math.max(...addresses.map(({ tcp }) => tcp.took));
  if (answering.length === 0) return { status: 'unknown', text: 'no address answers', brief: '', took };
  const [only] = addresses;
  let text = `${answering.length} of ${addresses.length} addresses answer`;
  if (answering.length === addresses.length) {
    if (addresses.length === 1) text = `${only?.address} answers`;
    else text = addresses.length === 2 ? 'both addresses answer' : `all ${addresses.length} addresses answer`;
  }
  return { status: 'good', text, brief: '', took };
}

function tlsStep({ addresses }: Facts): StepBody {
  const tried = addresses.filter(({ tls }) => tls !== undefined);
  const shown =
    tried.find(isHealthy) ??
    tried.find(({ symptom }) => symptom.kind === 'rejected') ??
    tried.find(({ flight }) => flight !== undefined) ??
    tried[0];
  if (shown?.tls === undefined) return unreached;
  const { version, cipherSuite, group, alpn } = shown.negotiated;
  const took = Math.max(...tried.map(({ tls, flight }) => (tls?.took ?? 0) + (flight?.exchange.took ?? 0)));
  if (version === undefined) return { status: 'bad', text: 'no ServerHello', brief: '', took };
  const parts = [shortVersion(version), shortSuite(cipherSuite ?? ''), group, alpn];
  const text = parts.filter((part) => part !== undefined && part !== '').join(' · ');
  const isDone = isUsable(shown) || shown.symptom.kind === 'rejected';
  return { status: isDone ? 'good' : 'bad', text, brief: shortVersion(version), took };
}

function certStep({ addresses, run }: Facts): StepBody {
  const judged = addresses.filter(({ chain }) => chain !== undefined);
  const chain = (judged.find((one) => one.chain?.trusted === true) ?? judged[0])?.chain;
  const [leaf] = chain?.path ?? [];
  if (chain === undefined) return unreached;
  if (leaf === undefined) return { status: 'bad', text: 'no certificate', brief: '' };
  const left = Math.floor((leaf.notAfter - run.clock) / DAY);
  const whole = Math.round((leaf.notAfter - leaf.notBefore) / DAY);
  const lifetime = left < 0 ? 'expired' : `${left}/${count(whole, 'day')} left`;
  return { status: chain.trusted ? 'good' : 'bad', text: `${pathText(chain.path)} · ${lifetime}`, brief: '' };
}

function httpStep({ addresses, run }: Facts): StepBody {
  const asked = addresses.filter(({ http }) => http !== undefined);
  const http = (asked.find((one) => one.http?.status !== undefined) ?? asked[0])?.http;
  if (http === undefined) {
    const reason = whyNoHttp(addresses, run.settings.http);
    return { status: 'none', text: reason, brief: reason };
  }
  const { status, headers, error } = http;
  if (status === undefined)
    return { status: 'none', text: `no HTTP: ${error ?? 'no answer'}`, brief: 'no HTTP', took: http.took };
  const hsts = hstsText(headers['strict-transport-security']);
  const location = headers.location === undefined ? '' : ` to ${headers.location}`;
  return { status: 'good', text: `${status}${location}${hsts}`, brief: String(status), took: http.took };
}

function whyNoHttp(addresses: readonly AddressFacts[], wanted: boolean): string {
  if (!addresses.some(isUsable)) return NOT_REACHED;
  return wanted ? 'not measured' : 'not asked';
}

/** RFC 6797 section 6.1.1: max-age in seconds, 0 to forget. */
function hstsText(header: string | undefined): string {
  const seconds = /max-age\s*=\s*"?(\d{1,12})/i.exec(header ?? '')?.[1];
  if (seconds === undefined) return '';
  const days = Math.floor(Number(seconds) / 86_400);
  if (days === 0) return ' · HSTS off';
  return ` · HSTS ${days >= 365 ? `${Math.floor(days / 365)}y` : `${days}d`}`;
}
