import { ask, type Next } from '../machine.ts';
import type { Credential } from '../requests.ts';

/** The OCSP response to staple to a credential's leaf, asked for where the credential says so. */
export function withStaple<S>(
  credential: Credential,
  isWanted: boolean,
  then: (staple: Uint8Array | undefined) => Next<S>,
): Next<S> {
  const { ocspResponse } = credential;
  if (!isWanted || ocspResponse === undefined) return then(undefined);
  if (ocspResponse !== 'ask') return then(ocspResponse);
  // An empty one can not be carried (RFC 8446 section 4.4.2.1), and says nothing.
  return ask('staple', { credential }, (answer) => then(answer === null || answer.length === 0 ? undefined : answer));
}
