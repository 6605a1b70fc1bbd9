import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, FindingCode } from '../diagnose/index.ts';
import { createCa } from './ca.ts';
import type { EndpointSpec, Form, LabKit, Served } from './endpoint.ts';
import { ENDPOINTS } from './endpoints/index.ts';
import { type Listening, listen } from './listen.ts';
import { type NameRecord, startNameServer } from './name-server.ts';
import { startRepository } from './repository.ts';

/** Where a running endpoint is. */
export interface LabTarget {
  readonly host: string;
  readonly port: number;
  /** `amber.example:41234`, for `check`; the lab's resolver knows the name. */
  readonly target: string;
  /** Arguments that `check` takes for it, beside `--ca` and `--resolver`. */
  readonly args: readonly string[];
}

/** A running endpoint. */
export interface LabEndpoint extends LabTarget {
  readonly id: string;
  readonly fault: string;
  /** The finding that names its fault; `null` when nothing is wrong. */
  readonly cause: FindingCode | null;
  /** How that finding is proved; `null` when nothing is wrong. */
  readonly proof: Finding['proof']['kind'] | null;
  /** Its twin, which differs by the finding's fix and has no finding; `null` when nothing is wrong. */
  readonly repaired: LabTarget | null;
}

/** A running lab. */
export interface Lab {
  /** The root that its certificates lead to, PEM, and the file that holds it. */
  readonly ca: string;
  readonly caFile: string;
  /** `udp://127.0.0.1:PORT`: knows the names of the endpoints. */
  readonly resolver: string;
  readonly endpoints: readonly LabEndpoint[];
  /** The endpoint of an id. Throws a RangeError for one that does not exist. */
  endpoint(id: string): LabEndpoint;
  /** Ends every server and connection, and removes the files. */
  close(): Promise<void>;
}

/** A name of the lab that is no endpoint: it exists and has no address. */
const NO_ENDPOINT: readonly [string, NameRecord] = ['empty.example', { a: [] }];

/** What to start. */
export interface LabOptions {
  /** Ids of the endpoints to start; all unless given. */
  readonly only?: readonly string[];
}

/** Starts named good and broken endpoints on random loopback ports, with a throw-away CA and a name server. */
export function startLab({ only }: LabOptions = {}): Promise<Lab> {
  return startEndpoints(ENDPOINTS.filter(({ id }) => only === undefined || only.includes(id)));
}

/** Starts a lab of these endpoints. */
export async function startEndpoints(specs: readonly EndpointSpec[]): Promise<Lab> {
  const now = Date.now();
  const ca = createCa(now);
  const folder = mkdtempSync(join(tmpdir(), 'hellofin-lab-'));
  const repository = await startRepository();
  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const caFile = file('ca.pem', ca.root);
  const names = new Map<string, NameRecord>([NO_ENDPOINT]);
  const running: Listening[] = [];

  const start = async (form: Form, name: string, host: string): Promise<LabTarget> => {
    const kit: LabKit = {
      ca,
      now,
      host,
      publish: repository.publish,
      file: (kind, text) => file(`${name}-${kind}`, text),
    };
    const served = form(kit);
    const listening = await listen(served);
    running.push(listening);
    names.set(host, recordOf(served, listening));
    return { host, port: listening.port, target: `${host}:${listening.port}`, args: served.args ?? [] };
  };
  const endpoints = await Promise.all(
    specs.map(async ({ id, host, fault, cause, served, repaired, repairedHost = host }): Promise<LabEndpoint> => {
      const target = await start(served, id, host);
      const twin = repaired === null ? null : await start(repaired, `${id}-repaired`, repairedHost);
      return { id, ...target, fault, cause: cause?.code ?? null, proof: cause?.proof ?? null, repaired: twin };
    }),
  );
  const nameServer = await startNameServer(names);
  return {
    ca: ca.root,
    caFile,
    resolver: nameServer.url,
    endpoints,
    endpoint(id) {
      const found = endpoints.find((one) => one.id === id);
      if (found === undefined) throw new RangeError(`the lab has no endpoint ${id}`);
      return found;
    },
    async close() {
      await Promise.all([nameServer.close(), repository.close(), ...running.map(({ stop }) => stop())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function recordOf({ record }: Served, { hasIpv6 }: Listening): NameRecord {
  return record ?? { a: ['127.0.0.1'], ...(hasIpv6 ? { aaaa: ['::1'] } : {}) };
}
