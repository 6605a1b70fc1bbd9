/**
 * A lab on loopback: named endpoints, good and broken on purpose, each broken one with a repaired twin; with a throw-away
 * CA and a name server of their own. Start at {@link startLab}.
 */
export { startBothVersions } from './both-versions.ts';
export { type Lab, type LabEndpoint, type LabOptions, type LabTarget, startLab } from './lab.ts';
