/** A peer that knows the keys and makes its records and hellos by hand. */
import { allocate, concat, fromHex } from '../../src/bytes/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { type ClientConfig, type ServerConfig, TlsConnection } from '../../src/tls/index.ts';
import { TrafficSecret } from '../../src/tls/key-schedule/tls13.ts';
import { RecordProtection } from '../../src/tls/record/protection.ts';
import { TLS13_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { selfSigned } from '../support/credentials.ts';
import { exchange } from '../support/engines.ts';

export const CCS = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const DATA = 23;

const suite = TLS13_SUITES.TLS_AES_128_GCM_SHA256;

/** A record as it stands on the wire, not protected. */
export function record(type: number, content: Uint8Array, version = 0x0303): Uint8Array {
  const header = [type, version >> 8, version & 0xff, content.length >> 8, content.length & 0xff];
  return concat([Uint8Array.from(header), content]);
}

/** Cuts a byte stream at record boundaries. */
export function records(stream: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const length = 5 + ((stream[at + 3] ?? 0) << 8) + (stream[at + 4] ?? 0);
    out.push(stream.subarray(at, at + length));
    at += length;
  }
  return out;
}

/** A traffic secret of TLS_AES_128_GCM_SHA256. */
export function trafficSecret(bytes: Uint8Array = new Uint8Array(32).fill(5)): TrafficSecret {
  return new TrafficSecret({ crypto: nodeCrypto, suite, allocate }, bytes);
}

/** Protects records under a secret: any type, any padding. */
export class Sealer {
  #secret: TrafficSecret;
  #protection: RecordProtection;

  constructor(secret: TrafficSecret) {
    this.#secret = secret;
    this.#protection = new RecordProtection(nodeCrypto, secret);
  }

  seal(type: number, content: Uint8Array, padding = 0): Uint8Array {
    const trailer = new Uint8Array(1 + padding);
    trailer[0] = type;
    const length = content.length + trailer.length + 16;
    const header = Uint8Array.of(DATA, 3, 3, length >> 8, length & 0xff);
    return concat([header, ...this.#protection.seal(header, content, trailer)]);
  }

  /** A KeyUpdate; what is sealed next is under the next keys. */
  keyUpdate(request = false): Uint8Array {
    const sealed = this.seal(HANDSHAKE, Uint8Array.of(24, 0, 0, 1, request ? 1 : 0));
    this.#secret = this.#secret.next();
    this.#protection = new RecordProtection(nodeCrypto, this.#secret);
    return sealed;
  }
}

/** The secret of a label in a key log. */
export function loggedSecret(lines: readonly string[], label: string): TrafficSecret {
  const line = lines.find((candidate) => candidate.startsWith(`${label} `));
  if (line === undefined) throw new Error(`no ${label} in the key log`);
  return trafficSecret(fromHex(line.split(' ')[2] ?? ''));
}

const credential = selfSigned('secp256r1');

/** A client before its handshake, and a server with a credential, both on TLS_AES_128_GCM_SHA256. */
export function ends(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}) {
  const common = { crypto: nodeCrypto, cipherSuites: [suite.name] } as const;
  return {
    client: TlsConnection.client({ ...common, serverName: 'server.test', ...client }),
    server: TlsConnection.server({ ...common, credentials: [credential], ...server }),
  };
}

/** Two connected ends, and sealers for forging the next application records of each. */
export function connected(client: Partial<ClientConfig> = {}, server: Partial<ServerConfig> = {}) {
  const lines: string[] = [];
  const both = ends({ ...client, keyLog: (line) => lines.push(line) }, server);
  exchange(both.client, both.server);
  if (!both.client.handshakeComplete || !both.server.handshakeComplete) throw new Error('no handshake');
  return {
    ...both,
    asClient: new Sealer(loggedSecret(lines, 'CLIENT_TRAFFIC_SECRET_0')),
    asServer: new Sealer(loggedSecret(lines, 'SERVER_TRAFFIC_SECRET_0')),
  };
}
