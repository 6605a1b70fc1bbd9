/**
 * Cryptography by node:crypto, every operation in the form that was measured to be the cheapest one that is the same
 * on Node 20, 22, 24 and 26. Start at {@link nodeCrypto}.
 */
import { mlKem1024Alone, secp256r1MlKem768, secp384r1MlKem1024, x25519MlKem768 } from '../agreement.ts';
import { unsupported } from '../der.ts';
import type { AeadName, CryptoProvider, GroupName, KeyAgreement } from '../provider.ts';
import { SCHEME_NAMES } from '../schemes.ts';
import { NodeAead } from './aead.ts';
import { hasCcm, isCcm, NodeCcm } from './ccm.ts';
import { finiteField } from './ffdhe.ts';
import { keyObjectGroup, secp256r1, x25519 } from './groups.ts';
import { digest, hmac, NodeHash } from './hash.ts';
import { importPrivateKey, importPublicKey } from './keys.ts';
import { nodeLegacy } from './legacy.ts';
import { hasMlDsa } from './ml-dsa.ts';
import { hasNativeMlKem, mlKem768, mlKem1024 } from './ml-kem.ts';
import { random } from './random.ts';

const classical = ['x25519', 'secp256r1', 'secp384r1', 'secp521r1'] as const;

const secp384r1 = keyObjectGroup('secp384r1');

const groups = new Map<GroupName, KeyAgreement>(
  [
    x25519MlKem768(x25519, mlKem768),
    x25519,
    secp256r1,
    secp384r1,
    keyObjectGroup('secp521r1'),
    secp256r1MlKem768(secp256r1, mlKem768),
    secp384r1MlKem1024(secp384r1, mlKem1024),
    mlKem1024Alone(mlKem1024),
    finiteField('ffdhe2048'),
    finiteField('ffdhe3072'),
  ].map((group) => [group.name, group]),
);

const ccm: readonly AeadName[] = ['aes-128-ccm', 'aes-256-ccm', 'aes-128-ccm-8', 'aes-256-ccm-8'];

/** Behind the classical ones, so that no share of theirs makes a ClientHello longer. */
const otherHybrids = ['SecP256r1MLKEM768', 'SecP384r1MLKEM1024'] as const;

/** The provider for Node: OpenSSL, with ML-KEM from a portable library where Node has none. */
export const nodeCrypto: CryptoProvider = {
  name: 'node',
  capabilities: {
    hashes: ['sha256', 'sha384', 'sha512', 'sha1'],
    aeads: ['aes-128-gcm', 'aes-256-gcm', 'chacha20-poly1305', ...(hasCcm ? ccm : [])],
    groups: [...groups.keys()],
    defaultGroups: hasNativeMlKem ? ['X25519MLKEM768', ...classical, ...otherHybrids] : classical,
    schemes: SCHEME_NAMES.filter((name) => hasMlDsa || !name.startsWith('mldsa')),
    sideChannelSafe: true,
  },
  random,
  hash: (name) => new NodeHash(name),
  digest,
  hmac,
  aead: (name, key) => (isCcm(name) ? new NodeCcm(name, key) : new NodeAead(name, key)),
  group(name) {
    const group = groups.get(name);
    if (group === undefined) throw unsupported(`group ${name}`);
    return group;
  },
  importPublicKey,
  importPrivateKey,
  legacy: nodeLegacy,
};
