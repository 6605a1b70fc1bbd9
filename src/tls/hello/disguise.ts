/**
 * What keeps a ClientHello from being taken for granted by servers and middleboxes: reserved values that every peer has
 * to ignore (GREASE, RFC 8701), extensions in no fixed order, and a length (RFC 7685). None of it negotiates anything.
 */
import { concat, EMPTY } from '../../bytes/index.ts';
import type { CryptoProvider } from '../../crypto/index.ts';
import type { ClientConfig } from '../config.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { padding } from '../extensions/padding.ts';
import { checkNumber } from '../negotiate/settings.ts';
import { EXTENSION_TYPES } from '../registry/extension-types.ts';

/** One reserved value for each place, kept for the whole handshake: both ClientHellos have the same. */
interface Grease {
  readonly cipherSuite: number;
  readonly group: number;
  readonly version: number;
  readonly scheme: number;
  readonly extensions: readonly [number, number];
}

/** How a client's hellos are disguised. */
export interface Disguise {
  readonly grease: Grease | undefined;
  /** What the order of the extensions is made from. */
  readonly orderSeed: Uint8Array | undefined;
  /** Bytes that the message has at least. */
  readonly minLength: number;
}

/** The parts of a ClientHello that a disguise touches. */
export interface DisguisedParts {
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly RawExtension[];
}

const SEED_LENGTH = 32;

/** Longest hello that padding makes, in bytes: one record. */
const MAX_PADDED_LENGTH = 2 ** 14;

/** Bytes of a ClientHello without session id, suites and extensions: header, version, random, five lengths. */
const FIXED_LENGTH = 4 + 2 + 32 + 1 + 2 + 2 + 2;

/** Chooses what a client's hellos have in common. @throws TlsError BAD_CONFIGURATION */
export function makeDisguise(config: ClientConfig, crypto: CryptoProvider): Disguise {
  checkNumber('padHelloTo', config.padHelloTo, 0, MAX_PADDED_LENGTH);
  return {
    grease: config.grease === true ? chooseGrease(crypto.random(6)) : undefined,
    orderSeed: config.permuteExtensions === true ? crypto.random(SEED_LENGTH) : undefined,
    minLength: config.padHelloTo ?? 0,
  };
}

/**
 * Puts the disguise on.
 * @param withShare whether a key share of the reserved group stands with the others: not once a server chose a group.
 * @param sessionIdLength bytes of legacy_session_id, for the padding.
 */
export function disguised(
  { grease, orderSeed, minLength }: Disguise,
  crypto: CryptoProvider,
  parts: DisguisedParts,
  withShare: boolean,
  sessionIdLength: number,
): DisguisedParts {
  const greased = grease === undefined ? parts : addGrease(grease, parts, withShare);
  const { cipherSuites } = greased;
  const ordered = orderSeed === undefined ? greased.extensions : permuted(greased.extensions, orderSeed, crypto);
  const length = ordered.reduce(
    (sum, { data }) => sum + 4 + data.length,
    FIXED_LENGTH + sessionIdLength + 2 * cipherSuites.length,
  );
  if (length >= minLength) return { cipherSuites, extensions: ordered };
  // An extension of nothing at the very end is what some servers stumble over too: at least one byte.
  const zeros = Math.max(1, minLength - length - 4);
  return { cipherSuites, extensions: beforePsk(ordered, extension(padding.clientHello, zeros)) };
}

/** 0x0a0a, 0x1a1a, ... 0xfafa by four random bits (RFC 8701 section 2). */
function reserved(random: number): number {
  return 0x0a0a + (random & 0x0f) * 0x1010;
}

function chooseGrease(random: Uint8Array): Grease {
  const [suite = 0, group = 0, version = 0, scheme = 0, first = 0, step = 0] = random;
  // Not one extension twice: from one to fifteen values further.
  const second = first + 1 + (step % 15);
  return {
    cipherSuite: reserved(suite),
    group: reserved(group),
    version: reserved(version),
    scheme: reserved(scheme),
    extensions: [reserved(first), reserved(second)],
  };
}

function addGrease(grease: Grease, { cipherSuites, extensions }: DisguisedParts, withShare: boolean): DisguisedParts {
  const within = extensions.map(({ id, data }) => {
    switch (id) {
      case EXTENSION_TYPES.supported_groups:
        return { id, data: inList(data, 2, code(grease.group)) };
      case EXTENSION_TYPES.signature_algorithms:
        return { id, data: inList(data, 2, code(grease.scheme)) };
      case EXTENSION_TYPES.supported_versions:
        return { id, data: inList(data, 1, code(grease.version)) };
      case EXTENSION_TYPES.key_share:
        // One byte: a share is never empty (RFC 8446 section 4.2.8).
        return withShare
          ? { id, data: inList(data, 2, concat([code(grease.group), Uint8Array.of(0, 1, 0)])) }
          : { id, data };
      default:
        return { id, data };
    }
  });
  const [first, second] = grease.extensions;
  return {
    cipherSuites: [grease.cipherSuite, ...cipherSuites],
    extensions: beforePsk([{ id: first, data: EMPTY }, ...within], { id: second, data: Uint8Array.of(0) }),
  };
}

function code(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** A vector with an item before the others; its length stands in front. */
function inList(data: Uint8Array, prefix: 1 | 2, item: Uint8Array): Uint8Array {
  const length = data.length - prefix + item.length;
  const header = prefix === 1 ? Uint8Array.of(length) : code(length);
  return concat([header, item, data.subarray(prefix)]);
}

/** pre_shared_key stays the last (RFC 8446 section 4.2.11). */
function beforePsk(extensions: readonly RawExtension[], added: RawExtension): RawExtension[] {
  const at = extensions.findIndex(isPsk);
  return at < 0 ? [...extensions, added] : [...extensions.slice(0, at), added, ...extensions.slice(at)];
}

/** By a number that seed and id give: extensions that both hellos have stand in one order (RFC 8446 section 4.1.2). */
function permuted(extensions: readonly RawExtension[], seed: Uint8Array, crypto: CryptoProvider): RawExtension[] {
  const ranked = extensions.map((item) => ({ item, rank: isPsk(item) ? 2 ** 32 : rankOf(item.id, seed, crypto) }));
  return ranked.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

function rankOf(id: number, seed: Uint8Array, crypto: CryptoProvider): number {
  const digest = crypto.digest('sha256', concat([seed, code(id)]));
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0);
}

function isPsk({ id }: RawExtension): boolean {
  return id === EXTENSION_TYPES.pre_shared_key;
}
