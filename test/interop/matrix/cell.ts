/** One cell of the matrix: a scenario with a peer, one way round, in one version. */
import type { Material, Peer, Role } from './peer.ts';
import type { Fact, Facts, Scenario, Version } from './scenarios.ts';
import { serveAs, visit } from './us.ts';

/** Which end the peer is. */
export type Side = 'server' | 'client';

/** Where a cell stands. */
export interface Place {
  readonly peer: Peer;
  readonly side: Side;
  readonly scenario: Scenario;
  readonly version: Version;
}

/** Two accounts of the same connections. */
export interface Accounts {
  readonly ours: readonly Facts[];
  readonly theirs: readonly Facts[];
}

/** Every cell of a peer's, also those that it can not do. */
export function placesOf(peer: Peer, side: Side, scenarios: readonly Scenario[]): Place[] {
  return scenarios.flatMap((scenario) => scenario.versions.map((version) => ({ peer, side, scenario, version })));
}

/** Why the peer can not do it; undefined where it can. */
export function reasonOf({ peer, side, scenario, version }: Place): string | undefined {
  const cannot = peer[side]?.cannot ?? {};
  return cannot[scenario.id] ?? cannot[`${version} ${scenario.id}`];
}

/** Does what the scenario says, with our other end. Rejects when the conversation does not come to its end. */
export async function converse(place: Place, material: Material): Promise<Accounts> {
  const { peer, side, scenario, version } = place;
  const { client, server, visits } = scenario;
  if (side === 'server') {
    const serving = await roleOf(peer.server).serve({ ...server, version, material });
    try {
      const all = await visit(serving, scenario, version, material, expected(place).theirs);
      return { ours: all.map(({ ours }) => ours), theirs: all.map(({ theirs }) => theirs) };
    } finally {
      await serving.stop();
    }
  }
  const own = await serveAs(server, version, material);
  try {
    const isUpdated = client.update === true || server.update === true;
    const order = { ...client, version, material, port: own.port, visits: visits.length, isUpdated };
    const theirs = await roleOf(peer.client).connect(order);
    return { ours: await own.facts(visits.length), theirs };
  } finally {
    await own.close();
  }
}

/** What both accounts have to say: what an end can not know, or keeps to itself, is left out. */
export function expected({ peer, side, scenario, version }: Place): Accounts {
  const { onlyClient = [], onlyServer = [], visits } = scenario;
  const [onlyOurs, onlyTheirs] = side === 'server' ? [onlyClient, onlyServer] : [onlyServer, onlyClient];
  const { silent } = roleOf(peer[side]);
  const all = visits.map((facts) => ({ ...facts, version }));
  return {
    ours: all.map((facts) => without(facts, onlyTheirs)),
    theirs: all.map((facts) => without(facts, [...onlyOurs, ...silent])),
  };
}

/** Whose word the cell rests on: the peer's where it tells every fact that the scenario is about. */
export function witness(place: Place): 'peer' | 'ours' {
  const { theirs } = expected(place);
  const isTold = place.scenario.visits.every((facts, at) =>
    Object.keys(facts).every((fact) => fact in (theirs[at] ?? {})),
  );
  return isTold ? 'peer' : 'ours';
}

function roleOf<R extends Role>(role: R | undefined): R {
  if (role === undefined) throw new Error('not a role of this peer');
  return role;
}

function without(facts: Facts, left: readonly Fact[]): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => !left.includes(name as Fact)));
}
