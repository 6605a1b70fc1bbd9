/**
 * Any bytes give a message or a TlsError with its evidence inside them, the same with and without a look at the
 * fields; the fields lie inside the bytes, in order and without overlap.
 */
import fc from 'fast-check';
import type { Span } from '../../../src/bytes/index.ts';
import { TlsError } from '../../../src/tls/index.ts';
import { type Field, FieldTree } from '../../../src/tls/messages/field-tree.ts';
import { decodeMessage, type HandshakeName } from '../../../src/tls/messages/message.ts';
import { MESSAGE_CASES } from '../../support/messages.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { type Vector, VectorSink } from '../structure.ts';
import { attempt, must, type Target } from '../target.ts';

/** The vectors of a message, as far as it decodes. `offset` is where it begins in the input. */
export function messageVectors(message: Uint8Array, offset = 0): Vector[] {
  const sink = new VectorSink(offset);
  attempt([TlsError], () => decodeMessage(message[0] ?? 0, message, sink));
  return sink.vectors;
}

function inside({ start, end }: Span, outer: Span): boolean {
  return start >= outer.start && start <= end && end <= outer.end;
}

/** @throws Violation when fields overlap, or leave what holds them */
export function checkFields(fields: readonly Field[], outer: Span): void {
  let at = outer.start;
  for (const { name, span, children } of fields) {
    must(inside(span, { start: at, end: outer.end }), `field ${name} is at ${span.start}..${span.end}`);
    if (children !== undefined) checkFields(children, span);
    at = span.end;
  }
}

function check(input: Uint8Array): string {
  const plain = attempt([TlsError], () => decodeMessage(input[0] ?? 0, input));
  const tree = new FieldTree();
  const seen = attempt([TlsError], () => decodeMessage(input[0] ?? 0, input, tree));
  checkFields(tree.fields, { start: 0, end: input.length });
  must(plain.error?.message === seen.error?.message, `${plain.error?.message} without fields, ${seen.error?.message}`);
  must(plain.value?.type === seen.value?.type, 'another message without fields');
  const { error } = plain;
  if (error === undefined) return plain.value.type;
  must(error.code !== 'INTERNAL' && error.fault === 'peer', `${error.code} by ${error.fault}`);
  must(
    error.evidence === undefined || inside(error.evidence.span, { start: 0, end: input.length }),
    'evidence outside',
  );
  return error.message;
}

function target(name: HandshakeName): Target {
  return {
    name: `message-${name}`,
    runs: 20_000,
    seeds: () => fc.sample(MESSAGE_CASES[name], { seed: 1, numRuns: 30 }).map(({ bytes }) => bytes),
    mutations: [mutateBytes, (random, input) => mutateVector(random, input, messageVectors(input))],
    check,
  };
}

/** Every message's decoder. */
export const messages: readonly Target[] = (Object.keys(MESSAGE_CASES) as HandshakeName[]).map(target);
