/**
 * Runs a check: the name, then every address, then one probe after the other until the cause is proved, nothing more
 * can be told, or the connections are used up. What it returns are facts; judging them is report.ts.
 */
import { nextRepair } from './aia.ts';
import { CAUSES } from './causes/index.ts';
import { type AddressFacts, factsOf } from './facts.ts';
import { flightFactsOf, helloSent } from './flight-facts.ts';
import { certificatesReceived } from './messages.ts';
import type { Network, Progress } from './network.ts';
import type { ExchangeObservation, Observation } from './observations.ts';
import { type ExchangePlan, type HandshakePlan, nextProbe, versionPlans } from './planner.ts';
import { type Run, type RunSettings, SCHEMA } from './run.ts';
import { endpointText, type Target } from './target.ts';
import { hundredths } from './words.ts';

/** What a run is of, and when. */
export interface RunStart {
  readonly tool: string;
  readonly target: Target;
  readonly settings: RunSettings;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds that certificates are judged at. */
  readonly clock: number;
}

/** Answers that say that HEAD is not known here: RFC 9110 sections 15.5.6 and 15.6.2. */
const NO_HEAD: ReadonlySet<number> = new Set([405, 501]);

interface Address {
  readonly address: string;
  readonly port: number;
}

/** Milliseconds that a probe of a silent peer waits at least, where the timeout allows. */
const SILENCE = 1_000;

/** Observes one target. Rejects only for a bug. */
export async function observe(start: RunStart, network: Network, progress: Progress = () => undefined): Promise<Run> {
  const { target, settings } = start;
  const { timeout, maxConnections, input } = settings;
  const observations: Observation[] = [];
  const note = (seen: readonly Observation[]) => observations.push(...seen.map(settled));
  const run = (): Run => ({ schema: SCHEMA, ...start, took: network.now(), observations });
  let connection = 0;

  const request = (method: 'HEAD' | 'GET', path = target.path) =>
    settings.http ? { http: { method, host: hostHeader(start), path, patience: patienceOf(start) } } : {};
  const shake = ({ address, port }: Address, method: 'HEAD' | 'GET') => {
    connection++;
    const { identity } = settings;
    const end = { address, port, connection, timeout };
    const tickets = settings.resumption === true ? ({ awaitsTickets: true } as const) : {};
    return network.handshake({ ...end, input, identity, clock: start.clock, ...request(method), ...tickets });
  };
  const probeHandshake = ({ address: { address, port, tcp }, change, versions }: HandshakePlan) => {
    connection++;
    const { id, after, acceptsAnyChain, session, identity = settings.identity } = change;
    const offered = versions === undefined ? input : { ...input, versions };
    const offer = { from: tcp.connection, earlyData: session === 'early_data' };
    return network.handshake({
      ...{ address, port, connection, timeout, input: change.apply(offered), identity, clock: start.clock },
      ...(after === 'nothing' ? {} : request('HEAD', after === 'date' ? '/' : target.path)),
      ...(acceptsAnyChain === undefined ? {} : { acceptsAnyChain }),
      ...(session === undefined ? {} : { session: offer, awaitsTickets: true }),
      change: id,
    });
  };

  const addresses = await findAddresses(start, network, note, progress);
  const first = addresses.slice(0, maxConnections);
  progress(`connecting to ${first.map(({ address, port }) => endpointText(address, port)).join(', ')}`);
  note((await Promise.all(first.map((one) => shake(one, 'HEAD')))).flat());
  for (const one of factsOf(run()).addresses) {
    if (!wantsGet(one) || connection >= maxConnections) continue;
    progress(`asking ${one.endpoint} again with GET`);
    note(await shake(one, 'GET'));
  }

  const repair = async () => {
    for (let step = nextRepair(factsOf(run())); step !== undefined; step = nextRepair(factsOf(run()))) {
      if (step.kind === 'judge') {
        note([network.judge(step.request)]);
        continue;
      }
      if (settings.offline === true || connection >= maxConnections) break;
      const { url, peer } = step;
      progress(`fetching ${url}`);
      const seen = await network.fetch({ url, peer, families: settings.families, timeout, connection: connection + 1 });
      connection += seen.filter(({ kind }) => kind === 'tcp').length;
      note(seen);
    }
  };

  const exchange = async ({ address, change, bytes }: ExchangePlan) => {
    connection++;
    const { port, tcp } = address;
    // A peer that is silent for the whole timeout need not be waited for so long again: an answer takes round trips.
    const patience = address.symptom.kind === 'silent' ? Math.max(SILENCE, 20 * tcp.took) : timeout;
    const end = { address: address.address, port, connection, timeout: Math.min(patience, timeout) };
    const seen = await network.exchange({ ...end, change, bytes });
    return [...seen, ...seen.flatMap((one) => (one.kind === 'exchange' ? judgeFlight(one, start, network) : []))];
  };

  const probe = async () => {
    while (connection < maxConnections) {
      const plan = nextProbe(factsOf(run()), CAUSES);
      if (plan === undefined) return;
      const { address, change } = plan;
      progress(`probing ${address.endpoint}, ${change.input}: ${change.to}`);
      note(await (plan.kind === 'handshake' ? probeHandshake(plan) : exchange(plan)));
    }
  };

  await repair();
  await probe();
  for (const plans of settings.versions === true ? versionPlans(factsOf(run())) : []) {
    const affordable = plans.slice(0, maxConnections - connection);
    progress(`asking ${plans[0]?.address.endpoint ?? ''} for each version`);
    note((await Promise.all(affordable.map(exchange))).flat());
  }
  // What was asked for by name comes before what is asked of every server.
  if (settings.versions === true) await probe();
  // The certificates of a flight are there only now.
  await repair();
  return run();
}

