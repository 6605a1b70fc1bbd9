/** A server that wants a client certificate, and clients with and without a good one. */
import { OID } from '../../asn1/index.ts';
import { DAY, type LeafRequest } from '../ca.ts';
import type { EndpointSpec, LabKit, Served } from '../endpoint.ts';
import { type HttpsOptions, httpsServer, TLS12, WITHOUT_NOTICE } from './https.ts';

function wantsCertificate({ ca, host }: LabKit, options: HttpsOptions = {}): Served {
  return { server: httpsServer(ca.issue({ names: [host] }), { ca: ca.root, requestCert: true, ...options }) };
}

/** The arguments for a client certificate, which is good unless changed. */
function withCertificate({ ca, file }: LabKit, change: Partial<LeafRequest> = {}): readonly string[] {
  const { cert, key } = ca.issue({
    ...{ names: [], commonName: 'Lab Client', extendedKeyUsage: [OID.clientAuth] },
    ...change,
  });
  return ['--cert', file('client.pem', cert), '--key', file('client.key', key)];
}

/** It wants a client certificate, and none is given. */
export const clientCert: EndpointSpec = {
  id: 'client-cert',
  host: 'kelp.example',
  fault: 'a client certificate is required',
  cause: { code: 'CLIENT_CERT_REQUIRED', proof: 'bytes' },
  served: (kit) => wantsCertificate(kit),
  repaired: (kit) => ({ ...wantsCertificate(kit), args: withCertificate(kit) }),
};

/** It wants a client certificate, and the one that is given expired. */
export const clientCertExpired: EndpointSpec = {
  id: 'client-cert-expired',
  host: 'teak.example',
  fault: 'the client certificate expired, and the server refuses it',
  cause: { code: 'CLIENT_CERT_REJECTED', proof: 'bytes' },
  served: (kit) => ({
    ...wantsCertificate(kit),
    args: withCertificate(kit, { notBefore: kit.now - 93 * DAY, notAfter: kit.now - 3 * DAY }),
  }),
  repaired: (kit) => ({ ...wantsCertificate(kit), args: withCertificate(kit) }),
};

/** The same at TLS 1.2, which has no alert for it: handshake_failure, like half a dozen other faults. */
export const clientCertTls12: EndpointSpec = {
  id: 'client-cert-tls12',
  host: 'acacia.example',
  fault: 'a client certificate is required, by a server of TLS 1.2',
  cause: { code: 'CLIENT_CERT_REQUIRED', proof: 'bytes' },
  served: (kit) => ({ ...wantsCertificate(kit, TLS12), args: WITHOUT_NOTICE }),
  repaired: (kit) => ({ ...wantsCertificate(kit, TLS12), args: [...WITHOUT_NOTICE, ...withCertificate(kit)] }),
};
