/**
 * The contract between the protocol and the cryptography under it. A provider is a plain object that the caller
 * passes in; nothing here is global, and everything is synchronous (node:crypto and noble both are). It holds no
 * protocol knowledge: code points are IANA's, secrets are bytes, and what a provider lacks it does not declare.
 *
 * Conformance tests in `test/vectors` run once per provider over exactly what it declares.
 */

/** Hash functions by their usual names. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** Authenticated ciphers of TLS by RFC 5116 name; those of CCM end with the length of a short tag (RFC 6655). */
export type AeadName =
  | 'aes-128-gcm'
  | 'aes-256-gcm'
  | 'chacha20-poly1305'
  | 'aes-128-ccm'
  | 'aes-256-ccm'
  | 'aes-128-ccm-8'
  | 'aes-256-ccm-8';

/** Block ciphers that old suites run in CBC mode (RFC 5246 section 6.2.3.2). */
export type BlockCipherName = 'aes-128-cbc' | 'aes-256-cbc' | '3des-ede-cbc';

/** Key agreements by their TLS name (IANA "TLS Supported Groups"). */
export type GroupName =
  | 'x25519'
  | 'secp256r1'
  | 'secp384r1'
  | 'secp521r1'
  | 'X25519MLKEM768'
  | 'SecP256r1MLKEM768'
  | 'SecP384r1MLKEM1024'
  | 'MLKEM1024'
  | 'ffdhe2048'
  | 'ffdhe3072';

/** Signature algorithms by their TLS 1.3 name (IANA "TLS SignatureScheme"). */
export type SchemeName =
  | 'ecdsa_secp256r1_sha256'
  | 'ecdsa_secp384r1_sha384'
  | 'ecdsa_secp521r1_sha512'
  | 'ed25519'
  | 'ed448'
  | 'rsa_pss_rsae_sha256'
  | 'rsa_pss_rsae_sha384'
  | 'rsa_pss_rsae_sha512'
  | 'rsa_pss_pss_sha256'
  | 'rsa_pss_pss_sha384'
  | 'rsa_pss_pss_sha512'
  | 'mldsa44'
  | 'mldsa65'
  | 'mldsa87'
  | 'rsa_pkcs1_sha256'
  | 'rsa_pkcs1_sha384'
  | 'rsa_pkcs1_sha512'
  | 'rsa_pkcs1_sha1'
  | 'ecdsa_sha1';

/**
 * What keys sign and verify by: the schemes of TLS 1.3, and ECDSA with a hash that is not tied to the curve, as TLS 1.2
 * and certificates have it (RFC 5246 section 7.4.1.4.1, RFC 5758 section 3.2).
 */
export type SignatureName = SchemeName | 'ecdsa_sha256' | 'ecdsa_sha384' | 'ecdsa_sha512';

/** The kind of a public or private key. `rsa-pss` is an RSA key restricted to PSS by its OID (RFC 4055). */
export type KeyType =
  | 'rsa'
  | 'rsa-pss'
  | 'secp256r1'
  | 'secp384r1'
  | 'secp521r1'
  | 'ed25519'
  | 'ed448'
  | 'ml-dsa-44'
  | 'ml-dsa-65'
  | 'ml-dsa-87';

/** Why a provider refused an input. `code` is stable. */
export class CryptoError extends Error {
  override readonly name = 'CryptoError';
  readonly code: CryptoErrorCode;

