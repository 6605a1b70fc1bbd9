/**
 * Repairs an incomplete chain: which URL of a certificate to fetch next, and what to judge with what came (RFC 5280
 * section 4.2.2.1). Pure: it reads the observations and says the next step; observe.ts takes it.
 */
import type { AddressFacts, Facts } from './facts.ts';
import { certificatesReceived } from './messages.ts';
import type { ChainRequest } from './network.ts';
import type { ChainObservation, ChainProblem, FetchObservation } from './observations.ts';

/** Issuers fetched for one chain, one above the other. Real chains lack one or two. */
const MAX_STEPS = 4;

/** URLs of one certificate that are tried; it can name thousands. */
const MAX_URLS = 3;

/** Redirects from one URL. */
const MAX_REDIRECTS = 3;

/** Fetches of one run, redirects and failures among them. */
const MAX_FETCHES = 8;

/** The timeouts that all fetches of a run may have taken together when another is begun. */
const MAX_TIMEOUTS = 1.5;

/** What would tell more of an incomplete chain. */
export type RepairStep =
  | { readonly kind: 'fetch'; readonly url: string; readonly peer: string }
  | { readonly kind: 'judge'; readonly request: ChainRequest };

/** The next step for the first chain that can still be repaired; `undefined` when all is done that can be. */
export function nextRepair(facts: Facts): RepairStep | undefined {
  const fetches = fetchesOf(facts);
  const took = fetches.reduce((sum, one) => sum + one.took, 0);
  const mayFetch = fetches.length < MAX_FETCHES && took < MAX_TIMEOUTS * facts.run.settings.timeout;
  for (const address of facts.addresses) {
    const { chain } = address;
    const missing = missingIssuer(facts, address);
    if (chain === undefined || missing === undefined) continue;
    const used = repairedChain(facts, address)?.fetched ?? [];
    if (used.length >= MAX_STEPS) continue;
    for (const url of urlsOf(missing)) {
      const { next, end } = follow(url, fetches);
      if (next !== undefined && mayFetch) return { kind: 'fetch', url: next, peer: address.address };
      if (end?.status !== 'found' || end.connection === undefined || used.includes(end.connection)) continue;
      const { connection, identity, time: clock } = chain;
      const fetched = fetches.filter(
        (one) => one === end || (one.connection !== undefined && used.includes(one.connection)),
      );
      return {
        kind: 'judge',
        request: { connection, sent: certificatesReceived(address.recorded), fetched, identity, clock },
      };
    }
  }
  return undefined;
}

/** Every fetch of a run. */
export function fetchesOf({ run }: Facts): FetchObservation[] {
  return run.observations.filter((one) => one.kind === 'fetch');
}

/** The chain of an address as it was last judged with what was fetched for it. */
export function repairedChain({ run }: Facts, { chain }: AddressFacts): ChainObservation | undefined {
  return run.observations.findLast(
    (one): one is ChainObservation =>
      one.kind === 'chain' && one.connection === chain?.connection && one.fetched !== undefined,
  );
}

/** Where the missing issuers of a chain were looked for, and what came of it: a redirect is told by where it led. */
export function lookedFor(
  facts: Facts,
  address: AddressFacts,
): { readonly url: string; readonly end?: FetchObservation }[] {
  const missing = missingIssuer(facts, address);
  return (missing === undefined ? [] : urlsOf(missing)).map((url) => {
    const { end } = follow(url, fetchesOf(facts));
    return end === undefined ? { url } : { url, end };
  });
}

function missingIssuer(facts: Facts, address: AddressFacts): ChainProblem | undefined {
  const chain = repairedChain(facts, address) ?? address.chain;
  return chain?.problems.find(({ code }) => code === 'CHAIN_INCOMPLETE');
}

function urlsOf({ caIssuers = [] }: ChainProblem): readonly string[] {
  return [...new Set(caIssuers)].slice(0, MAX_URLS);
}

/** What came of a URL, redirects followed, or the one to fetch next. */
function follow(
  url: string,
  fetches: readonly FetchObservation[],
): { readonly next?: string; readonly end?: FetchObservation } {
  let at = url;
  let end: FetchObservation | undefined;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const seen = fetches.find((one) => one.url === at);
    if (seen === undefined) return { next: at };
    end = seen;
    if (end.status !== 'redirect' || end.location === undefined) break;
    at = end.location;
  }
  return end === undefined ? {} : { end };
}
