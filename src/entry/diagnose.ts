/**
 * `hellofin/diagnose`: why a TLS connection fails, for programs and tests. {@link check} looks and says; {@link startLab}
 * gives it something broken to look at.
 */
export { type Finding, type FindingCode, type Report, type Run, reportText } from '../diagnose/index.ts';
export { type Lab, type LabEndpoint, type LabOptions, type LabTarget, startLab } from '../lab/index.ts';
export { type CheckOptions, check } from '../node/probe/index.ts';
