/** A listener that aborts in the middle of what the engine does. */
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/index.ts';
import { TlsConnection, TlsError, type TlsEvent } from '../../src/tls/index.ts';
import { exchange, settle } from '../support/engines.ts';
import { records } from './forge.ts';
import { clientConfig, serverConfig } from './scenarios.ts';

describe('an abort by a listener', () => {
  /** Runs a connection whose server aborts at its event number `at`; what the server put on the wire after it. */
  const run = (at: number) => {
    let count = 0;
    let server: TlsConnection | undefined;
    const trace = (_: TlsEvent) => {
      if (count++ === at) server?.abort('internal_error', 'listener');
    };
    server = TlsConnection.server(serverConfig({ trace }));
    const client = TlsConnection.client(clientConfig());
    const wire: Uint8Array[] = [];
    for (let turn = 0; turn < 4; turn++) {
      if (turn === 3 && server.writable) attempt(server);
      const out = concat(server.takeOutput());
      wire.push(...records(out));
      client.receive(out);
      settle(client);
      server.receive(concat(client.takeOutput()));
    }
    return { server, wire, sent: concat(wire), client, count };
  };

  it('leaves no data unprotected, wherever it comes', () => {
    const { count } = run(-1);
    expect(count).toBeGreaterThan(15);
    for (let at = 0; at < count; at++) {
      const { server, wire, sent, client } = run(at);
      expect(server.error, `event ${at}`).toMatchObject({ code: 'CONNECTION_CLOSED' });
      expect(Buffer.from(sent).includes('SECRET'), `event ${at}`).toBe(false);
      // The alert is the last record on the wire, under whatever keys it left.
      expect([7, 24], `event ${at}`).toContain(wire.at(-1)?.length);
      if (wire.length > 0) expect(client.error, `event ${at}`).toBeDefined();
      expect([server.takeOutput(), server.takeData(), server.request]).toEqual([[], [], undefined]);
    }
  });
});

describe('a write in which a listener ends the connection', () => {
  it.each(['abort', 'close'] as const)('throws after %s, and nothing follows', (how) => {
    let armed = false;
    const client = TlsConnection.client(clientConfig({ trace: () => armed && end() }));
    const server = TlsConnection.server(serverConfig({}));
    const end = () => {
      armed = false;
      if (how === 'abort') client.abort('internal_error', 'listener');
      else client.close();
    };
    exchange(client, server);
    armed = true;
    expect(() => client.write(new Uint8Array(100_000))).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
    exchange(client, server);
    expect(server.readClosed).toBe(true);
    expect(concat(server.takeData()).length).toBeLessThan(100_000);
  });
});

function attempt(server: TlsConnection): void {
  try {
    server.write(Buffer.from('SECRET'.repeat(10_000)));
  } catch (error) {
    if (!(error instanceof TlsError) || error.code !== 'CONNECTION_CLOSED') throw error;
  }
}
