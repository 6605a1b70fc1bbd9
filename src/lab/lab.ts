import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FindingCode } from '../diagnose/index.ts';
import { createCa } from './ca.ts';
import type { EndpointSpec } from './endpoint.ts';
import { ENDPOINTS } from './endpoints/index.ts';
import { type NameRecord, startNameServer } from './name-server.ts';

/** A running endpoint. */
export interface LabEndpoint {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** `amber.example:41234`, for `check`; the lab's resolver knows the name. */
  readonly target: string;
  readonly fault: string;
  /** The finding that names its fault; `null` when nothing is wrong. */
  readonly cause: FindingCode | null;
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

/** Names of the lab that are no endpoints: one that does not resolve for a reason of the server's. */
const NO_ENDPOINTS: readonly (readonly [string, NameRecord])[] = [
  ['servfail.example', 'servfail'],
  ['empty.example', { a: [] }],
];

/** What to start. */
export interface LabOptions {
  /** Ids of the endpoints to start; all unless given. */
  readonly only?: readonly string[];
}

/** Starts named good and broken endpoints on random loopback ports, with a throw-away CA and a name server. */
export async function startLab({ only }: LabOptions = {}): Promise<Lab> {
  const now = Date.now();
  const ca = createCa(now);
  const specs = ENDPOINTS.filter(({ id }) => only === undefined || only.includes(id));
  const running = await Promise.all(specs.map((spec) => start(spec, spec.create({ ca, now, host: spec.host }))));
  const names = new Map<string, NameRecord>(NO_ENDPOINTS);
  for (const { endpoint } of running) names.set(endpoint.host, { a: ['127.0.0.1'] });
  const nameServer = await startNameServer(names);
  const folder = mkdtempSync(join(tmpdir(), 'hellofin-lab-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, ca.root);
  const endpoints = running.map(({ endpoint }) => endpoint);
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
      await Promise.all([nameServer.close(), ...running.map(({ stop }) => stop())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function start(spec: EndpointSpec, server: Server): Promise<{ endpoint: LabEndpoint; stop(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      const { id, host, fault, cause } = spec;
      resolve({ endpoint: { id, host, port, target: `${host}:${port}`, fault, cause }, stop });
    });
  });
}