/** What is to be said of the certificates in a flight that a probe was answered with. */
function judgeFlight(exchange: ExchangeObservation, { settings, clock }: RunStart, network: Network): Observation[] {
  const seen = flightFactsOf(exchange);
  const sent = certificatesReceived(seen);
  if (seen === undefined || sent.length === 0) return [];
  const { connection } = exchange;
  return [
    network.judge({ connection, sent, identity: settings.identity, clock }),
    network.proveKey({ connection, hello: helloSent(exchange.sent), flight: seen.flight }),
  ];
}

/** Where HEAD is not known; and where 400 may be about the client certificate, which only the page of the error says. */
function wantsGet({ http, negotiated }: AddressFacts): boolean {
  const status = http?.status ?? 0;
  return NO_HEAD.has(status) || (status === 400 && negotiated.certificateRequested);
}

/** Milliseconds to wait for HTTP that nobody promised: many services speak something else and say nothing. */
const UNPROMISED = 1_500;

/** The whole timeout where the user says that it is HTTP, by the scheme or by its port. */
function patienceOf({ target, settings }: RunStart): number {
  const isHttp = target.protocol === 'https' || target.port === 443;
  return isHttp ? settings.timeout : Math.min(settings.timeout, UNPROMISED);
}

async function findAddresses(
  { target, settings }: RunStart,
  network: Network,
  note: (seen: readonly Observation[]) => void,
  progress: Progress,
): Promise<readonly Address[]> {
  if (settings.connect !== undefined) return [settings.connect];
  if (target.isAddress) return [{ address: target.host, port: target.port }];
  progress(`resolving ${target.host}`);
  const at = network.now();
  const records = await network.resolver.resolve(target.host, settings.families, settings.timeout);
  const resolver = network.resolver.name;
  note([{ kind: 'dns', at, took: network.now() - at, name: target.host, resolver, records }]);
  const found = new Set(records.flatMap((one) => one.addresses));
  return [...found].map((address) => ({ address, port: target.port }));
}

/** RFC 9110 section 7.2: the name that is meant, with the port when it is not the usual one. */
function hostHeader({ target, settings }: RunStart): string {
  const host = settings.input.serverName ?? target.host;
  return target.port === 443 ? host : endpointText(host, target.port);
}

/** A difference of two times has digits that neither had. */
function settled(one: Observation): Observation {
  return one.kind === 'chain' || one.kind === 'key_proof' ? one : { ...one, took: hundredths(one.took) };
}
