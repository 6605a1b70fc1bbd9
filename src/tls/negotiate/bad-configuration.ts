import { TlsError } from '../error.ts';
import type { AlertName } from '../registry/alerts.ts';

/**
 * A configuration that can not work; thrown before anything is sent.
 * @param alert tells a peer that waits already.
 */
export function badConfiguration(message: string, alert: AlertName | null = null): TlsError {
  return new TlsError({ code: 'BAD_CONFIGURATION', alert, fault: 'local', message, spec: 'docs/errors.md' });
}
