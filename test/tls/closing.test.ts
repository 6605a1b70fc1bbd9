/** Ends of connections: in what order they may come, and what is still said and heard. */
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/index.ts';
import { ALERT, connected, DATA, ends, record, records } from './forge.ts';

const CLOSE_NOTIFY = Uint8Array.of(1, 0);
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('a close during the handshake', () => {
  it('is user_canceled and close_notify, and the end of both', () => {
    const { client, server } = ends();
    const hello = concat(client.takeOutput());
    client.close();
    expect(records(concat(client.takeOutput())).map((one) => [one[0], one[6]])).toEqual([
      [ALERT, 90],
      [ALERT, 0],
    ]);
    expect([client.error?.code, client.writeClosed, client.readClosed]).toEqual(['CONNECTION_CLOSED', true, true]);
    server.receive(hello);
    client.receive(concat(server.takeOutput()));
    expect([client.handshakeComplete, client.request, client.takeOutput()]).toEqual([false, undefined, []]);
  });

  it('by a server that waits for nothing but the ClientHello', () => {
    const { client, server } = ends();
    server.close();
    client.receive(concat(server.takeOutput()));
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'close_notify' });
    server.receive(concat(client.takeOutput()));
    expect(server.takeOutput()).toEqual([]);
  });

  it('by the peer is an error, not an end of data', () => {
    const { client } = ends();
    client.receive(record(ALERT, CLOSE_NOTIFY));
    expect(client.error).toMatchObject({ code: 'ALERT_RECEIVED', received: 'close_notify', alert: null });
  });
});

describe('after the handshake', () => {
  it('a second close says nothing, nor does an abort behind it', () => {
    const { client } = connected();
    client.close();
    expect(records(concat(client.takeOutput())).length).toBe(1);
    client.close();
    client.abort('internal_error', 'too late');
    expect(client.takeOutput()).toEqual([]);
    expect(() => client.write(bytes(1))).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
    expect(() => client.updateKeys()).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED' }));
  });

  it.each(['one chunk', 'two chunks'])('nothing behind a close_notify is read, in %s', (how) => {
    const { server, asClient } = connected();
    const parts = [bytes(1), CLOSE_NOTIFY, bytes(2)].map((part, i) => asClient.seal(i === 1 ? ALERT : DATA, part));
    const chunks = how === 'one chunk' ? [concat(parts)] : parts;
    for (const chunk of chunks) server.receive(chunk);
    server.receive(new Uint8Array(100_000));
    server.receiveEnd();
    expect(concat(server.takeData())).toEqual(bytes(1));
    expect([server.error, server.readClosed, server.writable]).toEqual([undefined, true, true]);
  });

  it("a peer's close leaves this side to speak", () => {
    const { client, server } = connected();
    client.close();
    server.receive(concat(client.takeOutput()));
    server.write(bytes(7));
    server.close();
    client.receive(concat(server.takeOutput()));
    expect(concat(client.takeData())).toEqual(bytes(7));
    expect([client.readClosed, client.error, server.error]).toEqual([true, undefined, undefined]);
  });

  it('an end that has closed answers no request for new keys', () => {
    const { client, asServer } = connected();
    client.close();
    client.takeOutput();
    client.receive(asServer.keyUpdate(true));
    client.receive(asServer.seal(DATA, bytes(3)));
    expect(concat(client.takeData())).toEqual(bytes(3));
    expect([client.error, client.takeOutput()]).toEqual([undefined, []]);
  });

  it('the transport may end after both closes, and only after the peer’s', () => {
    const { client, server } = connected();
    client.close();
    server.receive(concat(client.takeOutput()));
    client.receiveEnd();
    expect(client.error).toMatchObject({ code: 'CONNECTION_TRUNCATED', alert: null });
    server.receiveEnd();
    expect(server.error).toBeUndefined();
  });

  it.each([
    ['close_notify called fatal', bytes(2, 0), undefined],
    ['handshake_failure called a warning', bytes(1, 40), 'handshake_failure'],
    ['an alert of no name', bytes(1, 200), 200],
  ])('%s is taken for what it is (RFC 8446 section 6)', (_, alert, received) => {
    const { client, asServer } = connected();
    client.receive(asServer.seal(ALERT, alert));
    client.receive(asServer.seal(DATA, bytes(1)));
    expect([client.error?.received, client.readClosed, client.takeData()]).toEqual([received, true, []]);
    expect(client.takeOutput()).toEqual([]);
  });

  it.each([[bytes(1)], [bytes(1, 0, 0)], [bytes(1, 0, 1, 0)]])('an alert record is one alert, not %s', (alert) => {
    const { client, asServer } = connected();
    client.receive(asServer.seal(ALERT, alert));
    expect(client.error).toMatchObject({ code: 'DECODE_ERROR', alert: 'decode_error' });
  });
});
