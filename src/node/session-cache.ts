/** Sessions that an agent keeps for its next connections, each given out once (RFC 8446 appendix C.4). */
export class SessionCache {
  readonly #capacity: number;
  /** Names in the order of their latest session. */
  readonly #sessions = new Map<string, Buffer[]>();
  #count = 0;

  /** @param capacity sessions to keep at most: the oldest name gives way. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The latest session for a name. */
  take(name: string): Buffer | undefined {
    const sessions = this.#sessions.get(name);
    const session = sessions?.pop();
    if (session !== undefined) this.#count--;
    if (sessions?.length === 0) this.#sessions.delete(name);
    return session;
  }

  put(name: string, session: Buffer): void {
    if (this.#capacity <= 0) return;
    const sessions = this.#sessions.get(name) ?? [];
    this.#sessions.delete(name);
    this.#sessions.set(name, sessions);
    sessions.push(session);
    this.#count++;
    if (this.#count > this.#capacity) this.#dropOldest();
  }

  /** Forgets what is kept for a name. */
  evict(name: string): void {
    this.#count -= this.#sessions.get(name)?.length ?? 0;
    this.#sessions.delete(name);
  }

  #dropOldest(): void {
    for (const [name, sessions] of this.#sessions) {
      sessions.shift();
      this.#count--;
      if (sessions.length === 0) this.#sessions.delete(name);
      return;
    }
  }
}
