/**
 * Errors of the Node face. Every one carries a `code`: node:tls's own where node has one for the case, otherwise that
 * of the engine's TlsError. Where a TlsError stands behind a node code it is the `cause`.
 */

/** An error as Node's core modules throw it. */
export interface CodedError extends Error {
  code: string;
}

/** An error of the running connection. */
export function codedError(code: string, message: string, cause?: unknown): CodedError {
  return Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code });
}

/** An option or argument that can not be used. */
export function argumentError(code: string, message: string, cause?: unknown): CodedError {
  return Object.assign(new TypeError(message, cause === undefined ? undefined : { cause }), { code });
}

/** What node:tls says when the transport ends before the handshake did. */
export function disconnectedError(isServer: boolean, cause: unknown): CodedError {
  const message = isServer
    ? 'socket hang up'
    : 'Client network socket disconnected before secure TLS connection was established';
  return codedError('ECONNRESET', message, cause);
}
