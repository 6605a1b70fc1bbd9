import { nodeCrypto } from '../../src/crypto/node/index.ts';
import type { ClientConfig, ServerConfig } from '../../src/tls/index.ts';
import { selfSigned } from '../support/credentials.ts';

export const credential = selfSigned('secp256r1');
export const clientCredential = selfSigned('ed25519', ['client.test']);

/** A way to connect. */
export interface Scenario {
  readonly name: string;
  readonly client: Partial<ClientConfig>;
  readonly server: Partial<ServerConfig>;
}

/** Handshakes with every message of TLS 1.3 in them: plain, with a retry, with client authentication. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'plain', client: { alpn: ['h2'] }, server: { alpn: ['h2'] } },
  {
    name: 'retry and client certificate',
    client: { groups: ['x25519', 'secp256r1'], credential: clientCredential },
    server: { groups: ['secp256r1'], clientCertificate: 'require' },
  },
];

export function clientConfig(more: Partial<ClientConfig> = {}): ClientConfig {
  return { crypto: nodeCrypto, serverName: 'server.test', ...more };
}

export function serverConfig(more: Partial<ServerConfig> = {}): ServerConfig {
  return { crypto: nodeCrypto, credentials: [credential], ...more };
}
