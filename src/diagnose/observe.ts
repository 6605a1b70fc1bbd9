/**
 * Runs a check: the name, then every address, then one probe after the other until the cause is proved, nothing more
 * can be told, or the connections are used up. What it returns are facts; judging them is report.ts.
 */
import { CAUSES } from './causes/index.ts';
import { factsOf } from './facts.ts';
import type { Network, Progress } from './network.ts';
import type { Observation } from './observations.ts';
import { nextProbe } from './planner.ts';
import { type Run, type RunSettings, SCHEMA } from './run.ts';
import { endpointText, type Target } from './target.ts';

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

/** Milliseconds that a probe of a silent peer waits at least, where the timeout allows. */
const SILENCE = 1_000;

/** Observes one target. Rejects only for a bug. */
export async function observe(start: RunStart, network: Network, progress: Progress = () => undefined): Promise<Run> {
  const { target, settings } = start;
  const { timeout, maxConnections, input } = settings;
  const observations: Observation[] = [];
  const run = (): Run => ({ schema: SCHEMA, ...start, took: network.now(), observations });
  let connection = 0;

  const endpoints = await findAddresses(start, network, observations, progress);
  const first = endpoints.slice(0, maxConnections);
  progress(`connecting to ${first.map(({ address, port }) => endpointText(address, port)).join(', ')}`, observations);
  const seen = await Promise.all(
    first.map(({ address, port }) => {
      connection++;
      const http = settings.http ? { host: hostHeader(start), path: target.path } : undefined;
      return network.handshake({
        ...{ address, port, connection, timeout, input, identity: settings.identity, clock: start.clock },
        ...(http === undefined ? {} : { http }),
      });
    }),
  );
  observations.push(...seen.flat());

  while (connection < maxConnections) {
    const plan = nextProbe(factsOf(run()), CAUSES);
    if (plan === undefined) break;
    connection++;
    const { address, change, bytes } = plan;
    progress(`probing ${address.endpoint}, ${change.input}: ${change.to}`, observations);
    const { port, tcp } = address;
    // A peer that is silent for the whole timeout need not be waited for so long again: an answer takes round trips.
    const patience = address.symptom.kind === 'silent' ? Math.max(SILENCE, 20 * tcp.took) : timeout;
    const request = { address: address.address, port, connection, timeout: Math.min(patience, timeout), change, bytes };
    observations.push(...(await network.exchange(request)));
  }
  return run();
}

async function findAddresses(
  { target, settings }: RunStart,
  network: Network,
  observations: Observation[],
  progress: Progress,
): Promise<readonly { readonly address: string; readonly port: number }[]> {
  if (settings.connect !== undefined) return [settings.connect];
  if (target.isAddress) return [{ address: target.host, port: target.port }];
  progress(`resolving ${target.host}`, observations);
  const at = network.now();
  const records = await network.resolver.resolve(target.host, settings.families, settings.timeout);
  observations.push({
    ...{ kind: 'dns', at, took: network.now() - at, name: target.host },
    ...{ resolver: network.resolver.name, records },
  });
  const addresses = new Set(records.flatMap((one) => one.addresses));
  return [...addresses].map((address) => ({ address, port: target.port }));
}

/** RFC 9110 section 7.2: the name that is meant, with the port when it is not the usual one. */
function hostHeader({ target, settings }: RunStart): string {
  const host = settings.input.serverName ?? target.host;
  return target.port === 443 ? host : endpointText(host, target.port);
}
