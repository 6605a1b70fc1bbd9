import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect, createSecureContext, TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, run, tempDir } from '../../support/peers.ts';
import { testCa } from '../../support/pki.ts';
import { listen } from '../../support/sockets.ts';

const ca = testCa();
const own = ca.issue();
let shim: string;
let credential: string[];

beforeAll(async () => {
  const folder = tempDir();
  const bundler = new URL('../../conformance/shim.mjs', import.meta.url).href;
  const { bundleShim }: { bundleShim(outfile: string): Promise<string> } = await import(bundler);
  shim = await bundleShim(join(folder, 'shim'));
  writeFileSync(join(folder, 'cert'), own.cert);
  writeFileSync(join(folder, 'key'), own.key);
  credential = ['-cert-file', join(folder, 'cert'), '-key-file', join(folder, 'key')];
});

/** Plays the runner for one connection: takes the id, then hands the socket over. */
async function withRunner(flags: readonly string[], play: (socket: Socket) => void): Promise<RunResult> {
  const server = createServer((socket) => {
    socket.once('readable', () => {
      expect(socket.read(8)).toEqual(Buffer.from([7, 1, 0, 0, 0, 0, 0, 0]));
      play(socket);
    });
  });
  const port = await listen(server);
  try {
    return await run(shim, ['-port', String(port), '-shim-id', '263', ...flags]);
  } finally {
    server.close();
  }
}

/** Sends bytes and hangs up when they came back with every bit turned. */
function echo(socket: TLSSocket): void {
  socket.on('error', () => socket.destroy());
  socket.write(Buffer.from([1, 2, 0xff]));
  socket.on('data', (data) => {
    if (data.equals(Buffer.from([0xfe, 0xfd, 0]))) socket.end();
    else socket.destroy(new Error('not the echo'));
  });
}

function asServer(socket: Socket): void {
  const secureContext = createSecureContext({ cert: own.cert, key: own.key });
  echo(new TLSSocket(socket, { isServer: true, secureContext }));
}

function asClient(socket: Socket): void {
  echo(connect({ socket, ca: ca.cert, servername: 'localhost' }));
}

describe('the shim of BoringSSL\u2019s runner', () => {
  it('is a client that echoes', async () => {
    expect(await withRunner([], asServer)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('is a server that echoes', async () => {
    const result = await withRunner(['-server', ...credential], asClient);
    expect(result).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('answers in a later turn, a byte at a time, with -async', async () => {
    expect(await withRunner(['-async'], asServer)).toMatchObject({ code: 0, stderr: '' });
    expect(await withRunner(['-async', '-server', ...credential], asClient)).toMatchObject({ code: 0, stderr: '' });
  });

  it('compares what was negotiated with what is expected', async () => {
    const result = await withRunner(['-expect-version', '771'], asServer);
    expect(result).toMatchObject({ code: 1, stderr: 'mismatch: version is 772, expected 771\n' });
  });

  it('ends with the error that the ErrorMap is about', async () => {
    const flags = ['-server', '-require-any-client-certificate', ...credential];
    const { code, stderr } = await withRunner(flags, asClient);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^:CERTIFICATE_REQUIRED: RFC 8446 section 4\.4\.2\.4: /);
  });

  it('tells an alert by its name', async () => {
    const { code, stderr } = await withRunner([], (socket) => socket.end(Buffer.from('15030300020228', 'hex')));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^:ALERT_RECEIVED:handshake_failure: /);
  });

  it('says by its exit code what it does not implement', async () => {
    const { code, stderr } = await run(shim, ['-port', '1', '-no-such-flag']);
    expect({ code, stderr }).toEqual({ code: 89, stderr: 'unimplemented: -no-such-flag\n' });
    expect(await run(shim, ['-is-handshaker-supported'])).toMatchObject({ code: 0, stdout: 'No\n' });
  });
});

describe('config.json', () => {
  const config = JSON.parse(readFileSync(new URL('config.json', import.meta.url), 'utf8'));

  it('gives every disabled test a reason of a known kind', () => {
    for (const reason of Object.values<string>(config.DisabledTests)) {
      expect(reason).toMatch(/^(DTLS|TLS 1\.1 and older|RFC|policy): .|^(not yet|out of scope), ./);
    }
  });

  it('takes no error for another: what a broad code means is told by its section, and by words where that is broad', () => {
    const isExact = (error: string) => {
      const [, code = '', rest = ''] = /^:([A-Z_]+):(.*)$/.exec(error) ?? [];
      if (code === 'ALERT_RECEIVED') return /^[a-z_]+:$/.test(rest);
      if (['CONNECTION_CLOSED', 'BAD_CONFIGURATION'].includes(code)) return /^ docs\/errors\.md: ./.test(rest);
      if (code === 'CERTIFICATE_REJECTED') return /^ RFC 8446 section 4\.4\.2\.4: ./.test(rest);
      if (['ILLEGAL_PARAMETER', 'LIMIT_EXCEEDED', 'BAD_CERTIFICATE_KEY'].includes(code))
        return /^ RFC \d+ .+: /.test(rest);
      return code !== 'INTERNAL' && (error.startsWith('mismatch: ') || code !== '');
    };
    const all = Object.values<string[]>(config.ErrorMap).flat();
    expect(all.filter((error) => !isExact(error))).toEqual([]);
  });

  it('maps errors to codes that exist', () => {
    const catalogue = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
    const all = Object.values<string[]>(config.ErrorMap).flat();
    // What the shim finds wrong by itself has no code.
    const errors = all.filter((error) => !error.startsWith('mismatch: '));
    expect(errors.length).toBeGreaterThan(100);
    for (const error of errors) {
      expect(catalogue).toContain(`\`${/^:([A-Z_]+):/.exec(error)?.[1]}\``);
    }
  });
});
