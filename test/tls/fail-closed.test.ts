/**
 * The invariant: whatever changes in authenticated bytes or in the required order, in any flight, the receiver does
 * not become secure, delivers no application data, sends one alert at most, does not hang and throws nothing else.
 * What may change without harm is listed here, with the section that says so.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/index.ts';
import { TlsConnection, TlsError } from '../../src/tls/index.ts';
import { selfSigned } from '../support/credentials.ts';
import { settle } from '../support/engines.ts';
import { deliver, type LevelMessage, levelClient, levelServer } from '../support/levels.ts';
import { clientConfig, clientCredential, credential, SCENARIOS, type Scenario, serverConfig } from './scenarios.ts';

/**
 * What a man in the middle who can read and write the handshake does to one message; `[]` drops it. `rest` are those
 * behind it, to take from.
 */
type Mutation = (message: LevelMessage, all: readonly LevelMessage[], rest: LevelMessage[]) => readonly LevelMessage[];

/** Runs a handshake without records, changing message number `at` (both directions counted). */
function runLevels(scenario: Scenario, at: number, mutate: Mutation) {
  const client = levelClient(clientConfig(scenario.client));
  const server = levelServer(serverConfig(scenario.server));
  const seen: LevelMessage[] = [];
  let receiver: 'client' | 'server' | undefined;
  const dead = new Set<string>();
  const carry = (from: typeof client, to: typeof client, name: 'client' | 'server') => {
    const batch = from.outbox.splice(0);
    for (let message = batch.shift(); message !== undefined; message = batch.shift()) {
      const mine = seen.length === at;
      seen.push(message);
      if (mine) receiver = name;
      for (const changed of mine ? mutate(message, seen, batch) : [message]) {
        if (dead.has(name)) continue;
        try {
          deliver(to, changed);
        } catch (error) {
          // What the engine's connection does with anything else, it does here: it is a bug, and the test says so.
          if (!(error instanceof TlsError)) throw error;
          if (error.code === 'INTERNAL') throw error;
          dead.add(name);
        }
      }
    }
  };
  for (let turn = 0; turn < 6; turn++) {
    carry(client, server, 'server');
    carry(server, client, 'client');
  }
  // An end that failed is secure no more: nothing is taken from it afterwards.
  const secure = {
    client: client.handshake.connected && !dead.has('client'),
    server: server.handshake.connected && !dead.has('server'),
  };
  return { receiver, secure, count: seen.length };
}

const identity: Mutation = (message) => [message];

describe('a handshake whose messages are changed under the protection', () => {
  it.each(SCENARIOS)('is complete when nothing is changed: $name', (scenario) => {
    expect(runLevels(scenario, -1, identity).secure).toEqual({ client: true, server: true });
  });

  describe.each(SCENARIOS)('$name', (scenario) => {
    const count = runLevels(scenario, -1, identity).count;
    const at = fc.nat({ max: count - 1 });

    it('never secures the receiver of a message with any byte changed', () => {
      fc.assert(
        fc.property(at, fc.nat(), fc.integer({ min: 1, max: 255 }), (index, position, flip) => {
          const { receiver, secure } = runLevels(scenario, index, ({ level, bytes }) => {
            const changed = Uint8Array.from(bytes);
            const where = position % changed.length;
            changed[where] = (changed[where] ?? 0) ^ flip;
            return [{ level, bytes: changed }];
          });
          return receiver !== undefined && !secure[receiver];
        }),
        { numRuns: 400 },
      );
      expect(count).toBeGreaterThan(5);
    });

    it('never secures the receiver of a message dropped, doubled, cut, lengthened, swapped or replaced', () => {
      const mutations: Record<string, Mutation> = {
        dropped: () => [],
        doubled: (message) => [message, message],
        cut: ({ level, bytes }) => [{ level, bytes: bytes.subarray(0, bytes.length - 1) }],
        lengthened: ({ level, bytes }) => [{ level, bytes: concat([bytes, Uint8Array.of(0)]) }],
        'swapped with the next': (message, _, rest) => {
          const next = rest.shift();
          return next === undefined ? [] : [next, message];
        },
        'preceded by an earlier one': (message, all) => [all[0] ?? message, message],
        'at another level': ({ level, bytes }) => [{ level: level === 'initial' ? 'handshake' : 'initial', bytes }],
        'replaced by a KeyUpdate': ({ level }) => [{ level, bytes: Uint8Array.of(24, 0, 0, 1, 0) }],
        'replaced by a HelloRequest': ({ level }) => [{ level, bytes: Uint8Array.of(0, 0, 0, 0) }],
      };
      for (const [name, mutation] of Object.entries(mutations)) {
        for (let index = 0; index < count; index++) {
          const { receiver, secure } = runLevels(scenario, index, mutation);
          expect(receiver === undefined || !secure[receiver], `${name} at ${index}`).toBe(true);
        }
      }
    });
  });

  it('never secures a client whose server signed with the wrong key', () => {
    const impostor = { ...credential, key: selfSigned('secp256r1').key };
    const client = TlsConnection.client(clientConfig({}));
    const server = TlsConnection.server(serverConfig({ credentials: [impostor] }));
    for (const part of client.takeOutput()) server.receive(part);
    for (const part of server.takeOutput()) {
      client.receive(part);
      settle(client);
    }
    expect(client.error).toMatchObject({ code: 'BAD_SIGNATURE', alert: 'decrypt_error', fault: 'peer' });
    expect(client.handshakeComplete).toBe(false);
  });

  it('never secures a server whose client signed with the wrong key', () => {
    const impostor = { ...clientCredential, key: selfSigned('ed25519').key };
    const client = TlsConnection.client(clientConfig({ credential: impostor }));
    const server = TlsConnection.server(serverConfig({ clientCertificate: 'require' }));
    for (let turn = 0; turn < 4; turn++) {
      for (const part of client.takeOutput()) server.receive(part);
      settle(server);
      for (const part of server.takeOutput()) client.receive(part);
      settle(client);
    }
    expect(server.error).toMatchObject({ code: 'BAD_SIGNATURE', alert: 'decrypt_error' });
    expect(server.handshakeComplete).toBe(false);
  });
});
