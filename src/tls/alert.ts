import { type Fault, TlsError } from './error.ts';
import { type AlertName, alertName } from './registry/alerts.ts';

/** AlertLevel code points; TLS 1.3 keeps them and does not heed them (RFC 8446 section 6). */
export const ALERT_LEVELS = { warning: 1, fatal: 2 } as const;

/** Alerts by which a peer says that both sides are right and share no parameters. */
const INCOMPATIBLE: ReadonlySet<AlertName> = new Set([
  'handshake_failure',
  'insufficient_security',
  'no_application_protocol',
  'protocol_version',
  'unrecognized_name',
]);

/** Alerts that blame nobody but their sender. */
const SENDERS_OWN: ReadonlySet<AlertName> = new Set(['internal_error', 'close_notify', 'user_canceled']);

/** Decodes an alert record; it holds exactly one alert in TLS 1.3 (RFC 8446 section 5.1). */
export function decodeAlert(bytes: Uint8Array): { readonly severity: number; readonly code: number } {
  const [severity, code] = bytes;
  if (bytes.length === 2 && severity !== undefined && code !== undefined) return { severity, code };
  throw new TlsError({
    code: 'DECODE_ERROR',
    alert: 'decode_error',
    fault: 'peer',
    message: `alert record of ${bytes.length} bytes, expected 2`,
    spec: 'RFC 8446 section 5.1',
  });
}

/** The error that a received alert ends the connection with. */
export function alertReceived(code: number): TlsError {
  const name = alertName(code);
  return new TlsError({
    code: 'ALERT_RECEIVED',
    alert: null,
    fault: faultOf(name),
    message: `the peer sent alert ${name ?? 'unknown'} (${code})`,
    spec: 'RFC 8446 section 6.2',
    received: name ?? code,
  });
}

/** Most alerts complain about what this side sent. */
function faultOf(name: AlertName | undefined): Fault {
  if (name === undefined || SENDERS_OWN.has(name)) return 'peer';
  return INCOMPATIBLE.has(name) ? 'incompatible' : 'local';
}
