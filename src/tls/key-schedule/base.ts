import type { Allocator } from '../../bytes/index.ts';
import type { CryptoProvider } from '../../crypto/index.ts';
import type { Tls13Suite } from '../registry/cipher-suites.ts';

/** What every derivation needs: the provider, the negotiated suite with its hash, and where bytes come from. */
export interface ScheduleBase<Suite = Tls13Suite> {
  readonly crypto: CryptoProvider;
  readonly suite: Suite;
  readonly allocate: Allocator;
}