  constructor(code: CryptoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * - `invalid_key_share`: a peer's share of the wrong length, not on the curve, or giving an all-zero secret.
 * - `invalid_key`: a public or private key that is malformed or outside the accepted range.
 * - `unsupported`: a name that this provider does not declare.
 */
export type CryptoErrorCode = 'invalid_key_share' | 'invalid_key' | 'unsupported';

/** A running hash. */
export interface Hash {
  update(data: Uint8Array): this;
  /** An independent hash in the same state. */
  copy(): Hash;
  /** The digest so far. The hash can not be used afterwards; {@link copy} first to go on. */
  digest(): Uint8Array;
}

/** An authenticated cipher under one key. */
export interface Aead {
  /**
   * Encrypts `content` and behind it `trailer`, and appends the tag ({@link AEAD_TAG_LENGTH}). A record's content type and padding are
   * the trailer: in one piece, 16 KiB would be copied for the sake of one byte.
   * @param nonce 12 bytes, never used twice under this key.
   * @returns content, trailer and tag as parts in order, fresh arrays.
   */
  seal(nonce: Uint8Array, aad: Uint8Array, content: Uint8Array, trailer: Uint8Array): readonly Uint8Array[];
  /**
   * Decrypts and authenticates. Nothing is released before the tag was checked.
   * @param ciphertext ciphertext and its tag; shorter inputs give `null`.
   * @returns the plaintext as a fresh array, or `null` when it is not authentic.
   */
  open(nonce: Uint8Array, aad: Uint8Array, ciphertext: Uint8Array): Uint8Array | null;
}

/**
 * One shape for a Diffie-Hellman exchange and a KEM: the initiator generates, the responder answers with a share
 * and the secret, the initiator finishes. Shares are the bytes of TLS's KeyShareEntry.key_exchange.
 */
export interface KeyAgreement {
  readonly name: GroupName;
  /** A fresh ephemeral share for a ClientHello. */
  generate(): EphemeralShare;
  /**
   * Answers an initiator's share.
   * @throws CryptoError `invalid_key_share`
   */
  respond(peerShare: Uint8Array): { readonly share: Uint8Array; readonly secret: Uint8Array };
}

/** An initiator's half of a key agreement. */
export interface EphemeralShare {
  readonly share: Uint8Array;
  /**
   * Computes the shared secret from the responder's share.
   * @throws CryptoError `invalid_key_share`
   */
  finish(peerShare: Uint8Array): Uint8Array;
}

/** A public key taken from a certificate's SubjectPublicKeyInfo. */
export interface PublicKey {
  readonly type: KeyType;
  /** Modulus or field size in bits: 2048, 256, ...; for ML-DSA that of the public key. */
  readonly bits: number;
  /**
   * Verifies a signature over `data` (not over its digest). False for anything that is not a valid signature.
   * @throws CryptoError `unsupported` if `scheme` is not for this type of key.
   */
  verify(scheme: SignatureName, data: Uint8Array, signature: Uint8Array): boolean;
}

/** A private key that can sign. */
export interface PrivateKey {
  readonly type: KeyType;
  /** Schemes this key can make, strongest fit first. */
  readonly schemes: readonly SchemeName[];
  /** SubjectPublicKeyInfo of the public half, DER. */
  readonly spki: Uint8Array;
  /**
   * Signs `data` (not its digest). ECDSA signatures are DER, as TLS carries them.
   * @throws CryptoError `unsupported` if `scheme` is not for this key.
   */
  sign(scheme: SignatureName, data: Uint8Array): Uint8Array;
}

/** A block cipher in CBC mode under one key. It authenticates nothing and knows no padding: inputs are whole blocks. */
export interface BlockCipher {
  /** @param iv one block that nobody could foresee. */
  encrypt(iv: Uint8Array, plaintext: Uint8Array): Uint8Array;
  decrypt(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array;
}

/** A group over a finite field that a server made up: integers, big-endian. Nobody knows whether the prime is one. */
export interface FiniteField {
  readonly prime: Uint8Array;
  readonly generator: Uint8Array;
}

/** What a client needs for old suites of TLS 1.2 and for nothing else. */
export interface LegacyCrypto {
  readonly blockCiphers: readonly BlockCipherName[];
  /** @param key exactly {@link BLOCK_CIPHERS}' bytes. */
  blockCipher(name: BlockCipherName, key: Uint8Array): BlockCipher;
  /**
   * RSAES-PKCS1-v1_5 (RFC 8017 section 7.2.1).
   * @param spki of an RSA key, DER; read as {@link CryptoProvider.importPublicKey} does.
   * @throws CryptoError `invalid_key` or `unsupported`
   */
  encryptRsa(spki: Uint8Array, message: Uint8Array): Uint8Array;
  /**
   * Answers a server's public value: ours, and the secret without leading zeros (RFC 5246 section 8.1.2).
   * @throws CryptoError `invalid_key_share` for a prime outside {@link FINITE_FIELD_BITS}, a generator or value that is
   * not between 1 and it, and what else can not be computed with
   */
  respondInField(
    field: FiniteField,
    peerValue: Uint8Array,
  ): { readonly share: Uint8Array; readonly secret: Uint8Array };
}

/** What a provider can do, in its order of preference. */
interface Capabilities {
  readonly hashes: readonly HashName[];
  readonly aeads: readonly AeadName[];
  readonly groups: readonly GroupName[];
  /**
   * Groups fast enough to be offered by default, whichever peer takes them: a post-quantum group in pure JavaScript and
   * those over finite fields are declared, not offered.
   */
  readonly defaultGroups: readonly GroupName[];
  /** Schemes that {@link PublicKey.verify} understands. */
  readonly schemes: readonly SchemeName[];
  /** Whether private-key operations resist timing attacks. Pure JavaScript does not. */
  readonly sideChannelSafe: boolean;
}

/** A source of cryptography. */
export interface CryptoProvider {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** `length` bytes from a cryptographically secure generator. */
  random(length: number): Uint8Array;
  hash(name: HashName): Hash;
  /** The digest of one byte string. */
  digest(name: HashName, data: Uint8Array): Uint8Array;
  /** HMAC (RFC 2104) of one byte string. */
  hmac(name: HashName, key: Uint8Array, data: Uint8Array): Uint8Array;
  /** @param key exactly {@link AEAD_KEY_LENGTH} bytes. */
  aead(name: AeadName, key: Uint8Array): Aead;
  /** @throws CryptoError `unsupported` */
  group(name: GroupName): KeyAgreement;
  /**
   * Parses a DER SubjectPublicKeyInfo. Named curves only, RSA of 1,024 to 8,192 bits with an odd exponent of 3 or
   * more; everything else is refused.
   * @throws CryptoError `invalid_key` or `unsupported`
   */
  importPublicKey(spki: Uint8Array): PublicKey;
  /**
   * Parses an unencrypted DER PKCS#8 private key.
   * @throws CryptoError `invalid_key` or `unsupported`
   */
  importPrivateKey(pkcs8: Uint8Array): PrivateKey;
  /** Absent from a provider without: nothing old is negotiated with it. */
  readonly legacy?: LegacyCrypto;
}

/** Digest lengths in bytes. */
export const HASH_LENGTH: Readonly<Record<HashName, number>> = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 };

/** AEAD key lengths in bytes. */
export const AEAD_KEY_LENGTH: Readonly<Record<AeadName, number>> = {
  'aes-128-gcm': 16,
  'aes-256-gcm': 32,
  'chacha20-poly1305': 32,
  'aes-128-ccm': 16,
  'aes-256-ccm': 32,
  'aes-128-ccm-8': 16,
  'aes-256-ccm-8': 32,
};

/** Length of the nonce of every AEAD here, in bytes (RFC 5116). */
export const AEAD_NONCE_LENGTH = 12;

/** AEAD tag lengths in bytes (RFC 5116 section 5, RFC 6655 section 6). */
export const AEAD_TAG_LENGTH: Readonly<Record<AeadName, number>> = {
  'aes-128-gcm': 16,
  'aes-256-gcm': 16,
  'chacha20-poly1305': 16,
  'aes-128-ccm': 16,
  'aes-256-ccm': 16,
  'aes-128-ccm-8': 8,
  'aes-256-ccm-8': 8,
};

/** Lengths of keys and blocks in bytes. */
export const BLOCK_CIPHERS: Readonly<Record<BlockCipherName, { readonly key: number; readonly block: number }>> = {
  'aes-128-cbc': { key: 16, block: 16 },
  'aes-256-cbc': { key: 32, block: 16 },
  '3des-ede-cbc': { key: 24, block: 8 },
};

/**
 * Bits of a prime that a server may choose. Below 1,024 it is broken (RFC 7919 section 1 has the attack), above 8,192, the
 * largest group of RFC 7919, it is a denial of service.
 */
export const FINITE_FIELD_BITS = { min: 1024, max: 8192 } as const;
