import { toHex } from '../../bytes/index.ts';
import { badConfiguration } from '../negotiate/bad-configuration.ts';

/** Keeps a server's sessions of TLS 1.2 by their ids (RFC 5246 section 7.4.1.3). Times are milliseconds since 1970. */
export interface SessionStore {
  /** Keeps a state, which is as secret as a key, until a time. */
  put(id: Uint8Array, state: Uint8Array, until: number): void;
  /** The state under an id, or `null` for none that is kept still. */
  get(id: Uint8Array, now: number): Uint8Array | null;
}

/** A store in memory that holds so many sessions and no more: the oldest gives way. */
export class SessionMemory implements SessionStore {
  readonly #capacity: number;
  /** In the order in which they came. */
  readonly #sessions = new Map<string, { readonly state: Uint8Array; readonly until: number }>();

  /** @throws TlsError BAD_CONFIGURATION for a capacity that is no whole number, or less than 1 */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1) throw badConfiguration(`a store for ${capacity} sessions`);
    this.#capacity = capacity;
  }

  put(id: Uint8Array, state: Uint8Array, until: number): void {
    this.#sessions.set(toHex(id), { state, until });
    if (this.#sessions.size <= this.#capacity) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      return;
    }
  }

  get(id: Uint8Array, now: number): Uint8Array | null {
    const key = toHex(id);
    const kept = this.#sessions.get(key);
    if (kept === undefined) return null;
    if (now <= kept.until) return kept.state;
    this.#sessions.delete(key);
    return null;
  }
}
