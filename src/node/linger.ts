import type { Duplex } from 'node:stream';

/** How long a peer gets to read a fatal alert, in milliseconds. */
const LINGER = 1_000;

/**
 * Ends a transport so that the alert just written arrives: closing a TCP socket with unread input sends an RST, which
 * discards what the peer has not read yet. Input is dropped until the peer ends too, for {@link LINGER} at most.
 */
export function linger(transport: Duplex): void {
  if (transport.destroyed) return;
  const timer = setTimeout(() => transport.destroy(), LINGER).unref();
  transport.once('close', () => clearTimeout(timer));
  if (transport.readableEnded) transport.once('finish', () => transport.destroy());
  transport.end();
  transport.resume();
}
