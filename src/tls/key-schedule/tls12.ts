/**
 * The TLS 1.2 key schedule (RFC 5246 sections 6.3 and 8.1, RFC 7627) as stages that only lead forward:
 * {@link PremasterSecret} -> {@link MasterSecret} -> {@link Tls12Keys}. What a stage can not derive it has no method for.
 */
import { EMPTY } from '../../bytes/index.ts';
import { AEAD_KEY_LENGTH, AEAD_NONCE_LENGTH, BLOCK_CIPHERS, HASH_LENGTH } from '../../crypto/index.ts';
import { TlsError } from '../error.ts';
import type { Role } from '../events.ts';
import type { AeadSuite, CbcSuite, Tls12Suite } from '../registry/tls12-suites.ts';
import type { ScheduleBase } from './base.ts';
import type { Exporter } from './exporter.ts';
import { PRF_LABELS, type PrfLabel, prf } from './prf.ts';

/** Bytes of a master secret (RFC 5246 section 8.1). */
export const MASTER_SECRET_LENGTH = 48;

/** Bytes of verify_data with every suite implemented (RFC 5246 section 7.4.9). */
const VERIFY_DATA_LENGTH = 12;

/** Both sides' randoms, 32 bytes each. */
export interface Randoms {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** What protects the records of one direction (RFC 5246 section 6.3). */
export type Tls12Keys = AeadKeys | CbcKeys;

/** Keys of authenticated encryption. */
export interface AeadKeys {
  readonly suite: AeadSuite;
  readonly key: Uint8Array;
  /** The implicit part of the nonce: 12 bytes less those that stand in each record. */
  readonly iv: Uint8Array;
}

/** Keys of a cipher in CBC mode: each record brings its IV. */
export interface CbcKeys {
  readonly suite: CbcSuite;
  readonly key: Uint8Array;
  readonly macKey: Uint8Array;
  /** Whether the MAC covers the ciphertext (RFC 7366). */
  readonly encryptThenMac: boolean;
}

type Base = ScheduleBase<Tls12Suite>;

/** Stage one: what the key exchange gave. */
export class PremasterSecret {
  readonly #base: Base;
  readonly #secret: Uint8Array;

  constructor(base: Base, secret: Uint8Array) {
    this.#base = base;
    this.#secret = secret;
  }

  /** Stage two as RFC 5246 section 8.1 has it, bound to the randoms only. */
  master(randoms: Randoms): MasterSecret {
    return this.#derive('master secret', [randoms.client, randoms.server]);
  }

  /** Stage two bound to the handshake. @param sessionHash over all messages up to ClientKeyExchange (RFC 7627 section 4) */
  extendedMaster(sessionHash: Uint8Array): MasterSecret {
    return this.#derive('extended master secret', [sessionHash]);
  }

  #derive(label: PrfLabel, seed: readonly Uint8Array[]): MasterSecret {
    const { crypto, suite, allocate } = this.#base;
    return new MasterSecret(
      this.#base,
      prf(crypto, suite.hash, this.#secret, label, seed, MASTER_SECRET_LENGTH, allocate),
    );
  }
}

/** Stage two. Made by {@link PremasterSecret}, or taken from a session that is resumed. */
export class MasterSecret {
  /** 48 bytes. */
  readonly secret: Uint8Array;
  readonly #base: Base;

  constructor(base: Base, secret: Uint8Array) {
    this.#base = base;
    this.secret = secret;
  }

  /**
   * The keys of both directions, cut from the key block (RFC 5246 section 6.3).
   * @param encryptThenMac whether both sides agreed on it (RFC 7366).
   */
  keys(randoms: Randoms, encryptThenMac = false): { readonly client: Tls12Keys; readonly server: Tls12Keys } {
    const { suite } = this.#base;
    const lengths = keyLengths(suite);
    const [macLength, keyLength, ivLength] = lengths;
    const block = this.#prf('key expansion', [randoms.server, randoms.client], 2 * (macLength + keyLength + ivLength));
    const side = (index: 0 | 1): Tls12Keys => {
      let at = 0;
      // Of each kind the client's stands first.
      const [macKey = EMPTY, key = EMPTY, iv = EMPTY] = lengths.map((length) => {
        const start = at + index * length;
        at += 2 * length;
        return block.subarray(start, start + length);
      });
      return 'aead' in suite ? { suite, key, iv } : { suite, key, macKey, encryptThenMac };
    };
    return { client: side(0), server: side(1) };
  }

  /** verify_data of the `sender`'s Finished over `transcriptHash` (RFC 5246 section 7.4.9). */
  verifyData(sender: Role, transcriptHash: Uint8Array): Uint8Array {
    return this.#prf(`${sender} finished`, [transcriptHash], VERIFY_DATA_LENGTH);
  }

  /** Keying material for the application (RFC 5705). Only for a secret that is bound to its handshake (RFC 7627 section 5.4). */
  exporter(randoms: Randoms): Exporter {
    return {
      export: (label, context, length) => {
        checkExport(label, context, length);
        const seed = [randoms.client, randoms.server];
        if (context !== undefined) seed.push(Uint8Array.of(context.length >> 8, context.length & 0xff), context);
        return this.#prf(label, seed, length);
      },
    };
  }

  #prf(label: string, seed: readonly Uint8Array[], length: number): Uint8Array {
    const { crypto, suite, allocate } = this.#base;
    return prf(crypto, suite.hash, this.secret, label, seed, length, allocate);
  }
}

/** Bytes of MAC key, key and IV that a side needs; in CBC mode each record brings its IV. */
function keyLengths(suite: Tls12Suite): readonly [number, number, number] {
  if ('aead' in suite) return [0, AEAD_KEY_LENGTH[suite.aead], AEAD_NONCE_LENGTH - suite.explicitNonceLength];
  return [HASH_LENGTH[suite.mac], BLOCK_CIPHERS[suite.blockCipher].key, 0];
}

/** Most bytes exported at once: the PRF has no limit of its own. */
const MAX_EXPORT_LENGTH = 2 ** 14;

function checkExport(label: string, context: Uint8Array | undefined, length: number): void {
  const reserved: readonly string[] = PRF_LABELS;
  if (!/^[\x20-\x7e]*$/.test(label) || reserved.includes(label)) {
    throw badExport(`label ${JSON.stringify(label)} is not ASCII, or is one of the handshake's`);
  }
  if (context !== undefined && context.length >= 2 ** 16) throw badExport('context is longer than 65535 bytes');
  if (!Number.isInteger(length) || length < 0 || length > MAX_EXPORT_LENGTH) {
    throw badExport(`length is ${length}, expected a whole number up to ${MAX_EXPORT_LENGTH}`);
  }
}

function badExport(message: string): TlsError {
  return new TlsError({ code: 'BAD_CONFIGURATION', alert: null, fault: 'local', message, spec: 'RFC 5705 section 4' });
}
