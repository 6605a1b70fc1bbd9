import { EMPTY } from '../../bytes/index.ts';
import { HASH_LENGTH } from '../../crypto/index.ts';
import { TlsError } from '../error.ts';
import type { ScheduleBase } from './base.ts';
import { expandApplicationLabel, expandLabel } from './hkdf-label.ts';

/** Keying material for applications, in either version. */
export interface Exporter {
  /** @throws TlsError BAD_CONFIGURATION for labels, contexts and lengths that there are none for */
  export(label: string, context: Uint8Array | undefined, length: number): Uint8Array;
}

/** exporter_master_secret and what applications derive from it (RFC 8446 section 7.5). */
export class ExporterSecret implements Exporter {
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
   * @param label up to 249 ASCII characters. An empty one is shorter than RFC 8446 section 7.1 foresees; others take it.
   * @param length bytes wanted, at most 255 digest lengths.
   * @throws TlsError BAD_CONFIGURATION for other labels and lengths
   */
  export(label: string, context: Uint8Array | undefined, length: number): Uint8Array {
    const { crypto, suite, allocate } = this.#base;
    const size = HASH_LENGTH[suite.hash];
    if (!/^[\x20-\x7e]{0,249}$/.test(label)) throw badExport('label is not up to 249 ASCII characters');
    if (!Number.isInteger(length) || length < 0 || length > 255 * size) {
      throw badExport(`length is ${length}, expected a whole number up to ${255 * size}`);
    }
    const emptyHash = crypto.digest(suite.hash, EMPTY);
    const secret = expandApplicationLabel(crypto, suite.hash, this.secret, label, emptyHash, size, allocate);
    return expandLabel(
      crypto,
      suite.hash,
      secret,
      'exporter',
      crypto.digest(suite.hash, context ?? EMPTY),
      length,
      allocate,
    );
  }
}

function badExport(message: string): TlsError {
  const spec = 'RFC 8446 sections 7.1 and 7.5';
  return new TlsError({ code: 'BAD_CONFIGURATION', alert: null, fault: 'local', message, spec });
}
