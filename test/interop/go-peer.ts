/** Go's crypto/tls as a peer: `go/main.go`, compiled. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requirePeer, run, tempDir } from '../support/peers.ts';

/** Milliseconds: the standard library has to be compiled too, once per machine. */
export const GO_COMPILE_TIMEOUT = 180_000;

const compiled = new Map<string, Promise<string>>();

/** Compiles it, once in each file of tests; its path. Throws where Go is missing or does not like it. */
export function goPeer(name: 'go' | 'gonext' = 'go'): Promise<string> {
  const program = compiled.get(name) ?? compile(name);
  compiled.set(name, program);
  return program;
}

async function compile(name: 'go' | 'gonext'): Promise<string> {
  const program = join(tempDir(), 'peer');
  const source = fileURLToPath(new URL('go/main.go', import.meta.url));
  const options = { timeout: GO_COMPILE_TIMEOUT };
  const { code, stderr } = await run(requirePeer(name) ?? name, ['build', '-o', program, source], options);
  if (code !== 0) throw new Error(`go build: ${stderr}`);
  return program;
}
