import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { codedError } from './error.ts';
import { release } from './release.ts';

type Done = (error?: Error | null) => void;

/** Bytes up to which records are joined: a copy of so much costs less than a write of several parts. */
const SHORT = 4096;

/**
 * Whether a transport is a net.Socket and nothing derived from it: such a one has given away what it emitted, and needs
 * no more what it has written.
 */
export function isPlainSocket(transport: Duplex): boolean {
  return Object.getPrototypeOf(transport) === Socket.prototype;
}

/**
 * Writes records, in parts, to the transport: one write, however many they are. The parts are used up. `done` is called
 * once the transport has taken them.
 */
export function writeRecords(transport: Duplex, parts: readonly Uint8Array[], done?: Done): void {
  if (parts.length === 0) done?.();
  else if (!transport.writable) done?.(codedError('EPIPE', 'the transport has ended'));
  else if (lengthOf(parts) <= SHORT) transport.write(Buffer.concat(parts), done);
  else {
    const taken = isPlainSocket(transport) ? releasing(parts, done) : done;
    const last = parts.length - 1;
    transport.cork();
    for (let i = 0; i < last; i++) transport.write(parts[i]);
    transport.write(parts[last], taken);
    transport.uncork();
  }
}

/** Only what has left without an error is surely not read any more. */
function releasing(parts: readonly Uint8Array[], done: Done | undefined): Done {
  return (error) => {
    if (!error) for (const part of parts) release(part);
    done?.(error);
  };
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
