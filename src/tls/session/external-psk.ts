import { Writer } from '../../bytes/index.ts';
import { type CryptoProvider, HASH_LENGTH, type HashName, hkdfExtract } from '../../crypto/index.ts';
import { expandLabel } from '../key-schedule/hkdf-label.ts';
import { badConfiguration } from '../negotiate/bad-configuration.ts';
import { VERSIONS } from '../registry/versions.ts';

/** A key that both ends were given by other means (RFC 8446 section 2.2). It authenticates them; no certificate does. */
export interface ExternalPsk {
  /** Goes in clear. 1 to 16,384 bytes. */
  readonly identity: Uint8Array;
  /** At least 16 bytes of high entropy: a password is none (RFC 8446 section 2.2). */
  readonly key: Uint8Array;
  /** The hash of the suites it is used with, `sha256` unless given (RFC 8446 section 4.2.11). */
  readonly hash?: PskHash;
  /** Made by {@link importPsk}. */
  readonly imported?: boolean;
}

/** The hashes of TLS 1.3's suites. */
export type PskHash = 'sha256' | 'sha384';

/** KDFs by their code points of RFC 9258 section 10. */
const KDF = { sha256: 0x0001, sha384: 0x0002 } as const;

/** Shortest key: 128 bits (RFC 9257 section 6). */
const MIN_KEY = 16;

/** Longest identity: a ClientHello has 2^16 bytes for all its extensions. */
const MAX_IDENTITY = 2 ** 14;

/**
 * Makes of one key one for each hash of TLS 1.3, bound to the protocol and to a context, so that it can be used nowhere
 * else (RFC 9258). Both ends import.
 * @param psk its `hash` is the one that the key is meant for with HKDF.
 * @param context what else the ends agree on: names, roles; may be empty.
 * @throws TlsError BAD_CONFIGURATION
 */
export function importPsk(
  crypto: CryptoProvider,
  { identity, key, hash = 'sha256' }: ExternalPsk,
  context: Uint8Array,
): ExternalPsk[] {
  checkPsk({ identity, key });
  const secret = hkdfExtract(crypto, hash, new Uint8Array(HASH_LENGTH[hash]), key);
  return (['sha256', 'sha384'] as const).map((target) => {
    const imported = importedIdentity(identity, context, target);
    const digest = crypto.digest(hash, imported);
    return {
      identity: imported,
      key: expandLabel(crypto, hash, secret, 'derived psk', digest, HASH_LENGTH[target], (n) => new Uint8Array(n)),
      hash: target,
      imported: true,
    };
  });
}

/** @throws TlsError BAD_CONFIGURATION for a key that is no key, or an identity that no ClientHello holds */
export function checkPsk({ identity, key }: ExternalPsk): void {
  if (identity.length === 0 || identity.length > MAX_IDENTITY) {
    throw badConfiguration(`a PSK identity of ${identity.length} bytes, expected 1 to ${MAX_IDENTITY}`);
  }
  if (key.length < MIN_KEY) throw badConfiguration(`a PSK of ${key.length} bytes, expected at least ${MIN_KEY}`);
}

/** struct ImportedIdentity of RFC 9258 section 5.1. */
function importedIdentity(identity: Uint8Array, context: Uint8Array, target: keyof typeof KDF): Uint8Array {
  return new Writer().opaque(2, identity).opaque(2, context).u16(VERSIONS.tls13).u16(KDF[target]).finish();
}

/** The hash of a key's suites. */
export function hashOf({ hash = 'sha256' }: ExternalPsk): HashName {
  return hash;
}
