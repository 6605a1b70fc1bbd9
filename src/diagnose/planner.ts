/**
 * Which connection to open next: the one whose outcome rules out most. A failing handshake has several hypotheses, each
 * with the one change under which it would pass; every probe made splits them into those that foretold its outcome and
 * those that did not. Pure: the same observations give the same plan.
 */

import type { Cause, Hypothesis, Search } from './cause.ts';
import { type AddressFacts, type Facts, isHealthy } from './facts.ts';
import { findMessage } from './messages.ts';
import { outcomeOf, type ProbeOutcome } from './probes/answer.ts';
import { type Change, type ChangeId, changeOf } from './probes/change.ts';

/** A probe that is worth a connection. */
export interface Plan {
  readonly address: AddressFacts;
  readonly change: Change;
  readonly bytes: Uint8Array;
}

/** The probe that changes nothing. */
const CONTROL: ChangeId = 'none';

/** Changes that prove nothing by themselves and split the others: tried when that saves connections. */
const SPLITTERS: readonly ChangeId[] = ['offer:all'];

/** Where the search stands after the probes made so far. */
export function searchAt(address: AddressFacts, facts: Facts, causes: readonly Cause[]): Search {
  const hypotheses = causes.flatMap((cause) => cause.suspect?.(address, facts) ?? []);
  const outcomes = outcomesAt(address);
  const remaining = hypotheses.filter((hypothesis) =>
    [...outcomes].every(([change, outcome]) => outcome === 'unknown' || foretells(hypothesis, change, outcome)),
  );
  return {
    remaining,
    ruledOut: hypotheses.filter((hypothesis) => !remaining.includes(hypothesis)),
    proved: remaining.find(
      (one) => passesIn(outcomes)(one) && (!needsControl(one) || outcomes.get(CONTROL) === 'fail'),
    ),
  };
}

/** The next probe, or `undefined` when none would tell more. Addresses that fail alike are probed once. */
export function nextProbe(facts: Facts, causes: readonly Cause[]): Plan | undefined {
  const seen = new Set<string>();
  for (const address of facts.addresses) {
    if (isHealthy(address) || address.tls === undefined) continue;
    const symptom = JSON.stringify(address.symptom);
    if (seen.has(symptom)) continue;
    seen.add(symptom);
    const { remaining, proved } = searchAt(address, facts, causes);
    if (proved !== undefined && remaining.length === 1) continue;
    const plan = controlProbe(address, facts, remaining) ?? bestProbe(address, facts, remaining);
    if (plan !== undefined) return plan;
  }
  return undefined;
}

/** Once a change has passed: does the failing handshake still fail? A peer that fails at times would fool us. */
function controlProbe(address: AddressFacts, facts: Facts, remaining: readonly Hypothesis[]): Plan | undefined {
  const outcomes = outcomesAt(address);
  const passing = remaining.filter(passesIn(outcomes));
  if (outcomes.has(CONTROL) || !passing.some(needsControl)) return undefined;
  const change = changeOf(CONTROL);
  const bytes = bytesFor(change, address, facts);
  return bytes === undefined ? undefined : { address, change, bytes };
}

/** A ServerHello may come or not; an answer in another protocol speaks for itself. */
function needsControl({ change }: Hypothesis): boolean {
  return changeOf(change).passesOn === 'server_hello';
}

function passesIn(outcomes: ReadonlyMap<ChangeId, ProbeOutcome>): (hypothesis: Hypothesis) => boolean {
  return ({ change }) => outcomes.get(change) === 'pass';
}

function bestProbe(address: AddressFacts, facts: Facts, remaining: readonly Hypothesis[]): Plan | undefined {
  const tried = outcomesAt(address);
  const own = new Set(remaining.map(({ change }) => change));
  let best: { readonly plan: Plan; readonly gain: number } | undefined;
  for (const id of [...own, ...SPLITTERS]) {
    if (tried.has(id)) continue;
    const change = changeOf(id);
    const bytes = bytesFor(change, address, facts);
    if (bytes === undefined) continue;
    // A splitter has to tell more; what proves a cause is worth a connection even when only that cause is left.
    const gain = informationOf(remaining, id) + (own.has(id) ? 0.1 : 0);
    if (gain > 0 && (best === undefined || gain > best.gain)) best = { plan: { address, change, bytes }, gain };
  }
  return best?.plan;
}

function bytesFor(change: Change, address: AddressFacts, facts: Facts): Uint8Array | undefined {
  const hello = findMessage(address.tls, 'sent', 'client_hello')?.bytes;
  if (hello === undefined) return undefined;
  const { target, settings } = facts.run;
  return change.bytes({ hello, target, input: settings.input, address: address.address, port: address.port });
}

function outcomesAt({ exchanges, symptom }: AddressFacts): Map<ChangeId, ProbeOutcome> {
  return new Map(exchanges.map((exchange) => [exchange.change, outcomeOf(exchange, symptom.kind)]));
}

function foretells(hypothesis: Hypothesis, id: ChangeId, outcome: ProbeOutcome): boolean {
  const chance = chanceToPass(hypothesis, id);
  return chance === 0.5 || (chance === 1) === (outcome === 'pass');
}

/** 1 or 0 where the hypothesis says how a probe ends, 0.5 where it says nothing of it. */
function chanceToPass({ change, alsoPassesWith, saysNothingOf }: Hypothesis, id: ChangeId): number {
  if (change === id || alsoPassesWith.includes(id)) return 1;
  return saysNothingOf.includes(id) ? 0.5 : 0;
}

/** Bits that the outcome of a probe tells of which hypothesis is true: what it leaves to chance tells nothing. */
function informationOf(hypotheses: readonly Hypothesis[], id: ChangeId): number {
  const total = hypotheses.reduce((sum, { weight }) => sum + weight, 0);
  let share = 0;
  let chance = 0;
  for (const hypothesis of hypotheses) {
    const passes = chanceToPass(hypothesis, id);
    share += (hypothesis.weight / total) * passes;
    chance += (hypothesis.weight / total) * entropy(passes);
  }
  return entropy(share) - chance;
}

/** Bits in an outcome whose chance is `share`. */
function entropy(share: number): number {
  if (share <= 0 || share >= 1) return 0;
  return -(share * Math.log2(share) + (1 - share) * Math.log2(1 - share));
}
