import { CryptoError } from '../../crypto/index.ts';
import { TlsError } from '../error.ts';

/** Runs a key agreement with a peer's share. @throws TlsError BAD_KEY_SHARE */
export function usingShare<T>(agree: () => T, group: string): T {
  try {
    return agree();
  } catch (error) {
    if (!(error instanceof CryptoError) || error.code !== 'invalid_key_share') throw error;
    throw new TlsError({
      code: 'BAD_KEY_SHARE',
      alert: 'illegal_parameter',
      fault: 'peer',
      message: `${group}: ${error.message}`,
      spec: 'RFC 8446 sections 4.2.8 and 7.4.2',
      cause: error,
    });
  }
}
