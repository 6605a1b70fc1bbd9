import { expect, it } from 'vitest';
import { DerError } from '../asn1/index.ts';
import { asX509, X509Error } from './error.ts';

it('turns an error of DER into one of X.509, and leaves others alone', () => {
  const refuse = (error: Error) => () => {
    throw error;
  };
  const cause = new DerError('serial: wrong', { start: 3, end: 5 });
  expect(() => asX509(refuse(cause))).toThrow(X509Error);
  expect(() => asX509(refuse(cause))).toThrow(
    expect.objectContaining({ message: 'serial: wrong', span: cause.span, cause }),
  );
  expect(() => asX509(refuse(new TypeError('a bug')))).toThrow(TypeError);
  expect(asX509(() => 1)).toBe(1);
});
