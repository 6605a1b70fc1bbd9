/**
 * Trust: which roots there are on this machine, and whether a peer's chain is acceptable by them.
 */
export { defaultRoots, systemRoots } from './roots.ts';
export {
  type ChainQuestion,
  type ChainRefusal,
  type ChainVerifier,
  chainVerifier,
  defaultVerifier,
  issuersOf,
  subjectsOf,
  verifierFor,
} from './verifier.ts';
