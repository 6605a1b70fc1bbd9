/** Streams and servers for the tests of the Node face. */
import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { Duplex } from 'node:stream';

class Half extends Duplex {
  other: Half | undefined;
  #taken: (() => void) | undefined;

  override _read(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const { other } = this;
    if (other === undefined || other.destroyed || other.push(chunk)) done();
    else other.#taken = done;
  }

  override _writev(items: readonly { readonly chunk: Buffer }[], done: () => void): void {
    // What was corked arrives as one, as it does over TCP.
    this._write(Buffer.concat(items.map(({ chunk }) => chunk)), 'binary', done);
  }

  override _final(done: () => void): void {
    this.other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.writableFinished) this.other?.push(null);
    done(error);
  }
}

/** Two ends of a connection in memory, with backpressure; half-closed until both ends have ended. */
export function duplexPair(): [Duplex, Duplex] {
  const [a, b] = [new Half(), new Half()];
  a.other = b;
  b.other = a;
  return [a, b];
}

/** Listens on a free port of 127.0.0.1 and tells which. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Everything that a stream gives until its end. Rejects with its error. */
export function readAll(stream: Duplex): Promise<Buffer> {
  // Not `for await`: that destroys the stream at its end, whatever is still to be written.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', reject);
  });
}

/** The error that a stream fails with. */
export async function errorOf(stream: Duplex): Promise<Error & { code?: string }> {
  const [error] = await once(stream, 'error');
  return error as Error & { code?: string };
}
