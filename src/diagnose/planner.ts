/**
 * Which connection to open next: the one whose outcome rules out most. A failing handshake has several hypotheses, each
 * with the one change under which it would pass; every probe made splits them into those that foretold its outcome and
 * those that did not. Pure: the same observations give the same plan.
 */

import type { Cause, Hypothesis, Search } from './cause.ts';
import { type AddressFacts, type Facts, isHealthy } from './facts.ts';
import { findMessage, isHelloAnswered } from './messages.ts';
import { outcomeOf, type ProbeOutcome } from './probes/answer.ts';
import { type Change, type ChangeId, changeOf, VERSION_PROBES } from './probes/change.ts';
import { type HandshakeChange, handshakeChangeOf, isHandshakeChangeId } from './probes/handshake-change.ts';
import type { ProbeInput } from './probes/input.ts';
import { offeredVersions } from './versions.ts';

/** A changed ClientHello to send, whose first answer tells. */
export interface ExchangePlan {
  readonly kind: 'exchange';
  readonly address: AddressFacts;
  readonly change: Change;
  readonly bytes: Uint8Array;
}

/** A whole handshake to make. */
export interface HandshakePlan {
  readonly kind: 'handshake';
  readonly address: AddressFacts;
  readonly change: HandshakeChange;
  /** The versions to offer in place of those that the server refuses. */
  readonly versions?: NonNullable<ProbeInput['versions']>;
}

/** A probe that is worth a connection: a changed ClientHello and its first answer, or a whole handshake. */
export type Plan = ExchangePlan | HandshakePlan;

/** The probe that changes nothing. */
const CONTROL: ChangeId = 'none';

/**
 * How often the unchanged hello is sent again beside a change that passed, where connections are left. After an alert
 * that says its reason once is enough. Any other refusal may be that of one of two servers behind the address, taken in
 * turn: two in a row meet both. Of the runs against a peer that fails every second time by chance, one in eight still
 * names a cause; with one control it would be one in four. The others come to INTERMITTENT.
 */
function controlsFor({ symptom }: AddressFacts): number {
  return symptom.kind === 'alert' && SAYS_WHY.has(symptom.name) ? 1 : 2;
}

/** Alerts that have one meaning (RFC 8446 section 6.2, RFC 7301 section 3.2, RFC 6066 section 3). */
const SAYS_WHY: ReadonlySet<string> = new Set(['protocol_version', 'no_application_protocol', 'unrecognized_name']);

/** Changes that prove nothing by themselves and split the others: tried when that saves connections. */
const SPLITTERS: readonly ChangeId[] = ['offer:all'];

/** Where the search stands after the probes made so far. */
export function searchAt(address: AddressFacts, facts: Facts, causes: readonly Cause[]): Search {
  const hypotheses = causes.flatMap((cause) => cause.suspect?.(address, facts) ?? []);
  const outcomes = outcomesAt(address);
  const remaining = hypotheses.filter((hypothesis) =>
    [...outcomes].every(([change, seen]) =>
      seen.every((outcome) => outcome === 'unknown' || foretells(hypothesis, change, outcome)),
    ),
  );
  return {
    remaining,
    ruledOut: hypotheses.filter((hypothesis) => !remaining.includes(hypothesis)),
    proved: remaining.find((hypothesis) => isProved(hypothesis, address)),
  };
}

/** Whether the change of a hypothesis passed, and the failing handshake failed again without it: each time it was made. */
export function isProved({ change }: Pick<Hypothesis, 'change'>, address: AddressFacts): boolean {
  const outcomes = outcomesAt(address);
  const controls = outcomes.get(CONTROL) ?? [];
  if (outcomes.get(change)?.includes('pass') !== true) return false;
  return !needsControl(change) || (controls.includes('fail') && !controls.includes('pass'));
}

/** The next probe, or `undefined` when none would tell more. Addresses that fail alike are probed once. */
export function nextProbe(facts: Facts, causes: readonly Cause[]): Plan | undefined {
  const seen = new Set<string>();
  const addresses = facts.addresses.filter((address) => {
    if (address.tls === undefined) return false;
    const looks = looksOf(address);
    return !seen.has(looks) && seen.add(looks);
  });
  return (
    first(addresses, (one) => searchProbe(one, facts, causes)) ??
    first(facts.addresses, (one) => flightProbe(one, facts)) ??
    first(addresses, (one) => ask(one, facts, causes))
  );
}

/** The connections that ask each server for each version. */
export function versionPlans(facts: Facts): ExchangePlan[][] {
  return facts.addresses
    .filter(({ tls, symptom }) => tls !== undefined && symptom.kind !== 'not_tls')
    .map((address) => VERSION_PROBES.flatMap(({ id }) => exchangePlan(changeOf(id), address, facts) ?? []));
}

/** Addresses that look alike have one search. A flight is part of one. */
function looksOf({ symptom, chain, flight }: AddressFacts): string {
  const problems = flight === undefined ? chain?.problems.map(({ code, message }) => [code, message]) : undefined;
  return JSON.stringify([symptom, problems]);
}

