import { DerError } from '../asn1/index.ts';
import type { Span } from '../bytes/index.ts';

/** Bytes that are not a certificate as RFC 5280 has it. The fault of whoever made them. */
export class X509Error extends Error {
  override readonly name = 'X509Error';
  /** Where in the certificate's DER. */
  readonly span: Span;

  constructor(message: string, span: Span, options?: ErrorOptions) {
    super(message, options);
    this.span = span;
  }
}

/** Runs `read`, with a {@link DerError} of it turned into an {@link X509Error}. */
export function asX509<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof DerError) throw new X509Error(error.message, error.span, { cause: error });
    throw error;
  }
}
