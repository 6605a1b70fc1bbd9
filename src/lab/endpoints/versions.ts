import type { EndpointSpec } from '../endpoint.ts';
import { tls11Beside } from '../servers/tls11.ts';
import { httpsServer, TLS12 } from './https.ts';

const ASK = ['--versions'];

/** It works, in TLS 1.2: no error, a notice. */
export const tls12Only: EndpointSpec = {
  id: 'tls12-only',
  host: 'mimosa.example',
  fault: 'the server works and stopped at TLS 1.2',
  cause: { code: 'TLS13_NOT_SUPPORTED', proof: 'bytes' },
  served: ({ ca, host }) => ({ server: httpsServer(ca.issue({ names: [host] }), TLS12) }),
  repaired: ({ ca, host }) => ({ server: httpsServer(ca.issue({ names: [host] })) }),
};

/** It speaks TLS 1.3, and TLS 1.1 too. */
export const tls11Enabled: EndpointSpec = {
  id: 'tls11-enabled',
  host: 'rue.example',
  fault: 'TLS 1.1 is enabled beside TLS 1.2 and TLS 1.3',
  cause: { code: 'OLD_VERSION_ENABLED', proof: 'bytes' },
  served(kit) {
    const credential = kit.ca.issue({ names: [kit.host], keyKind: 'rsa' });
    return { server: tls11Beside(credential, httpsServer(credential)), args: ASK };
  },
  repaired: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host], keyKind: 'rsa' })),
    args: ASK,
  }),
};

/** It speaks TLS 1.3 alone. */
export const tls13Only: EndpointSpec = {
  id: 'tls13-only',
  host: 'tulip.example',
  fault: 'the server speaks TLS 1.3 alone',
  cause: { code: 'TLS12_NOT_SUPPORTED', proof: 'probe' },
  served: ({ ca, host }) => ({
    server: httpsServer(ca.issue({ names: [host] }), { minVersion: 'TLSv1.3' }),
    args: ASK,
  }),
  repaired: ({ ca, host }) => ({ server: httpsServer(ca.issue({ names: [host] })), args: ASK }),
};
