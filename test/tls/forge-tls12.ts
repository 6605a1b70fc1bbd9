/** As forge.ts, for TLS 1.2: a peer that knows the keys. */
import { allocate, concat, fromHex } from '../../src/bytes/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { TlsConnection, type TlsEvent } from '../../src/tls/index.ts';
import { MasterSecret, type Tls12Keys } from '../../src/tls/key-schedule/tls12.ts';
import { type Tls12Protection, tls12Protection } from '../../src/tls/record/tls12-protection.ts';
import { TLS12_SUITES } from '../../src/tls/registry/tls12-suites.ts';
import { exchange } from '../support/engines.ts';
import { clientConfig, serverConfig } from './scenarios.ts';

const suite = TLS12_SUITES.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;

/** Where the random stands in a hello: behind msg_type, length and version. */
const RANDOM = { start: 6, end: 38 };

/** Protects records behind a Finished. */
export class Tls12Sealer {
  readonly #protection: Tls12Protection;

  constructor(keys: Tls12Keys) {
    this.#protection = tls12Protection(nodeCrypto, keys);
    this.seal(22, new Uint8Array(16));
  }

  seal(type: number, content: Uint8Array): Uint8Array {
    const protection = this.#protection;
    const length = protection.protectedLength(content.length);
    const header = new Uint8Array(5 + protection.explicitNonceLength);
    header.set([type, 3, 3, length >> 8, length & 0xff]);
    return concat([header, ...protection.seal(header, content)]);
  }
}

/** Two ends connected by TLS 1.2, and sealers for forging the next records of each. */
export function connectedTls12() {
  const lines: string[] = [];
  let random = new Uint8Array(0);
  const trace = (event: TlsEvent) => {
    if (event.kind === 'message' && event.name === 'server_hello') {
      random = Uint8Array.from(event.bytes.subarray(RANDOM.start, RANDOM.end));
    }
  };
  const only = { versions: ['TLS 1.2'], cipherSuites: [suite.name] } as const;
  const client = TlsConnection.client(clientConfig({ ...only, trace, keyLog: (line) => lines.push(line) }));
  const server = TlsConnection.server(serverConfig(only));
  exchange(client, server);
  if (!client.handshakeComplete || !server.handshakeComplete) throw new Error('no handshake');
  const [, clientRandom = '', secret = ''] = lines[0]?.split(' ') ?? [];
  const master = new MasterSecret({ crypto: nodeCrypto, suite, allocate }, fromHex(secret));
  const keys = master.keys({ client: fromHex(clientRandom), server: random });
  return { client, server, asClient: new Tls12Sealer(keys.client), asServer: new Tls12Sealer(keys.server) };
}
