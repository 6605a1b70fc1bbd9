import { equalConstantTime } from '../../bytes/index.ts';
import { illegalParameter, TlsError } from '../error.ts';
import type { Offer } from '../hello/offer.ts';
import type { OfferedPsk } from '../hello/offered-psks.ts';
import type { EarlySecret, PskOrigin } from '../key-schedule/tls13.ts';
import type { Tls13Suite } from '../registry/cipher-suites.ts';

const SPEC = 'RFC 8446 section 4.2.11';

/**
 * Proof that a pre-shared key is in use that both ends hold. What a client has is proved by its binder, what a server
 * has by its Finished: without the key it has no handshake keys.
 */
export class PskInUse {
  private constructor() {
    // Only the two checks make one.
  }

  /** The key that a ServerHello chose. @throws TlsError ILLEGAL_PARAMETER */
  static chosen(
    offer: Offer,
    index: number,
    suite: Tls13Suite,
  ): { readonly psk: OfferedPsk; readonly proof: PskInUse } {
    const psk = offer.psks[index];
    if (psk === undefined)
      throw illegalParameter(`selected_identity ${index}, ${offer.psks.length} were offered`, SPEC);
    if (psk.suite.hash !== suite.hash) {
      throw illegalParameter(`${suite.name} does not go with a pre-shared key for ${psk.suite.hash}`, SPEC);
    }
    return { psk, proof: new PskInUse() };
  }

  /**
   * Checks the binder of a client.
   * @param transcriptHash up to and with the ClientHello, which ends before its binders.
   * @throws TlsError BAD_BINDER
   */
  static bound(early: EarlySecret, origin: PskOrigin, binder: Uint8Array, transcriptHash: Uint8Array): PskInUse {
    if (equalConstantTime(binder, early.binder(origin, transcriptHash))) return new PskInUse();
    throw new TlsError({
      code: 'BAD_BINDER',
      alert: 'decrypt_error',
      fault: 'peer',
      message: 'the binder of the pre-shared key does not match this ClientHello',
      spec: 'RFC 8446 section 4.2.11.2',
    });
  }
}
