import type { Socket } from 'node:net';
import {
  AnswerReader,
  type ExchangeObservation,
  type ExchangeRequest,
  type TcpObservation,
  type TransportEnd,
} from '../../diagnose/index.ts';
import { openTcp } from './tcp.ts';

/** Sends bytes on a connection of their own and keeps the first answer. Never rejects. */
export async function exchange(
  request: ExchangeRequest,
  now: () => number,
): Promise<readonly (TcpObservation | ExchangeObservation)[]> {
  const { socket, observation: tcp } = await openTcp(request, now);
  const at = now();
  const { end, received } =
    socket === undefined
      ? { end: 'unconnected' as const, received: new Uint8Array(0) }
      : await converse(socket, request);
  const { address, port, connection, change, bytes } = request;
  return [
    tcp,
    {
      ...{ kind: 'exchange', connection, at, took: now() - at, address, port },
      ...{ change: change.id, sent: bytes, received, end },
    },
  ];
}

function converse(
  socket: Socket,
  { bytes, change, timeout }: ExchangeRequest,
): Promise<{ readonly end: TransportEnd; readonly received: Uint8Array }> {
  const answer = new AnswerReader(change);
  return new Promise((resolve) => {
    const timer = setTimeout(() => done('timeout'), timeout);
    const done = (end: TransportEnd) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ end, received: answer.received });
    };
    socket.on('data', (chunk: Buffer) => {
      if (answer.push(chunk)) done('open');
    });
    socket.once('end', () => done('closed'));
    socket.once('error', () => done('reset'));
    if (bytes.length > 0) socket.write(bytes);
  });
}
