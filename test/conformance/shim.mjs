import { chmodSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = new URL('../interop/bogo/shim.ts', import.meta.url);

/**
 * Makes the shim of test/interop/bogo one executable file, so that its process starts quickly: there is one per test.
 * @param {string} outfile
 * @returns {Promise<string>} the same
 */
export async function bundleShim(outfile) {
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // What is loaded only where Node lacks it is found from here.
    define: { 'import.meta.url': JSON.stringify(entry.href) },
    banner: { js: `#!${process.execPath}` },
    logLevel: 'warning',
  });
  chmodSync(outfile, 0o755);
  return outfile;
}
