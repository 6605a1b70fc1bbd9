/** Changed certificates: they parse or they are refused with X509Error, in bounded time, and nobody trusts them. */

import { rootCertificates } from 'node:tls';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  certificatesFromPem,
  leafKey,
  matchIdentity,
  parseCertificate,
  referenceIdentity,
  X509Error,
} from '../../src/x509/index.ts';
import { chainOf, validate } from './support.ts';

/** How many changes each property is tried with; a nightly run sets more. */
const RUNS = Number(process.env.HELLOFIN_FUZZ_RUNS ?? 2000);

const chain = chainOf({ leaf: { names: ['shop.example', '*.shop.example', '192.0.2.1'] } });
const seeds = [
  chain.leaf.der,
  chain.intermediate.der,
  ...certificatesFromPem(rootCertificates.slice(0, 20).join('\n')),
];

/** One change: bytes overwritten, left out, put in, or copied from elsewhere in the certificate. */
const change = fc.record({
  kind: fc.constantFrom('set', 'flip', 'cut', 'insert', 'copy', 'end'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 8 }),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x01, 0x30, 0x7f, 0x80, 0x81, 0x84, 0xa0, 0xa3, 0xff)),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function apply(bytes: Uint8Array, { kind, at, length, value }: Change): Uint8Array {
  const out = [...bytes];
  const index = out.length === 0 ? 0 : at % out.length;
  if (kind === 'set') out[index] = value;
  if (kind === 'flip') out[index] = (out[index] ?? 0) ^ (1 << (value % 8));
  if (kind === 'cut') out.splice(index, length);
  if (kind === 'insert') out.splice(index, 0, ...new Array<number>(length).fill(value));
  if (kind === 'copy') out.splice(index, length, ...out.slice(value % out.length, (value % out.length) + length));
  if (kind === 'end') out.length = index;
  return Uint8Array.from(out);
}

const mutated = (from: readonly Uint8Array[]) =>
  fc
    .tuple(fc.constantFrom(...from), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([seed, changes]) => ({ seed, bytes: changes.reduce(apply, seed) }));

/** Far more than it takes: a certificate parses in some 15 µs, a chain is judged in a millisecond. */
const LIMIT = RUNS * 10;
const options = { numRuns: RUNS, interruptAfterTimeLimit: LIMIT, markInterruptAsFailure: true };

/** What `action` gives, or that it refused as it may. Any other error goes on. */
function refusal<T>(action: () => T): T | 'refused' {
  try {
    return action();
  } catch (error) {
    if (error instanceof X509Error) return 'refused';
    throw error;
  }
}

describe('a changed certificate', { timeout: LIMIT + 10_000 }, () => {
  it('parses, or is refused', () => {
    const reference = referenceIdentity('shop.example');
    const seen = { parsed: 0, refused: 0 };
    fc.assert(
      fc.property(mutated(seeds), ({ bytes }) => {
        const certificate = refusal(() => parseCertificate(bytes));
        const key = refusal(() => leafKey(bytes));
        if (certificate === 'refused') {
          seen.refused++;
          return;
        }
        seen.parsed++;
        // The quick look at the key and the parser agree on what the parser accepts.
        expect(key).toEqual({
          spki: certificate.spki,
          digitalSignature: certificate.keyUsage?.includes('digitalSignature') ?? true,
          keyEncipherment: certificate.keyUsage?.includes('keyEncipherment') ?? true,
        });
        matchIdentity(certificate, reference);
      }),
      options,
    );
    expect(seen.parsed).toBeGreaterThan(0);
    expect(seen.refused).toBeGreaterThan(0);
  });

  it('is not trusted, as the leaf or above it', () => {
    const { leaf, intermediate, root } = chain;
    expect(validate([leaf.der, intermediate.der], [root.der]).trusted).toBe(true);
    fc.assert(
      fc.property(mutated([leaf.der, intermediate.der]), ({ seed, bytes }) => {
        fc.pre(Buffer.compare(seed, bytes) !== 0);
        const sent = [leaf.der, intermediate.der].map((der) => (der === seed ? bytes : der));
        expect(validate(sent, [root.der]).trusted).toBe(false);
      }),
      options,
    );
  });

  it('as bytes from nowhere is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refusal(() => parseCertificate(bytes))).toBe('refused');
        refusal(() => leafKey(bytes));
      }),
      options,
    );
  });
});
