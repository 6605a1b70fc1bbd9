import { EMPTY } from '../../bytes/index.ts';
import { HASH_LENGTH } from '../../crypto/index.ts';
import type { ScheduleBase } from './base.ts';
import { expandApplicationLabel, expandLabel } from './hkdf-label.ts';

/** exporter_master_secret and what applications derive from it (RFC 8446 section 7.5). */
export class ExporterSecret {
  /** One digest long. */
  readonly secret: Uint8Array;
  readonly #base: ScheduleBase;

  /** Made by MainSecret.exporter. */
  constructor(base: ScheduleBase, secret: Uint8Array) {
    this.#base = base;
    this.secret = secret;
  }

  /**
   * TLS-Exporter(label, context, length). An absent context and an empty one give the same value in TLS 1.3.
   * @param label ASCII, at most 249 characters.
   * @param length bytes wanted.
   */
  export(label: string, context: Uint8Array, length: number): Uint8Array {
    const { crypto, suite, allocate } = this.#base;
    const size = HASH_LENGTH[suite.hash];
    const emptyHash = crypto.digest(suite.hash, EMPTY);
    const secret = expandApplicationLabel(crypto, suite.hash, this.secret, label, emptyHash, size, allocate);
    return expandLabel(crypto, suite.hash, secret, 'exporter', crypto.digest(suite.hash, context), length, allocate);
  }
}
