import { equalConstantTime } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import type { Finished } from '../messages/finished.ts';

/** Proof that the peer's Finished fits: it holds the secrets of this handshake. Only {@link checkVerifyData} makes one. */
export class FinishedVerified {
  readonly verified = true;
}

/** Compares a peer's Finished with what it has to be. @throws TlsError BAD_FINISHED */
export function checkVerifyData({ verifyData }: Finished, expected: Uint8Array, spec: string): FinishedVerified {
  if (equalConstantTime(verifyData, expected)) return new FinishedVerified();
  throw new TlsError({
    code: 'BAD_FINISHED',
    alert: 'decrypt_error',
    fault: 'peer',
    message: "verify_data of the peer's Finished does not match this handshake",
    spec,
    evidence: { messageType: 'finished', span: { start: 4, end: 4 + verifyData.length } },
  });
}
