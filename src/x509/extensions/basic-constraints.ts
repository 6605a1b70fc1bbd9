import { type DerReader, der, TAG } from '../../asn1/index.ts';
import { EMPTY } from '../../bytes/index.ts';

/** basicConstraints (RFC 5280 section 4.2.1.9). */
export interface BasicConstraints {
  readonly ca: boolean;
  /** How many CA certificates may follow below, not counting self-issued ones; `undefined` for no limit. */
  readonly pathLength: number | undefined;
}

/** Reads basicConstraints. FALSE may be spelt out, against X.690 section 11.5, as many CAs do. @throws DerError */
export function decodeBasicConstraints(value: DerReader): BasicConstraints {
  const fields = value.sequence('basicConstraints');
  const ca = fields.optional(TAG.boolean, 'cA')?.boolean() ?? false;
  const pathLength = fields.optional(TAG.integer, 'pathLenConstraint')?.smallInteger();
  fields.end('basicConstraints');
  return { ca, pathLength };
}

/** Writes basicConstraints. */
export function encodeBasicConstraints({ ca, pathLength }: BasicConstraints): Uint8Array {
  return der.sequence(ca ? der.boolean(true) : EMPTY, pathLength === undefined ? EMPTY : der.integer(pathLength));
}
