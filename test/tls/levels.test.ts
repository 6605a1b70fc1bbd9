import { expect, it } from 'vitest';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { selfSigned } from '../support/credentials.ts';
import { deliver, levelClient, levelServer } from '../support/levels.ts';

it('completes a handshake by exchanging level-tagged messages, without a record layer', () => {
  const own = selfSigned('ed25519', ['client.test']);
  const client = levelClient({ crypto: nodeCrypto, serverName: 'server.test', keyShares: [], credential: own });
  const credentials = [selfSigned('secp256r1')];
  const server = levelServer({ crypto: nodeCrypto, credentials, clientCertificate: 'require' });
  const levels: string[] = [];
  for (let turn = 0; turn < 6; turn++) {
    for (const message of client.outbox.splice(0)) {
      levels.push(`c ${message.level} ${message.bytes[0]}`);
      deliver(server, message);
    }
    for (const message of server.outbox.splice(0)) {
      levels.push(`s ${message.level} ${message.bytes[0]}`);
      deliver(client, message);
    }
  }
  expect(client.handshake.connected && server.handshake.connected).toBe(true);
  expect(levels).toEqual([
    'c initial 1',
    's initial 2',
    'c initial 1',
    's initial 2',
    's handshake 8',
    's handshake 13',
    's handshake 11',
    's handshake 15',
    's handshake 20',
    'c handshake 11',
    'c handshake 15',
    'c handshake 20',
  ]);
  expect(client.keys).toEqual(['read handshake', 'write handshake', 'read application', 'write application']);
  expect(server.keys).toEqual(['write handshake', 'read handshake', 'write application', 'read application']);
});
