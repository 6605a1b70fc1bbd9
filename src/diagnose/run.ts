import type { Observation } from './observations.ts';
import type { ProbeInput } from './probes/input.ts';
import type { Target } from './target.ts';

/** The version of every JSON document that hellofin writes. Fields may be added to it; none changes its meaning. */
export const SCHEMA = 'hellofin/1';

/** What a run was told, as far as judging it needs to know. */
export interface RunSettings {
  /** Milliseconds for each step. */
  readonly timeout: number;
  readonly maxConnections: number;
  /** Whom the peer must be: the name sent in SNI, or an IP address. */
  readonly identity: string;
  /** The trusted roots in words: `the roots of Node.js`, `ca.pem`. */
  readonly trust: string;
  /** The file given with --ca, for commands that show the same. */
  readonly caFile?: string;
  readonly http: boolean;
  /** Whether nothing but the target and the resolver is asked. */
  readonly offline?: boolean;
  /** Whether each version is asked for. */
  readonly versions?: boolean;
  /** Whether a second connection offers the session of the first. */
  readonly resumption?: boolean;
  /** Whether 0-RTT data is sent where the server announces that it takes some. */
  readonly earlyData?: boolean;
  readonly input: ProbeInput;
  /** Where to connect instead of what DNS says. */
  readonly connect?: { readonly address: string; readonly port: number };
  readonly families: readonly (4 | 6)[];
  /** When an expiry becomes a warning. */
  readonly expiry: ExpiryLimit;
}

/** Time left below which a certificate is about to expire: days, or percent of its lifetime. */
export interface ExpiryLimit {
  readonly value: number;
  readonly unit: 'days' | 'percent';
}

/** Everything that was seen of one target. Judging it again gives the same report. */
export interface Run {
  readonly schema: typeof SCHEMA;
  /** What made it: `hellofin 0.1.0`. */
  readonly tool: string;
  readonly target: Target;
  readonly settings: RunSettings;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds of the clock that certificates are judged by. */
  readonly clock: number;
  /** Milliseconds from start to end. */
  readonly took: number;
  readonly observations: readonly Observation[];
}
