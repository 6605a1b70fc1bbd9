import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { toHex } from '../../bytes/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { Transcript } from './transcript.ts';

const [A, B] = [Uint8Array.of(1, 0, 0, 1, 7), Uint8Array.of(2, 0, 0, 0)];
const sha256 = (...parts: readonly Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

it('hashes what came before its hash was known and after, and goes on', () => {
  const transcript = new Transcript(nodeCrypto);
  transcript.append(A);
  transcript.start('sha256');
  expect(toHex(transcript.digest())).toBe(sha256(A));
  transcript.append(B);
  transcript.start('sha256');
  expect(toHex(transcript.digest())).toBe(sha256(A, B));
});

it('becomes a message_hash at a HelloRetryRequest (RFC 8446 section 4.4.1)', () => {
  const transcript = new Transcript(nodeCrypto);
  transcript.append(A);
  transcript.start('sha256');
  transcript.replaceWithMessageHash();
  transcript.append(B);
  const synthetic = Buffer.from(`fe000020${sha256(A)}`, 'hex');
  expect(toHex(transcript.digest())).toBe(sha256(synthetic, B));
});

it('has one hash, and none before the suite is known', () => {
  const transcript = new Transcript(nodeCrypto);
  expect(() => transcript.digest()).toThrow(/before the cipher suite is known/);
  expect(() => transcript.replaceWithMessageHash()).toThrow(/before the cipher suite is known/);
  transcript.start('sha256');
  expect(() => transcript.start('sha384')).toThrow(/already uses sha256/);
});

it('forgets everything when it ends, and a fork goes on', () => {
  const transcript = new Transcript(nodeCrypto);
  transcript.append(A);
  transcript.start('sha256');
  transcript.digest();
  const fork = transcript.fork();
  transcript.end();
  transcript.append(B);
  fork.append(B);
  expect(() => transcript.digest()).toThrow();
  expect(() => transcript.fork()).toThrow();
  expect(transcript.takeRaw()).toHaveLength(0);
  expect(toHex(fork.digest())).toBe(sha256(A, B));
});
