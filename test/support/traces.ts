/** Reads tls13/tls13-vectors-draft.txt of the published test data: handshakes with every intermediate value. */
import { fromHex } from '../../src/bytes/index.ts';

/** Who does an operation of a trace. */
export type Actor = 'client' | 'server';

/** One step of a trace: `{server}  derive secret "tls13 c hs traffic":` with the values under it. */
export interface Operation {
  readonly actor: Actor;
  /** `derive secret "tls13 c hs traffic"`; a remark like "(same as server)" is part of it. */
  readonly action: string;
  /** By the name in the text: `PRK`, `hash`, `info`, `expanded`, `payload`, `complete record`, ... */
  readonly values: ReadonlyMap<string, Uint8Array>;
}

/** One section of the file. */
export interface Trace {
  readonly title: string;
  readonly operations: readonly Operation[];
}

const SECTION = /^\d+\. {2}(.+)$/;
const OPERATION = /^ {3}\{(client|server)\} {2}(.+)$/;
const VALUE = /^ {6}([A-Za-z][A-Za-z ]*) \((\d+) octets\): +(.+)$/;
const HEX_LINE = /^ +((?:[0-9a-f]{2} ?)+)$/;
const REMARK = /^ {6}(?!salt:)(\S.*)$/;
/** Page breaks stand anywhere, inside values too. */
const PAGE_BREAK = /^Thomson .*\[Page \d+\]$|^Internet-Draft .*September 2018$|^\f?$/;

/** Every section that has operations. @throws Error when a value is not as long as its heading says */
export function parseTraces(text: string): Trace[] {
  const traces: { title: string; operations: Operation[] }[] = [];
  let operation: { actor: Actor; action: string; values: Map<string, Uint8Array> } | undefined;
  let value: { name: string; length: number; digits: string } | undefined;
  const endValue = () => {
    if (value === undefined || operation === undefined) return;
    const bytes = fromHex(value.digits);
    if (bytes.length !== value.length) throw new Error(`${operation.action}: ${value.name} is ${bytes.length} octets`);
    operation.values.set(value.name, bytes);
    value = undefined;
  };
  for (const line of text.replaceAll('\f', '').split('\n')) {
    if (PAGE_BREAK.test(line)) continue;
    const section = SECTION.exec(line)?.[1];
    if (section !== undefined) {
      endValue();
      operation = undefined;
      traces.push({ title: section.trim(), operations: [] });
      continue;
    }
    const begin = OPERATION.exec(line);
    if (begin !== null) {
      endValue();
      operation = { actor: begin[1] as Actor, action: begin[2]?.trim() ?? '', values: new Map() };
      traces.at(-1)?.operations.push(operation);
      continue;
    }
    if (operation === undefined) continue;
    const start = VALUE.exec(line);
    if (start !== null) {
      endValue();
      const digits = start[3] === '(empty)' ? '' : (start[3] ?? '');
      value = { name: start[1] ?? '', length: Number(start[2]), digits };
    } else if (value !== undefined && HEX_LINE.test(line)) value.digits += ` ${line}`;
    else if (REMARK.test(line) && operation.values.size === 0) operation.action += ` ${line.trim()}`;
  }
  endValue();
  for (const trace of traces) {
    for (const operation of trace.operations) {
      (operation as { action: string }).action = operation.action.replace(/:$/, '');
    }
  }
  return traces.filter(({ operations }) => operations.length > 0);
}

/** A value of the first operation that `action` describes and that has it. @throws Error when there is none */
export function valueIn(trace: Trace, actor: Actor, action: string, name: string): Uint8Array {
  for (const operation of trace.operations) {
    const found = operation.actor === actor && operation.action.startsWith(action) && operation.values.get(name);
    if (found) return found;
  }
  throw new Error(`${trace.title}: no ${name} in {${actor}} ${action}`);
}

/** Handshake messages that an actor constructed, in order, headers included. */
export function messagesOf(trace: Trace, actor: Actor): Uint8Array[] {
  // What a record carries is whole; a resumed ClientHello is constructed without its binders first.
  return sentBy(trace, actor, 'handshake').flatMap((payload) => {
    const messages: Uint8Array[] = [];
    for (let at = 0; at < payload.length; ) {
      const length = 4 + ((payload[at + 1] ?? 0) << 16) + ((payload[at + 2] ?? 0) << 8) + (payload[at + 3] ?? 0);
      messages.push(payload.subarray(at, at + length));
      at += length;
    }
    return messages;
  });
}

function sentBy(trace: Trace, actor: Actor, type: string): Uint8Array[] {
  return trace.operations.flatMap((operation) => {
    const payload = operation.values.get('payload');
    return operation.actor === actor && operation.action === `send ${type} record` && payload ? [payload] : [];
  });
}
