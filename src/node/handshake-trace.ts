import { ladderLines, type StampedEvent, toPlainText } from '../explain/index.ts';
import type { CommonConfig, TlsEvent } from '../tls/index.ts';

/** Collects what the engine tells of a handshake, and prints it once: the messages, who can read them, how long it took. */
export class HandshakeTrace {
  #events: StampedEvent[] | undefined = [];

  /** The configuration with this as one more listener. */
  listening<C extends CommonConfig>(config: C): C {
    const { trace: other } = config;
    const trace = (event: TlsEvent) => {
      other?.(event);
      this.#events?.push({ at: performance.now(), event });
    };
    return { ...config, trace };
  }

  /** Writes the lines to standard error, the first time that it is called. */
  print(): void {
    const events = this.#events ?? [];
    this.#events = undefined;
    if (events.length > 0) process.stderr.write(`${toPlainText(ladderLines(events, { fields: false }))}`);
  }
}
