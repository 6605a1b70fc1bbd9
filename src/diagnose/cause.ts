/**
 * A cause of failure. Each has a file in causes/ and says everything of itself: how it is recognised, which single
 * changed input would separate it from its rivals, what the fault is called, what repairs it. Adding one is adding a
 * file and its name in causes/index.ts.
 */
import type { AddressFacts, Facts } from './facts.ts';
import type { Finding, FindingCode, ForeignMessage, Severity, Step } from './finding.ts';
import type { ChangeId } from './probes/change.ts';
import type { HandshakeChangeId } from './probes/handshake-change.ts';
import type { InventoryChangeId } from './probes/inventory-change.ts';

/** That a cause may explain a failing address, and what would prove it. */
export interface Hypothesis {
  readonly code: FindingCode;
  /** The one changed input that makes the handshake pass if the hypothesis is true. */
  readonly change: ChangeId;
  /** Other changes under which it would pass too. */
  readonly alsoPassesWith: readonly ChangeId[];
  /** Changes under which it might pass or not: they do not rule it out. */
  readonly saysNothingOf: readonly ChangeId[];
  /** How well it fits what was seen, against its rivals. Only the ratio matters. */
  readonly weight: number;
}

/** What one cause knows. */
export interface Cause {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly step: Step;
  /** The fault in a few words, for lists. */
  readonly title: string;
  /** What it means, for somebody who meets it the first time. */
  readonly meaning: string;
  /** How it is told from its rivals. */
  readonly provedBy: string;
  /** What repairs it, in general. */
  readonly remedy: string;
  readonly alsoKnownAs: readonly ForeignMessage[];
  /**
   * It names a symptom rather than its reason: asked after the others, about the addresses that none of them explains.
   */
  readonly fallback?: true;
  /** Whether it may explain a failing address, and each way in which it may. Absent where a first look proves it. */
  suspect?(address: AddressFacts, facts: Facts): Hypothesis | readonly Hypothesis[] | undefined;
  /**
   * Whole handshakes, and questions for what a server has, that would tell more of what it says of an address, in
   * their order. Each is made once, after the search among the causes; asked again after each, so that one may depend
   * on another.
   */
  asks?(address: AddressFacts, facts: Facts): readonly (HandshakeChangeId | InventoryChangeId)[];
  /**
   * The findings that the facts prove, at most one for an address.
   * @param searchAt how far the search for the cause at an address has come.
   */
  evaluate(facts: Facts, searchAt: (address: AddressFacts) => Search): readonly Finding[];
}

/** Where the search for the cause at one address stands. */
export interface Search {
  /** Those that no probe has ruled out. */
  readonly remaining: readonly Hypothesis[];
  readonly ruledOut: readonly Hypothesis[];
  /** The one whose own change made the handshake pass. */
  readonly proved: Hypothesis | undefined;
}
