import { TlsError } from './error.ts';
import type { AlertName } from './registry/alerts.ts';

/** A failure that this side decided on, or that is nobody's bytes. */
export function localFailure(
  code: 'LIMIT_EXCEEDED' | 'CONNECTION_CLOSED',
  alert: AlertName | null,
  message: string,
): TlsError {
  return new TlsError({ code, alert, fault: 'local', message, spec: 'docs/errors.md' });
}

/** Whatever was thrown as the one error: what is no TlsError is a bug here or in a listener. */
export function asTlsError(cause: unknown): TlsError {
  if (cause instanceof TlsError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new TlsError({
    code: 'INTERNAL',
    alert: 'internal_error',
    fault: 'local',
    message,
    spec: 'docs/errors.md',
    cause,
  });
}
