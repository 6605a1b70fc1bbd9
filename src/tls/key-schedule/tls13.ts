/**
 * The TLS 1.3 key schedule (RFC 8446 section 7.1) as stages that only lead forward:
 * {@link EarlySecret} -> {@link HandshakeSecret} -> {@link MainSecret}. What a stage can not derive it has no method for.
 */
import { allocate, EMPTY } from '../../bytes/index.ts';
import {
  AEAD_KEY_LENGTH,
  AEAD_NONCE_LENGTH,
  type CryptoProvider,
  HASH_LENGTH,
  type HashName,
  hkdfExtract,
} from '../../crypto/index.ts';
import type { Tls13Suite } from '../registry/cipher-suites.ts';
import type { ScheduleBase } from './base.ts';
import { ExporterSecret } from './exporter.ts';
import { expandLabel, type FixedLabel } from './hkdf-label.ts';

/** A secret that protects records of one direction, with the keys made from it (RFC 8446 section 7.3). */
export class TrafficSecret {
  readonly suite: Tls13Suite;
  /** One digest long. */
  readonly secret: Uint8Array;
  readonly #base: ScheduleBase;

  constructor(base: ScheduleBase, secret: Uint8Array) {
    this.#base = base;
    this.suite = base.suite;
    this.secret = secret;
  }

  /** The AEAD key. */
  key(): Uint8Array {
    return this.#expand('key', AEAD_KEY_LENGTH[this.suite.aead]);
  }

  /** The per-record nonce's static part, 12 bytes. */
  iv(): Uint8Array {
    return this.#expand('iv', AEAD_NONCE_LENGTH);
  }

  /** verify_data of a Finished over `transcriptHash` (RFC 8446 section 4.4.4). */
  verifyData(transcriptHash: Uint8Array): Uint8Array {
    const finishedKey = this.#expand('finished', HASH_LENGTH[this.suite.hash]);
    return this.#base.crypto.hmac(this.suite.hash, finishedKey, transcriptHash);
  }

  /** application_traffic_secret_N+1 (RFC 8446 section 7.2). */
  next(): TrafficSecret {
    return new TrafficSecret(this.#base, this.#expand('traffic upd', HASH_LENGTH[this.suite.hash]));
  }

  #expand(label: FixedLabel, length: number): Uint8Array {
    return expandLabel(this.#base.crypto, this.suite.hash, this.secret, label, EMPTY, length, this.#base.allocate);
  }
}

function deriveSecret(
  base: ScheduleBase,
  secret: Uint8Array,
  label: FixedLabel,
  transcriptHash: Uint8Array,
): Uint8Array {
  const { crypto, suite } = base;
  return expandLabel(crypto, suite.hash, secret, label, transcriptHash, HASH_LENGTH[suite.hash], base.allocate);
}

/** "derived" secrets hash an empty transcript: the salt of the next stage. */
function derived(base: ScheduleBase, secret: Uint8Array): Uint8Array {
  return deriveSecret(base, secret, 'derived', constants(base).emptyHash);
}

/** What is the same in every handshake with a hash. */
interface Constants {
  readonly emptyHash: Uint8Array;
  /** The early secret without a PSK. */
  readonly earlySecret: Uint8Array;
  /** The salt of the handshake secret without a PSK. */
  readonly salt: Uint8Array;
}

const KNOWN = new WeakMap<CryptoProvider, Map<HashName, Constants>>();

function constants(base: ScheduleBase): Constants {
  const { crypto, suite } = base;
  let known = KNOWN.get(crypto);
  if (known === undefined) {
    known = new Map();
    KNOWN.set(crypto, known);
  }
  let found = known.get(suite.hash);
  if (found === undefined) {
    const emptyHash = crypto.digest(suite.hash, EMPTY);
    const zeros = allocate(HASH_LENGTH[suite.hash]);
    const earlySecret = hkdfExtract(crypto, suite.hash, zeros, zeros);
    found = { emptyHash, earlySecret, salt: deriveSecret(base, earlySecret, 'derived', emptyHash) };
    known.set(suite.hash, found);
  }
  return found;
}

/** Where a pre-shared key comes from: its binder says so (RFC 8446 section 4.2.11.2, RFC 9258 section 5.2). */
export type PskOrigin = 'resumption' | 'external' | 'imported';

const BINDER_LABELS = { resumption: 'res binder', external: 'ext binder', imported: 'imp binder' } as const;

/** Stage one. Without a PSK its input is a digest-long string of zeros. */
export class EarlySecret {
  readonly #base: ScheduleBase;
  readonly #secret: Uint8Array;
  readonly #hasPsk: boolean;

