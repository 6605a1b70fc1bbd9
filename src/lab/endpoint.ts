import type { Server } from 'node:net';
import type { FindingCode } from '../diagnose/index.ts';
import type { LabCa } from './ca.ts';

/** What an endpoint is made with. */
interface LabKit {
  readonly ca: LabCa;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The name under which it is asked for. */
  readonly host: string;
}

/** A server, good or broken on purpose. */
export interface EndpointSpec {
  /** `expired`: what it is, for people. */
  readonly id: string;
  /** The name under which it is asked for. It gives nothing away. */
  readonly host: string;
  /** What is wrong with it, in a sentence. */
  readonly fault: string;
  /** The finding that names its fault; `null` when nothing is wrong. */
  readonly cause: FindingCode | null;
  /** A server that does not listen yet. */
  create(kit: LabKit): Server;
}
