/** Remembers which tickets were used for 0-RTT data, so that a recorded ClientHello has no second effect. */
export interface SingleUse {
  /**
   * Whether this is the first use. Several processes with the same ticket keys have to share what they remember.
   * @param id of the ticket, 32 bytes.
   * @param issued when it was, in milliseconds since 1970.
   * @param until when it may be forgotten.
   */
  use(id: Uint8Array, issued: number, until: number): boolean | Promise<boolean>;
}

/** Ids that are remembered unless told. One takes about 150 bytes. */
const CAPACITY = 65_536;

/**
 * Remembers in this process. What was used before it started it can not know: older tickets give no 0-RTT. When it is
 * full, none does until some are forgotten: an attacker can cost connections their early data, not their safety.
 */
export class SingleUseMemory implements SingleUse {
  readonly #capacity: number;
  readonly #started = Date.now();
  /** In the order of use, which is nearly that of `until`: all are within the same window of now. */
  readonly #seen = new Map<string, number>();

  /** @param capacity ids to remember at most. */
  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  use(id: Uint8Array, issued: number, until: number): boolean {
    const now = Date.now();
    for (const [old, end] of this.#seen) {
      if (end >= now) break;
      this.#seen.delete(old);
    }
    const key = Buffer.from(id).toString('latin1');
    if (issued < this.#started || this.#seen.has(key) || this.#seen.size >= this.#capacity) return false;
    this.#seen.set(key, until);
    return true;
  }
}
