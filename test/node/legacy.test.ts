import { expect, it } from 'vitest';
import { run } from '../support/peers.ts';
import { testCa } from '../support/pki.ts';

it('leaves node:tls whole when a legacy certificate is the first thing asked for', async () => {
  const [der] = testCa().issue().chain;
  // A process of its own: the damage would be done to a thread, once, before node:tls is loaded.
  const program = `
    import { legacyCertificate } from './dist/node/inspect.js';
    legacyCertificate([Buffer.from('${Buffer.from(der ?? []).toString('base64')}', 'base64')], true);
    const tls = await import('node:tls');
    tls.createServer({}).close();
    process.stdout.write(typeof tls.createSecureContext);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toBe('function');
});
