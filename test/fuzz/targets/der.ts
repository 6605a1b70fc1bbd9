/**
 * Any bytes give elements that lie inside them, in order, or a DerError; every decoder of an element gives a value or
 * a DerError; nesting has an end.
 */
import { type DerElement, DerError, DerReader, decodeString, TAG } from '../../../src/asn1/index.ts';
import { derVectors } from '../der-structure.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { attempt, must, type Target } from '../target.ts';
import { certificateSeeds } from './certificates.ts';

/** Decoders look at contents alone: each may be asked of any element. */
const DECODERS: readonly ((element: DerElement) => unknown)[] = [
  (element) => element.boolean(),
  (element) => element.integer(),
  (element) => element.smallInteger(),
  (element) => element.bitString(),
  (element) => element.octetBits(),
  (element) => element.namedBits(),
  (element) => element.oid(),
  (element) => element.null(),
  (element) => element.time(),
  (element) => decodeString(element.tag, element.content),
];

function walk(reader: DerReader, outer: { readonly start: number; readonly end: number }): number {
  let elements = 0;
  let at = outer.start;
  while (reader.remaining > 0) {
    const element = reader.any('element');
    const { start, end } = element.span;
    must(start === at && start < end && end <= outer.end, `element at ${start}..${end}`);
    at = end;
    elements++;
    const decode = DECODERS[(element.tag + start) % DECODERS.length];
    attempt([DerError], () => decode?.(element));
    if ((element.tag & 0x20) === 0 && element.tag !== TAG.octetString) continue;
    elements += attempt([DerError], () => walk(element.reader(), element.contentSpan)).value ?? 0;
  }
  return elements;
}

/** The DER reader. */
export const derReader: Target = {
  name: 'der',
  runs: 40_000,
  seeds: () => [...certificateSeeds(), Uint8Array.of(...new Array(40).fill(0x30), 0), Uint8Array.of(0x30, 0x80, 0, 0)],
  mutations: [mutateBytes, (random, input) => mutateVector(random, input, derVectors(input))],
  check(input) {
    const { error, value } = attempt([DerError], () => walk(new DerReader(input), { start: 0, end: input.length }));
    if (error === undefined) return `${Math.min(value, 3)} elements`;
    must(error.span.start <= error.span.end && error.span.end <= input.length, 'the error is elsewhere');
    return error.message;
  },
};
