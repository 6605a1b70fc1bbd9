/** Handshakes in which one message is exchanged for another on the way. */
import { type ClientConfig, type ServerConfig, TlsError } from '../../src/tls/index.ts';
import { encodeServerHello } from '../../src/tls/messages/server-hello.ts';
import { deliver, levelClient, levelServer } from '../support/levels.ts';
import { decoded } from './hellos.ts';
import { clientConfig, serverConfig } from './scenarios.ts';

/** What is changed on the way. */
export interface Tampering {
  readonly client?: Partial<ClientConfig>;
  readonly server?: Partial<ServerConfig>;
  /** Handshake type of the messages to change, and who gets them. */
  readonly type: number;
  readonly to?: 'client' | 'server';
  readonly change: (bytes: Uint8Array) => Uint8Array;
}

/** Runs a handshake with a change; the error of who got it. */
export function refusal({
  client: ofClient,
  server: ofServer,
  type,
  to = 'client',
  change,
}: Tampering): TlsError | undefined {
  const client = levelClient(clientConfig(ofClient));
  const server = levelServer(serverConfig(ofServer));
  for (let turn = 0; turn < 4; turn++) {
    for (const [name, from, end] of [['server', client, server] as const, ['client', server, client] as const]) {
      for (const { level, bytes } of from.outbox.splice(0)) {
        try {
          deliver(end, { level, bytes: name === to && bytes[0] === type ? change(bytes) : bytes });
        } catch (error) {
          if (error instanceof TlsError && name === to) return error;
          throw error;
        }
      }
    }
  }
  return undefined;
}

/** Changes a ServerHello; a HelloRetryRequest has the same code and is left alone. */
export function serverHello(change: (hello: Parameters<typeof encodeServerHello>[0]) => object) {
  return (bytes: Uint8Array): Uint8Array => {
    if (bytes[6] === 0xcf && bytes[7] === 0x21) return bytes;
    const hello = decoded('server_hello', bytes);
    const plain = { ...hello, extensions: hello.extensions.raw };
    return encodeServerHello({ ...plain, ...change(plain) });
  };
}
