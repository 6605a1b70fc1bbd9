/**
 * Cryptography in plain JavaScript, by noble: for runtimes without node:crypto. It needs nothing of its host but
 * crypto.getRandomValues, is tens of times slower than OpenSSL, and can not resist timing attacks, because
 * JavaScript can not. Start at {@link nobleCrypto}.
 */
import { randomBytes } from '@noble/hashes/utils.js';
import { unsupported } from '../der.ts';
import type { CryptoProvider } from '../provider.ts';
import { SCHEME_NAMES } from '../schemes.ts';
import { NobleAead } from './aead.ts';
import { groups } from './groups.ts';
import { digest, hmac, NobleHash } from './hash.ts';
import { importPrivateKey, importPublicKey } from './keys.ts';
import { nobleLegacy } from './legacy.ts';

const names = groups.map((group) => group.name);

/** The portable provider. */
export const nobleCrypto: CryptoProvider = {
  name: 'noble',
  capabilities: {
    hashes: ['sha256', 'sha384', 'sha512', 'sha1'],
    aeads: ['chacha20-poly1305', 'aes-128-gcm', 'aes-256-gcm'],
    groups: names,
    defaultGroups: names.filter((name) => !name.includes('MLKEM')),
    schemes: SCHEME_NAMES,
    sideChannelSafe: false,
  },
  random: randomBytes,
  hash: (name) => NobleHash.start(name),
  digest,
  hmac,
  aead: (name, key) => new NobleAead(name, key),
  group(name) {
    const group = groups.find((candidate) => candidate.name === name);
    if (group === undefined) throw unsupported(`group ${name}`);
    return group;
  },
  importPublicKey,
  importPrivateKey,
  legacy: nobleLegacy,
};
