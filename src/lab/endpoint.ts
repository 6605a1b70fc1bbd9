import type { Server } from 'node:net';
import type { Finding, FindingCode } from '../diagnose/index.ts';
import type { LabCa } from './ca.ts';
import type { NameRecord } from './name-server.ts';

/** What an endpoint is made with. */
export interface LabKit {
  readonly ca: LabCa;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The name under which it is asked for. */
  readonly host: string;
  /** Publishes a certificate, DER, on loopback; its URL. */
  publish(certificate: Uint8Array): string;
  /** Writes a file of the lab, for arguments of the command; its path. */
  file(name: string, text: string): string;
}

/** An endpoint, ready to listen. */
export interface Served {
  /** For a port of 127.0.0.1. Without it the port refuses connections. */
  readonly server?: Server;
  /** For the same port of ::1, where this machine has IPv6. */
  readonly server6?: Server;
  /** What DNS has for the name; 127.0.0.1, and ::1 with `server6`, unless given. */
  readonly record?: NameRecord;
  /** Arguments that `check` takes for it, beside the lab's CA and resolver. */
  readonly args?: readonly string[];
}

/** Makes an endpoint. */
export type Form = (kit: LabKit) => Served;

/** An endpoint, good or broken on purpose. */
export interface EndpointSpec {
  /** `expired`: what it is, for people. */
  readonly id: string;
  /** The name under which it is asked for. It gives nothing away. */
  readonly host: string;
  /** What is wrong with it, in a sentence. */
  readonly fault: string;
  /** The finding that names it, and how that is proved; `null` when nothing is wrong. */
  readonly cause: { readonly code: FindingCode; readonly proof: Finding['proof']['kind'] } | null;
  readonly served: Form;
  /** The same after the repair that the finding's fix tells, and nothing else; `null` when nothing is wrong. */
  readonly repaired: Form | null;
  /** The name of the repaired one, where the fault is the name's. */
  readonly repairedHost?: string;
}
