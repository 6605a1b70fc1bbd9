/**
 * A lab on loopback: named endpoints, good and broken on purpose, with a throw-away CA and a name server of their own.
 * Start at {@link startLab}.
 */
export { type Lab, type LabEndpoint, type LabOptions, startLab } from './lab.ts';
