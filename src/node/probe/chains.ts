import { nodeCrypto } from '../../crypto/node/index.ts';
import { type Report, type ServedChain, servedChains } from '../../diagnose/index.ts';

/** The chains that the addresses of a report serve, and what is missing in them. */
export function chainsOf({ facts }: Report): ServedChain[] {
  return servedChains(facts, nodeCrypto);
}
