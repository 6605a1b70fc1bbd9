/** Application data under the keys of the handshake: authentic, and of nobody who is authenticated yet. */
import { expect, it } from 'vitest';
import { concat, EMPTY } from '../../src/bytes/index.ts';
import { DATA, ends, HANDSHAKE, loggedSecret, records, Sealer } from './forge.ts';

const error = { code: 'UNEXPECTED_RECORD', alert: 'unexpected_message', fault: 'peer' };

/** Both ends with the keys of the handshake, and sealers under those. */
function underHandshakeKeys() {
  const lines: string[] = [];
  const { client, server } = ends({}, { keyLog: (line) => lines.push(line) });
  server.receive(concat(client.takeOutput()));
  client.receive(concat(records(concat(server.takeOutput())).filter(([type]) => type === HANDSHAKE)));
  return {
    server: { engine: server, peer: new Sealer(loggedSecret(lines, 'CLIENT_HANDSHAKE_TRAFFIC_SECRET')) },
    client: { engine: client, peer: new Sealer(loggedSecret(lines, 'SERVER_HANDSHAKE_TRAFFIC_SECRET')) },
  };
}

it.each(['client', 'server'] as const)('is refused by a %s, empty or not, and never handed out', (role) => {
  for (const content of [Uint8Array.of(1), EMPTY]) {
    const { engine, peer } = underHandshakeKeys()[role];
    engine.receive(peer.seal(DATA, content));
    expect(engine.error).toMatchObject(error);
    expect([engine.takeData(), engine.handshakeComplete]).toEqual([[], false]);
  }
});

it.each(['client', 'server'] as const)('is refused by a %s inside a handshake message', (role) => {
  const { engine, peer } = underHandshakeKeys()[role];
  engine.receive(peer.seal(HANDSHAKE, Uint8Array.of(8, 0)));
  expect(engine.error).toBeUndefined();
  engine.receive(peer.seal(DATA, Uint8Array.of(1)));
  expect(engine.error).toMatchObject(error);
});
