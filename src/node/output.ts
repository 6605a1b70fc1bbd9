import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { codedError } from './error.ts';
import { release } from './release.ts';

type Done = (error?: Error | null) => void;

/** Bytes up to which records are joined in memory of Node's pool. */
const SHORT = 4096;

/** Bytes that are joined to one write: four full records, which is what a file stream gives at a time. */
const JOINED = 4 * (5 + 16_384 + 1 + 16);

/** Memory for them that is kept between writes, whichever connection's. */
const MAX_SPARE = 4;

const spare: Buffer[] = [];

/**
 * Whether a transport is a net.Socket and nothing derived from it: such a one has given away what it emitted, and needs
 * no more what it has written.
 */
export function isPlainSocket(transport: Duplex): boolean {
  return Object.getPrototypeOf(transport) === Socket.prototype;
}

/**
 * Writes records, in parts, to the transport. The parts are used up: copied together, as a copy costs less than a write of
 * many parts and their memory is free at once. `done` is called once the transport has taken them.
 */
export function writeRecords(transport: Duplex, parts: readonly Uint8Array[], done?: Done): void {
  if (parts.length === 0) done?.();
  else if (!transport.writable) done?.(codedError('EPIPE', 'the transport has ended'));
  else if (lengthOf(parts) <= SHORT) transport.write(Buffer.concat(parts), done);
  else {
    const groups = grouped(parts);
    const last = groups.pop() ?? [];
    transport.cork();
    for (const group of groups) writeJoined(transport, group);
    writeJoined(transport, last, done);
    transport.uncork();
  }
}

/** Runs of parts that fit into one write. */
function grouped(parts: readonly Uint8Array[]): Uint8Array[][] {
  let group: Uint8Array[] = [];
  let length = 0;
  const groups = [group];
  for (const part of parts) {
    if (length > 0 && length + part.length > JOINED) {
      group = [];
      length = 0;
      groups.push(group);
    }
    group.push(part);
    length += part.length;
  }
  return groups;
}

function writeJoined(transport: Duplex, parts: readonly Uint8Array[], done?: Done): void {
  const length = lengthOf(parts);
  const isKept = length <= JOINED && isPlainSocket(transport);
  const memory = (isKept ? spare.pop() : undefined) ?? Buffer.allocUnsafeSlow(isKept ? JOINED : length);
  let at = 0;
  for (const part of parts) {
    memory.set(part, at);
    at += part.length;
    release(part);
  }
  transport.write(memory.subarray(0, length), isKept ? keeping(memory, done) : done);
}

/** Only what has left without an error is surely not read any more. */
function keeping(memory: Buffer, done: Done | undefined): Done {
  return (error) => {
    if (!error && spare.length < MAX_SPARE) spare.push(memory);
    else if (!error) release(memory);
    done?.(error);
  };
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}
