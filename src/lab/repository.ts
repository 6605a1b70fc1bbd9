import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Certificates to be fetched by HTTP, as authorityInfoAccess names them (RFC 5280 section 4.2.2.1). */
export interface Repository {
  /** Publishes a certificate, DER; its URL. */
  publish(certificate: Uint8Array): string;
  close(): Promise<void>;
}

/** Starts an empty one on a random loopback port. */
export function startRepository(): Promise<Repository> {
  const published: Uint8Array[] = [];
  const server = createServer((request, response) => {
    const certificate = published[Number(/^\/(\d{1,4})\.cer$/.exec(request.url ?? '')?.[1] ?? -1)];
    // RFC 2585 section 4.1
    response.writeHead(certificate === undefined ? 404 : 200, { 'content-type': 'application/pkix-cert' });
    response.end(certificate);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        publish: (certificate) => `http://127.0.0.1:${port}/${published.push(certificate) - 1}.cer`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      });
    });
  });
}
