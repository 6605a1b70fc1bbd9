/** The portable provider bundled for a browser and run where there is nothing but the language and getRandomValues. */
import { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const PROGRAM = `
  import { concat, equal, fromAscii, fromHex, toHex } from './src/bytes/index.ts';
  import { hkdfExpand, hkdfExtract } from './src/crypto/index.ts';
  import { nobleCrypto as crypto } from './src/crypto/noble/index.ts';

  const secret = hkdfExtract(crypto, 'sha256', fromHex('00'), fromHex('0b0b'));
  const key = hkdfExpand(crypto, 'sha256', secret, fromHex(''), 16);
  const nonce = crypto.random(12);
  const aead = crypto.aead('aes-128-gcm', key);
  const aad = fromHex('aa');
  const opened = aead.open(nonce, aad, concat(aead.seal(nonce, aad, fromAscii('hel'), fromAscii('lo'))));
  const agreements = crypto.capabilities.groups.map((name) => {
    const own = crypto.group(name).generate();
    const { share, secret } = crypto.group(name).respond(own.share);
    return equal(own.finish(share), secret);
  });
  const publicKey = crypto.importPublicKey(fromHex(SPKI));
  const verify = (text) => publicKey.verify('ecdsa_secp256r1_sha256', fromAscii(text), fromHex(SIGNATURE));
  globalThis.result = JSON.stringify({
    key: toHex(key), opened: toHex(opened), agreements, good: verify('sample'), bad: verify('simple'),
    globals: [typeof process, typeof Buffer, typeof TextEncoder, typeof setTimeout],
  });
`;

// RFC 6979 appendix A.2.5: P-256, SHA-256, "sample".
const SPKI =
  '3059301306072a8648ce3d020106082a8648ce3d03010703420004' +
  '60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6' +
  '7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
const SIGNATURE =
  '3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716' +
  '022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8';

test('runs in a bundle without Node built-ins', async () => {
  const { outputFiles, metafile } = await build({
    stdin: { contents: PROGRAM, resolveDir: join(import.meta.dirname, '../../..'), loader: 'ts' },
    define: { SPKI: JSON.stringify(SPKI), SIGNATURE: JSON.stringify(SIGNATURE) },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  expect(imports).toEqual([]);

  const getRandomValues = <T extends Uint8Array>(array: T): T => webcrypto.getRandomValues(array);
  const context = createContext({ crypto: { getRandomValues } });
  runInContext(outputFiles[0]?.text ?? '', context, { timeout: 20_000 });
  const { result } = context as { result: string };
  expect(JSON.parse(result)).toEqual({
    key: expect.stringMatching(/^[0-9a-f]{32}$/),
    opened: '68656c6c6f',
    agreements: [true, true, true, true, true, true, true, true],
    good: true,
    bad: false,
    globals: ['undefined', 'undefined', 'undefined', 'undefined'],
  });
});
