import { Duplex } from 'node:stream';

/** One side of a connection in memory. Unlike those of node:stream's duplexPair, it hears that the other one is gone. */
class Side extends Duplex {
  /** @type {Side | undefined} */
  other;
  /** @type {(() => void) | undefined} */
  #taken;

  /** @override */
  _read() {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  /** @override @param {Buffer} chunk @param {BufferEncoding} _encoding @param {() => void} done */
  _write(chunk, _encoding, done) {
    const { other } = this;
    if (other === undefined || other.destroyed || other.push(chunk)) done();
    else other.#taken = done;
  }

  /** @override @param {() => void} done */
  _final(done) {
    this.other?.push(null);
    done();
  }

  /** @override @param {Error | null} error @param {(error: Error | null) => void} done */
  _destroy(error, done) {
    if (!this.writableFinished) this.other?.push(null);
    this.other?._read();
    done(error);
  }
}

/** Both sides of a connection in memory, with backpressure. @returns {[Duplex, Duplex]} */
export function pair() {
  const [a, b] = [new Side(), new Side()];
  a.other = b;
  b.other = a;
  return [a, b];
}
