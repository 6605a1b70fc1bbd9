/**
 * The diagnosis: what is seen of a target ({@link observe}), what is made of it ({@link judge}), how it is shown
 * ({@link reportLines}). Pure: everything that reaches the network comes through {@link Network}.
 *
 * Observations are facts; a cause (causes/) says which single changed input would prove it; the planner picks the probe
 * that rules out most. Adding a cause is adding a file.
 */

export type { StampedEvent } from '../explain/index.ts';
export { type AlertCauses, causesOfAlert } from './alert-causes.ts';
export type { Cause, Hypothesis, Search } from './cause.ts';
export { CAUSES, causeOf } from './causes/index.ts';
export type { AddressFacts, Facts, Symptom } from './facts.ts';
export type * from './finding.ts';
export { InputError } from './input-error.ts';
export type { Negotiated } from './negotiated.ts';
export type * from './network.ts';
export type * from './observations.ts';
export { observe, type RunStart } from './observe.ts';
export { AnswerReader } from './probes/answer-reader.ts';
export { ALL_CHANGES, type Change, type ChangeId, changeOf, isChangeId } from './probes/change.ts';
export { type HandshakeChangeId, isHandshakeChangeId } from './probes/handshake-change.ts';
export type { ProbeInput } from './probes/input.ts';
export { proveKey } from './probes/key-proof.ts';
export { exitCodeOf, judge, type NotMeasured, type Report } from './report.ts';
export { reportToJson } from './report-json.ts';
export { quote } from './reproduce.ts';
export { type ExpiryLimit, type Run, type RunSettings, SCHEMA } from './run.ts';
export { bytesFromHex, type Json, type RunWithoutFields, runToJson, withFields } from './run-json.ts';
export { type ChainsView, chainLines } from './screen/chains.ts';
export { messageLines } from './screen/messages.ts';
export { headline, reportLines, reportText } from './screen/report.ts';
export { type ChainCertificate, type ServedChain, servedChains } from './served-chain.ts';
export type { StepReport, StepStatus } from './steps.ts';
export { endpointText, parsePort, parseTarget, type Target } from './target.ts';
export { hundredths } from './words.ts';
