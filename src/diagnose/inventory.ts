/**
 * What a server has of suites, groups or keys, where a client shares none of them with it: named by the server itself,
 * one connection after the other, each without what was named before.
 */

import { Reader } from '../bytes/index.ts';
import { EXTENSION_TYPES, groupName, schemeName } from '../tls/wire.ts';
import type { AddressFacts } from './facts.ts';
import type { Evidence } from './finding.ts';
import { flightFactsOf } from './flight-facts.ts';
import { decodeFound, decodeTls12Found } from './messages.ts';
import type { ExchangeObservation } from './observations.ts';
import { isProved } from './planner.ts';
import { describeAnswer, outcomeOf, readAnswer } from './probes/answer.ts';
import type { ChangeId } from './probes/change.ts';
import { type InventoryChangeId, SCHEME_FAMILIES, type SchemeFamily, withoutId } from './probes/inventory-change.ts';
import { count } from './words.ts';

/** Names that are asked for at most: a list of suites may be long, and each costs a connection. */
const MAX_NAMES = 6;

const FAMILY_NAMES: Readonly<Record<SchemeFamily, string>> = {
  'ecdsa-p256': 'ECDSA on P-256',
  rsa: 'RSA',
  'ecdsa-p384': 'ECDSA on P-384',
  ed25519: 'Ed25519',
  'ecdsa-p521': 'ECDSA on P-521',
  'rsa-pss': 'RSASSA-PSS',
  ed448: 'Ed448',
  'ml-dsa': 'ML-DSA',
};

/** One thing that a server has, with the connection that showed it. */
interface InventoryItem {
  readonly name: string;
  /** Its code point; 0 for a kind of key, which has none. */
  readonly code: number;
  readonly exchange: ExchangeObservation;
}

/** What a server has, as far as it was asked. */
export interface Inventory {
  readonly items: readonly InventoryItem[];
  /** Whether the server was asked for more and had none. */
  readonly isComplete: boolean;
  /** The connection to make next; `undefined` when there is nothing more to ask. */
  readonly next: InventoryChangeId | undefined;
}

/** The suites or groups of a server: the first by the probe that proved it, the others by those that leave it out. */
export function namedBy(address: AddressFacts, list: 'cipher_suites' | 'groups'): Inventory {
  const found = new Map<number, InventoryItem>();
  let exchange = address.exchanges.find(({ change }) => change === `${list}:all`);
  while (exchange !== undefined) {
    const { symptom } = address;
    if (outcomeOf(exchange, symptom.kind) !== 'pass') {
      const isRefused = outcomeOf(exchange, symptom.kind) === 'fail';
      return { items: [...found.values()], isComplete: isRefused && found.size > 0, next: undefined };
    }
    const named = nameIn(exchange, list);
    // A server that names nothing new has said what it will.
    if (named === undefined || found.has(named.code)) break;
    found.set(named.code, { ...named, exchange });
    const next = withoutId(list, [...found.keys()]);
    exchange = address.inventoryProbes.find(({ change }) => change === next);
    if (exchange === undefined && found.size < MAX_NAMES) {
      return { items: [...found.values()], isComplete: false, next };
    }
  }
  return { items: [...found.values()], isComplete: false, next: undefined };
}

/** The kinds of keys that a server has a certificate for, by the signature schemes that it takes alone. */
export function keysOf(address: AddressFacts): Inventory {
  const offered = offeredSchemes(address);
  const items: InventoryItem[] = [];
  let isComplete = true;
  for (const family of Object.keys(SCHEME_FAMILIES) as SchemeFamily[]) {
    // What was offered is known to be missing.
    if (SCHEME_FAMILIES[family].some((scheme) => offered.includes(scheme))) continue;
    const id: InventoryChangeId = `signature_schemes:only:${family}`;
    const exchange = address.inventoryProbes.find(({ change }) => change === id);
    if (exchange === undefined) return { items, isComplete: false, next: id };
    const outcome = outcomeOf(exchange, address.symptom.kind);
    if (outcome === 'pass') items.push({ name: FAMILY_NAMES[family], code: 0, exchange });
    else if (outcome === 'unknown') isComplete = false;
  }
  return { items, isComplete, next: undefined };
}

function nameIn(
  exchange: ExchangeObservation,
  list: 'cipher_suites' | 'groups',
): { code: number; name: string } | undefined {
  const answer = readAnswer(exchange.received);
  if (answer.kind !== 'server_hello') return undefined;
  if (list === 'cipher_suites') return { code: answer.suiteCode, name: answer.cipherSuite };
  const params = decodeTls12Found(flightFactsOf(exchange), 'received', 'server_key_exchange')?.params;
  const code = params?.kind === 'ecdhe' ? params.group : answer.groupCode;
  return code === undefined ? undefined : { code, name: groupName(code) ?? `group ${code}` };
}

/** What a finding says of an inventory: what there is, each with its connection, and whether that is all. */
export function inventoryParts(
  { items, isComplete }: Inventory,
  noun: string,
): { evidence: Evidence[]; notes: string[] } {
  if (items.length === 0) return { evidence: [], notes: [] };
  const rows = items.map(({ name, exchange }) => ({
    label: 'server has',
    value: name,
    source: `${describeAnswer(exchange).replace(/,.*/, '')}, connection ${exchange.connection}`,
  }));
  const end = isComplete
    ? `that is all: without ${items.length === 1 ? 'it' : 'them'} the server refuses`
    : `it may have more: it was asked for ${count(items.length, noun)} and no further`;
  return { evidence: [{ kind: 'table', rows }], notes: [end] };
}

/** The next question, once a change is proved to be the cause. */
export function nextOf(address: AddressFacts, proof: ChangeId, inventory: () => Inventory): InventoryChangeId[] {
  const next = isProved({ change: proof }, address) ? inventory().next : undefined;
  return next === undefined ? [] : [next];
}

/** The registered names of the schemes that the failing hello offers. */
function offeredSchemes({ tls }: AddressFacts): string[] {
  const { raw = [] } = decodeFound(tls, 'sent', 'client_hello')?.extensions ?? {};
  const data = raw.find(({ id }) => id === EXTENSION_TYPES.signature_algorithms)?.data;
  if (data === undefined) return [];
  return new Reader(data).u16s(2, 'supported_signature_algorithms').map((code) => schemeName(code) ?? '');
}