/** Where a server is known to be of TLS 1.2 or older, its certificate is read, at every address: they may differ. */
function flightProbe(address: AddressFacts, facts: Facts): Plan | undefined {
  const { symptom, exchanges, flight } = address;
  const known = facts.addresses.find(
    (one) => one.flight?.flight.isComplete === true && looksOf(one) === looksOf(address),
  );
  const chose = symptom.kind === 'incompatible' && symptom.code === 'NO_COMMON_VERSION' ? 'versions:1.2' : undefined;
  const id = known?.flight?.exchange.change ?? chose;
  if (id === undefined || flight !== undefined || exchanges.some(({ change }) => change === id)) return undefined;
  return exchangePlan(changeOf(id), address, facts);
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function searchProbe(address: AddressFacts, facts: Facts, causes: readonly Cause[]): Plan | undefined {
  if (isHealthy(address)) return undefined;
  const { remaining, proved } = searchAt(address, facts, causes);
  const control = controlProbe(address, facts, remaining);
  if (control !== undefined || (proved !== undefined && remaining.length === 1)) return control;
  return bestProbe(address, facts, remaining) ?? lastControl(address, facts, remaining);
}

/** The first that a cause asks for and that was not made yet. */
function ask(address: AddressFacts, facts: Facts, causes: readonly Cause[]): Plan | undefined {
  const made = new Set<string>([...address.handshakes, ...address.inventoryProbes].map(({ change }) => change));
  for (const id of causes.flatMap((cause) => cause.asks?.(address, facts) ?? [])) {
    if (made.has(id)) continue;
    if (!isHandshakeChangeId(id)) return exchangePlan(changeOf(id), address, facts);
    const change = handshakeChangeOf(id);
    if (address.flight === undefined || change.completesFlight) return { kind: 'handshake', address, change };
    // What was read as a flight ends there whatever else is changed, but where an offer of TLS 1.3 alone was in the way.
    if (isCompletedInTls12(address)) return { kind: 'handshake', address, change, versions: ['TLS 1.2'] };
  }
  return undefined;
}

/** Whether the hello that the flight answers is ours without TLS 1.3: whatever it chose, this client has. */
function isCompletedInTls12({ flight, negotiated, tls }: AddressFacts): boolean {
  const isOurs = flight?.exchange.change === 'versions:1.2' && negotiated.version === 'TLS 1.2';
  return isOurs && offeredVersions(tls).includes('TLS 1.2');
}

/** Once a change has passed: does the failing handshake still fail? A peer that fails at times would fool us. */
function controlProbe(address: AddressFacts, facts: Facts, remaining: readonly Hypothesis[]): Plan | undefined {
  const outcomes = outcomesAt(address);
  const made = outcomes.get(CONTROL)?.length ?? 0;
  const passing = remaining.filter(({ change }) => outcomes.get(change)?.includes('pass'));
  if (made >= controlsFor(address) || !passing.some(({ change }) => needsControl(change))) return undefined;
  return exchangePlan(changeOf(CONTROL), address, facts);
}

function exchangePlan(change: Change, address: AddressFacts, facts: Facts): ExchangePlan | undefined {
  const bytes = bytesFor(change, address, facts);
  return bytes === undefined ? undefined : { kind: 'exchange', address, change, bytes };
}

/**
 * When nothing that was tried passed, the unchanged hello once more: two servers in turn may have met each change with
 * the broken one. A silence is not waited for again.
 */
function lastControl(address: AddressFacts, facts: Facts, remaining: readonly Hypothesis[]): Plan | undefined {
  const outcomes = outcomesAt(address);
  const isOver = remaining.length === 0 && outcomes.size > 0 && !outcomes.has(CONTROL);
  if (!isOver || address.symptom.kind === 'silent' || isHelloAnswered(address)) return undefined;
  return exchangePlan(changeOf(CONTROL), address, facts);
}

/** A ServerHello may come or not; an answer in another protocol speaks for itself. */
function needsControl(change: ChangeId): boolean {
  return changeOf(change).passesOn === 'server_hello';
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
    if (gain > 0 && (best === undefined || gain > best.gain))
      best = { plan: { kind: 'exchange', address, change, bytes }, gain };
  }
  return best?.plan;
}

function bytesFor(change: Change, address: AddressFacts, facts: Facts): Uint8Array | undefined {
  const hello = findMessage(address.tls, 'sent', 'client_hello')?.bytes;
  if (hello === undefined) return undefined;
  const { target, settings } = facts.run;
  return change.bytes({ hello, target, input: settings.input, address: address.address, port: address.port });
}

/** The outcomes of every probe of a ClientHello, by its change: the control is made more than once. */
function outcomesAt({ exchanges, symptom }: AddressFacts): Map<ChangeId, ProbeOutcome[]> {
  const outcomes = new Map<ChangeId, ProbeOutcome[]>();
  for (const exchange of exchanges) {
    outcomes.set(exchange.change, [...(outcomes.get(exchange.change) ?? []), outcomeOf(exchange, symptom.kind)]);
  }
  return outcomes;
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
