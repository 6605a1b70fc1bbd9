/** The shim's cryptography: node:crypto, and where this Node has no ML-DSA the portable provider's. */
import { CryptoError, type CryptoProvider } from '../../../src/crypto/index.ts';
import { nobleCrypto } from '../../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import { hasMlDsa } from '../../../src/crypto/node/ml-dsa.ts';

export const shimCrypto: CryptoProvider = hasMlDsa ? nodeCrypto : withMlDsa();

function withMlDsa(): CryptoProvider {
  const { capabilities } = nodeCrypto;
  return {
    ...nodeCrypto,
    capabilities: { ...capabilities, schemes: [...capabilities.schemes, 'mldsa44', 'mldsa65', 'mldsa87'] },
    importPublicKey: (spki) => either((provider) => provider.importPublicKey(spki)),
    importPrivateKey: (pkcs8) => either((provider) => provider.importPrivateKey(pkcs8)),
  };
}

function either<T>(run: (provider: CryptoProvider) => T): T {
  try {
    return run(nodeCrypto);
  } catch (error) {
    if (error instanceof CryptoError && error.code === 'unsupported') return run(nobleCrypto);
    throw error;
  }
}
