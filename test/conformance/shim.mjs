import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * Makes the shim of test/interop/bogo one executable file, so that its process starts quickly: there is one per test.
 * @param {string} outfile
 * @returns {Promise<string>} the same
 */
export async function bundleShim(outfile) {
  await build({
    entryPoints: [fileURLToPath(new URL('../interop/bogo/shim.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    banner: { js: `#!${process.execPath}` },
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
  return outfile;
}
