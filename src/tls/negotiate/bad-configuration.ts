import { TlsError } from '../error.ts';

/** A configuration that can not work; thrown before anything is sent. */
export function badConfiguration(message: string): TlsError {
  return new TlsError({ code: 'BAD_CONFIGURATION', alert: null, fault: 'local', message, spec: 'docs/errors.md' });
}
