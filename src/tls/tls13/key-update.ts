import type { HandshakeContext } from '../context.ts';
import { TlsError } from '../error.ts';
import type { TrafficSecret } from '../key-schedule/tls13.ts';
import { encodeKeyUpdate, type KeyUpdate } from '../messages/key-update.ts';
import { MAX_KEY_UPDATES } from '../record/limits.ts';
import type { Connected } from './connected.ts';

/** Handles a KeyUpdate: the peer's next records are under its next keys (RFC 8446 section 4.6.3). */
export function receiveKeyUpdate(context: HandshakeContext, state: Connected, message: KeyUpdate): Connected {
  if (context.isQuic) {
    throw new TlsError({
      code: 'UNEXPECTED_MESSAGE',
      alert: 'unexpected_message',
      fault: 'peer',
      message: 'got key_update, QUIC updates keys itself',
      spec: 'RFC 9001 section 6',
    });
  }
  if (++context.keyUpdates > MAX_KEY_UPDATES) {
    throw new TlsError({
      code: 'LIMIT_EXCEEDED',
      alert: 'unexpected_message',
      fault: 'peer',
      message: `more than ${MAX_KEY_UPDATES} KeyUpdates without application data`,
      spec: 'RFC 8446 section 4.6.3',
    });
  }
  const readSecret = state.readSecret.next();
  const generation = state.readGeneration + 1;
  context.setReadKey('application', readSecret, 'key_update');
  announceTraffic(context, context.role === 'client' ? 'server' : 'client', readSecret, generation);
  if (message.requestUpdate) context.keyUpdateOwed = true;
  return { ...state, readSecret, readGeneration: generation };
}

/** Sends a KeyUpdate under the old keys and changes to the new ones. */
export function sendKeyUpdate(context: HandshakeContext, requestUpdate: boolean): void {
  const current = context.writeSecret;
  if (current === undefined) throw new Error('KeyUpdate before the handshake is complete');
  context.sendPostHandshake('application', encodeKeyUpdate({ requestUpdate }, context.allocate));
  context.keyUpdateOwed = false;
  const next = { secret: current.secret.next(), generation: current.generation + 1 };
  context.writeSecret = next;
  context.setWriteKey('application', next.secret);
  announceTraffic(context, context.role, next.secret, next.generation);
}

/** Announces an application traffic secret of one direction. */
export function announceTraffic(
  context: HandshakeContext,
  writer: 'client' | 'server',
  secret: TrafficSecret,
  generation: number,
): void {
  const label = writer === 'client' ? 'CLIENT_TRAFFIC_SECRET' : 'SERVER_TRAFFIC_SECRET';
  context.announce(label, secret.secret, generation);
}
