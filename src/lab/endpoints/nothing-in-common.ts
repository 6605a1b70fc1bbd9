import { CIPHER_SUITES, GROUPS, SIGNATURE_SCHEMES } from '../../tls/wire.ts';
import type { EndpointSpec } from '../endpoint.ts';
import { tls11Only } from '../servers/tls11.ts';
import { tls13Only } from '../servers/tls13-only.ts';
import { https, httpsServer } from './https.ts';

/** It stopped at TLS 1.1. */
export const oldVersion: EndpointSpec = {
  id: 'old-version',
  host: 'yarrow.example',
  fault: 'the server stopped at TLS 1.1',
  cause: { code: 'NO_COMMON_VERSION', proof: 'probe' },
  served: ({ ca, host }) => ({ server: tls11Only(ca.issue({ names: [host], keyKind: 'rsa' })) }),
  repaired: (kit) => https(kit, { keyKind: 'rsa' }),
};

/** For devices that have CCM in hardware and nothing else. */
export const noCommonCipherSuite: EndpointSpec = {
  id: 'no-common-cipher-suite',
  host: 'zinnia.example',
  fault: 'the server takes TLS_AES_128_CCM_SHA256 only',
  cause: { code: 'NO_COMMON_CIPHER_SUITE', proof: 'probe' },
  served: () => ({ server: tls13Only({ cipherSuite: CIPHER_SUITES.TLS_AES_128_CCM_SHA256 }) }),
  repaired: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { ciphers: 'TLS_AES_128_GCM_SHA256' }),
  }),
};

/** Its policy allows ML-KEM-512 alone. */
export const noCommonGroup: EndpointSpec = {
  id: 'no-common-group',
  host: 'alder.example',
  fault: 'the server takes the group MLKEM512 only',
  cause: { code: 'NO_COMMON_GROUP', proof: 'probe' },
  served: () => ({ server: tls13Only({ group: GROUPS.MLKEM512 }) }),
  repaired: ({ ca, host }) => ({ server: httpsServer(ca.issue({ names: [host] }), { groups: 'X25519:P-256' }) }),
};

/** Its only certificate has an SM2 key (RFC 8998). */
export const noCommonSignatureScheme: EndpointSpec = {
  id: 'no-common-signature-scheme',
  host: 'basil.example',
  fault: 'the only certificate of the server has an SM2 key',
  cause: { code: 'NO_COMMON_SIGNATURE_SCHEME', proof: 'probe' },
  served: () => ({ server: tls13Only({ signatureScheme: SIGNATURE_SCHEMES.sm2sig_sm3 }) }),
  repaired: (kit) => https(kit),
};
