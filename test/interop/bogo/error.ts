/** What the shim says of a failure. The runner looks for it through the ErrorMap of config.json. */
import { TlsError } from '../../../src/tls/index.ts';

/** A connection that came out otherwise than the runner's flags say. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';
}

/**
 * One line that begins with what an error is matched by: code, section, and the alert for one that was received.
 * `:ILLEGAL_PARAMETER: RFC 8446 section 4.2.8: ...` or `:ALERT_RECEIVED:handshake_failure: ...`
 */
export function describe(error: unknown): string {
  if (!(error instanceof TlsError)) return error instanceof Mismatch ? `mismatch: ${error.message}` : stackOf(error);
  const { code, spec, message, received } = error;
  const cause = code === 'INTERNAL' ? `\n${stackOf(error.cause)}` : '';
  if (received !== undefined) return `:${code}:${received}: ${message}`;
  return `:${code}: ${spec}: ${message}${cause}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
