import { concat, EMPTY, equal } from '../../bytes/index.ts';
import { AEAD_NONCE_LENGTH, AEAD_TAG_LENGTH, type Aead, type CryptoProvider } from '../../crypto/index.ts';
import { badConfiguration } from '../negotiate/bad-configuration.ts';

/** Makes a server's tickets of its sessions, and sessions of its tickets, without keeping either. */
export interface TicketSealer {
  /** A ticket only this server can read. `now` is in milliseconds since 1970. */
  seal(state: Uint8Array, now: number): Uint8Array;
  /** The state in a ticket, or `null` for one that is not authentic or too old to have a key. */
  open(ticket: Uint8Array, now: number): Uint8Array | null;
}

/** One key of {@link TicketKeys}. Whoever has it reads the secrets in every ticket it sealed. */
export interface TicketKey {
  /** 16 bytes that stand at the head of its tickets. Not secret. */
  readonly name: Uint8Array;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

const NAME_LENGTH = 16;
const KEY_LENGTH = 32;
const BODY_AT = NAME_LENGTH + AEAD_NONCE_LENGTH;

/** Both take keys of 32 bytes. */
const CIPHERS = ['aes-256-gcm', 'chacha20-poly1305'] as const;

/**
 * Seconds that a key of our own making seals. Tickets have random nonces: 2^32 under one key are safe (NIST SP 800-38D
 * section 8.3), 99,000 a second for half a day.
 */
const SEALS_FOR = 43_200;

/** Seconds that it opens afterwards: as long as tickets live at most (RFC 8446 section 4.6.1). */
const OPENS_FOR = 604_800;

interface Key extends TicketKey {
  readonly aead: Aead;
  /** Milliseconds since 1970; absent for keys that the host rotates. */
  readonly made: number | undefined;
}

/**
 * Tickets that are encrypted and authenticated, in the shape of RFC 5077 section 4: key name, nonce, ciphertext.
 *
 * Without keys it makes its own and changes them twice a day, keeping those whose tickets may still come back. Servers
 * that share tickets are given the same keys, and new ones by {@link replace}: the first seals, all of them open.
 */
export class TicketKeys implements TicketSealer {
  readonly #crypto: CryptoProvider;
  readonly #cipher: (typeof CIPHERS)[number];
  #keys: Key[] = [];

  /** @throws TlsError BAD_CONFIGURATION for keys of the wrong form, or a provider without a cipher */
  constructor(crypto: CryptoProvider, keys: readonly TicketKey[] = []) {
    const cipher = CIPHERS.find((name) => crypto.capabilities.aeads.includes(name));
    if (cipher === undefined) throw badConfiguration(`tickets need one of ${CIPHERS.join(', ')}`);
    this.#crypto = crypto;
    this.#cipher = cipher;
    this.replace(keys);
  }

  /** Uses other keys from now on; none of them means its own. @throws TlsError BAD_CONFIGURATION */
  replace(keys: readonly TicketKey[]): void {
    for (const { name, key } of keys) {
      if (name.length === NAME_LENGTH && key.length === KEY_LENGTH) continue;
      throw badConfiguration(`a ticket key has a name of ${NAME_LENGTH} bytes and ${KEY_LENGTH} bytes of key`);
    }
    this.#keys = keys.map((key) => this.#use(key, undefined));
  }

  /** The keys that are in use at a time: what another server needs to take over, the sealing one first. */
  export(now: number): TicketKey[] {
    this.#current(now);
    return this.#keys.map(({ name, key }) => ({ name, key }));
  }

  seal(state: Uint8Array, now: number): Uint8Array {
    const { name, aead } = this.#current(now);
    const nonce = this.#crypto.random(AEAD_NONCE_LENGTH);
    return concat([name, nonce, ...aead.seal(nonce, name, state, EMPTY)]);
  }

  open(ticket: Uint8Array, now: number): Uint8Array | null {
    if (ticket.length < BODY_AT + AEAD_TAG_LENGTH[this.#cipher]) return null;
    const name = ticket.subarray(0, NAME_LENGTH);
    const key = this.#keys.find((candidate) => equal(candidate.name, name));
    if (key === undefined || age(key, now) > SEALS_FOR + OPENS_FOR) return null;
    return key.aead.open(ticket.subarray(NAME_LENGTH, BODY_AT), name, ticket.subarray(BODY_AT));
  }

  #current(now: number): Key {
    const [first] = this.#keys;
    if (first !== undefined && age(first, now) <= SEALS_FOR) return first;
    const own = { name: this.#crypto.random(NAME_LENGTH), key: this.#crypto.random(KEY_LENGTH) };
    const made = this.#use(own, now);
    this.#keys = [made, ...this.#keys.filter((key) => age(key, now) <= SEALS_FOR + OPENS_FOR)];
    return made;
  }

  #use({ name, key }: TicketKey, made: number | undefined): Key {
    return { name, key, aead: this.#crypto.aead(this.#cipher, key), made };
  }
}

/** Seconds; a clock that went back makes no key older. */
function age({ made }: Key, now: number): number {
  return made === undefined ? 0 : (now - made) / 1000;
}
