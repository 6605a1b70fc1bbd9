import { type AddressInfo, Socket } from 'node:net';
import { Duplex, type DuplexOptions } from 'node:stream';

/**
 * A stream on top of another one that answers for the socket below: addresses, timeouts, keep-alive, references. What
 * only a net.Socket has is `undefined` over any other Duplex. It knows nothing of TLS.
 */
export abstract class LayeredSocket extends Duplex {
  protected readonly transport: Duplex;
  protected readonly net: Socket | undefined;
  #relaysTimeout = false;
  #idle: NodeJS.Timeout | undefined;
  #idleAfter = 0;

  constructor(transport: Duplex, options: DuplexOptions) {
    super({ ...options, emitClose: false, autoDestroy: true });
    this.transport = transport;
    this.net = transport instanceof Socket ? transport : undefined;
    // This layer ends the transport itself, after its own last bytes.
    transport.allowHalfOpen = true;
  }

  /** Whether the TCP connection is being made. */
  get connecting(): boolean {
    return this.net?.connecting ?? false;
  }

  /** Whether the TCP connection is yet to be made. */
  get pending(): boolean {
    return this.net?.pending ?? false;
  }

  get localAddress(): string | undefined {
    return this.net?.localAddress;
  }

  get localPort(): number | undefined {
    return this.net?.localPort;
  }

  get localFamily(): string | undefined {
    return this.net?.localFamily;
  }

  get remoteAddress(): string | undefined {
    return this.net?.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.net?.remotePort;
  }

  get remoteFamily(): string | undefined {
    return this.net?.remoteFamily;
  }

  /** Bytes received from the network, records and handshake included. */
  get bytesRead(): number {
    return this.net?.bytesRead ?? 0;
  }

  /** Bytes sent to the network, records and handshake included. */
  get bytesWritten(): number {
    return this.net?.bytesWritten ?? 0;
  }

  /** `opening`, `open`, `readOnly`, `writeOnly` or `closed`. */
  get readyState(): string {
    if (this.connecting) return 'opening';
    if (this.readable) return this.writable ? 'open' : 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** Bytes that were written and have not left. */
  get bufferSize(): number {
    return this.writableLength;
  }

  /** Milliseconds of {@link setTimeout}, or `undefined` if none is set. */
  get timeout(): number | undefined {
    return this.net === undefined ? this.#idleAfter || undefined : this.net.timeout;
  }

  address(): AddressInfo | Record<string, never> {
    return (this.net?.address() ?? {}) as AddressInfo | Record<string, never>;
  }

  /** Emits 'timeout' after `ms` milliseconds without traffic; 0 stops it. Nothing is closed. */
  setTimeout(ms: number, callback?: () => void): this {
    if (callback !== undefined) {
      if (ms === 0) this.removeListener('timeout', callback);
      else this.once('timeout', callback);
    }
    if (this.net === undefined) {
      this.#idleAfter = ms;
      clearTimeout(this.#idle);
      this.#idle = ms === 0 ? undefined : setTimeout(() => this.emit('timeout'), ms).unref();
      return this;
    }
    if (!this.#relaysTimeout) {
      this.#relaysTimeout = true;
      this.net.on('timeout', () => this.emit('timeout'));
    }
    this.net.setTimeout(ms);
    return this;
  }

  setNoDelay(on = true): this {
    this.net?.setNoDelay(on);
    return this;
  }

  setKeepAlive(on?: boolean, initialDelay?: number): this {
    this.net?.setKeepAlive(on, initialDelay);
    return this;
  }

  ref(): this {
    this.net?.ref();
    return this;
  }

  unref(): this {
    this.net?.unref();
    return this;
  }

  /** Destroys once everything written has left. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Sends an RST instead of a FIN, where the transport can. */
  resetAndDestroy(): this {
    this.net?.resetAndDestroy();
    return this.destroy();
  }

  /** Traffic passed: the idle timeout of a transport without one of its own starts anew. */
  protected touch(): void {
    this.#idle?.refresh();
  }

  /** No 'timeout' any more. */
  protected stopTimeout(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }
}
