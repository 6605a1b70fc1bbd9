/**
 * Runs as JSON. Byte strings become `{"hex": "1603..."}`; the fields of messages are left out, because decoding the
 * bytes gives them again, and the values of secrets never go in.
 */
import { fromHex, toHex } from '../bytes/index.ts';
import type { StampedEvent } from '../explain/index.ts';
import { type MessageEvent, TlsError } from '../tls/index.ts';
import { decodeMessage, decodeTls12Message, FieldTree } from '../tls/wire.ts';
import { beforeTls13 } from './messages.ts';
import type { Observation } from './observations.ts';
import type { Run } from './run.ts';

/** A value that JSON has. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A byte string in JSON. */
export interface HexBytes {
  readonly hex: string;
}

/** A run as JSON values. */
export function runToJson(run: Run): Json {
  return toJson(run);
}

/** Anything made of plain values and byte strings as JSON values; `undefined` members are left out. */
export function toJson(value: unknown): Json {
  if (value instanceof Uint8Array) return { hex: toHex(value) };
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return value;
  if (typeof value !== 'object') return null;
  const isMessage = 'kind' in value && value.kind === 'message';
  const isSecret = 'kind' in value && value.kind === 'secret';
  const entries = Object.entries(value).filter(
    ([name, member]) => member !== undefined && !(isMessage && name === 'fields') && !(isSecret && name === 'value'),
  );
  return Object.fromEntries(entries.map(([name, member]) => [name, toJson(member)]));
}

/** A run of which only the messages' fields are missing, as reading JSON gives it. */
export type RunWithoutFields = Omit<Run, 'observations'> & {
  readonly observations: readonly ObservationWithoutFields[];
};

type WithoutFields<T> = T extends { readonly kind: 'message' } ? Omit<T, 'fields'> : T;

type ObservationWithoutFields = Observation extends infer O
  ? O extends { readonly kind: 'tls' }
    ? Omit<O, 'events'> & {
        readonly events: readonly { readonly at: number; readonly event: WithoutFields<StampedEvent['event']> }[];
      }
    : O
  : never;

/** The bytes of a {@link HexBytes}. @throws RangeError */
export function bytesFromHex({ hex }: HexBytes): Uint8Array {
  return fromHex(hex);
}

/** Gives every message its fields back. */
export function withFields(run: RunWithoutFields): Run {
  return {
    ...run,
    observations: run.observations.map((one): Observation => {
      if (one.kind !== 'tls') return one;
      const bare = one.events.map(
        ({ at, event }): StampedEvent => ({ at, event: event.kind === 'message' ? { ...event, fields: [] } : event }),
      );
      const selected = beforeTls13({ events: bare });
      const events = bare.map(
        ({ at, event }): StampedEvent => ({
          at,
          event: event.kind === 'message' ? { ...event, fields: fieldsOf(event.bytes, selected) } : event,
        }),
      );
      return { ...one, events };
    }),
  };
}

/** The fields as far as the bytes decode. */
function fieldsOf(bytes: Uint8Array, selected: ReturnType<typeof beforeTls13>): MessageEvent['fields'] {
  const tree = new FieldTree();
  try {
    if (selected === undefined) decodeMessage(bytes[0] ?? 0, bytes, tree);
    else decodeTls12Message(bytes, selected, tree);
  } catch (error) {
    if (!(error instanceof TlsError)) throw error;
  }
  return tree.fields;
}