  constructor(base: ScheduleBase, psk?: Uint8Array) {
    this.#base = base;
    this.#hasPsk = psk !== undefined;
    if (psk === undefined) this.#secret = constants(base).earlySecret;
    else this.#secret = hkdfExtract(base.crypto, base.suite.hash, allocate(HASH_LENGTH[base.suite.hash]), psk);
  }

  /** The binder over a ClientHello up to its binders, whose transcript hash is given (RFC 8446 section 4.2.11.2). */
  binder(origin: PskOrigin, transcriptHash: Uint8Array): Uint8Array {
    const key = deriveSecret(this.#base, this.#secret, BINDER_LABELS[origin], constants(this.#base).emptyHash);
    return new TrafficSecret(this.#base, key).verifyData(transcriptHash);
  }

  /** client_early_traffic_secret over the ClientHello. */
  clientTraffic(transcriptHash: Uint8Array): TrafficSecret {
    return new TrafficSecret(this.#base, deriveSecret(this.#base, this.#secret, 'c e traffic', transcriptHash));
  }

  /** Stage two, from the (EC)DHE or KEM shared secret; without one the pre-shared key stands alone (psk_ke). */
  handshake(sharedSecret?: Uint8Array): HandshakeSecret {
    const { crypto, suite } = this.#base;
    const input = sharedSecret ?? allocate(HASH_LENGTH[suite.hash]);
    const salt = this.#hasPsk ? derived(this.#base, this.#secret) : constants(this.#base).salt;
    return new HandshakeSecret(this.#base, hkdfExtract(crypto, suite.hash, salt, input));
  }
}

/** A stage that protects records of both directions. */
abstract class TrafficStage {
  protected readonly base: ScheduleBase;
  protected readonly secret: Uint8Array;
  protected abstract readonly clientLabel: FixedLabel;
  protected abstract readonly serverLabel: FixedLabel;

  constructor(base: ScheduleBase, secret: Uint8Array) {
    this.base = base;
    this.secret = secret;
  }

  /** The client's traffic secret over the transcript so far. */
  clientTraffic(transcriptHash: Uint8Array): TrafficSecret {
    return new TrafficSecret(this.base, deriveSecret(this.base, this.secret, this.clientLabel, transcriptHash));
  }

  /** The server's traffic secret over the transcript so far. */
  serverTraffic(transcriptHash: Uint8Array): TrafficSecret {
    return new TrafficSecret(this.base, deriveSecret(this.base, this.secret, this.serverLabel, transcriptHash));
  }
}

/** Stage two: what protects the handshake, over ClientHello..ServerHello. Made by {@link EarlySecret.handshake}. */
export class HandshakeSecret extends TrafficStage {
  protected override readonly clientLabel = 'c hs traffic';
  protected override readonly serverLabel = 's hs traffic';

  /** Stage three. */
  main(): MainSecret {
    const { crypto, suite } = this.base;
    const zeros = allocate(HASH_LENGTH[suite.hash]);
    return new MainSecret(this.base, hkdfExtract(crypto, suite.hash, derived(this.base, this.secret), zeros));
  }
}

/**
 * Stage three: what protects application data, and exporters, over ClientHello..server Finished. Made by
 * {@link HandshakeSecret.main}.
 */
export class MainSecret extends TrafficStage {
  protected override readonly clientLabel = 'c ap traffic';
  protected override readonly serverLabel = 's ap traffic';

  /** exporter_master_secret. */
  exporter(transcriptHash: Uint8Array): ExporterSecret {
    return new ExporterSecret(this.base, deriveSecret(this.base, this.secret, 'exp master', transcriptHash));
  }

  /** resumption_master_secret over ClientHello..client Finished. */
  resumption(transcriptHash: Uint8Array): ResumptionSecret {
    return new ResumptionSecret(this.base, deriveSecret(this.base, this.secret, 'res master', transcriptHash));
  }
}

/** What the pre-shared keys of a connection's tickets come from. Made by {@link MainSecret.resumption}. */
export class ResumptionSecret {
  readonly suite: Tls13Suite;
  /** One digest long. */
  readonly secret: Uint8Array;
  readonly #base: ScheduleBase;

  constructor(base: ScheduleBase, secret: Uint8Array) {
    this.#base = base;
    this.suite = base.suite;
    this.secret = secret;
  }

  /** The key that goes with a ticket (RFC 8446 section 4.6.1). */
  psk(ticketNonce: Uint8Array): Uint8Array {
    const { crypto, suite, allocate: alloc } = this.#base;
    const length = HASH_LENGTH[suite.hash];
    return expandLabel(crypto, suite.hash, this.secret, 'resumption', ticketNonce, length, alloc);
  }
}
