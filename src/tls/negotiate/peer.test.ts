/** How long a peer's chain may be, in both versions and of both roles. */
import { describe, expect, it } from 'vitest';
import { connect } from '../../../test/support/resumption.ts';
import { clientConfig, clientCredential, credential, serverConfig } from '../../../test/tls/scenarios.ts';
import type { CommonConfig } from '../index.ts';

const [leaf = new Uint8Array(0)] = credential.chain;
const long = (certificates: number) => ({ ...credential, chain: Array(certificates).fill(leaf) });
const limited = { code: 'LIMIT_EXCEEDED', alert: 'illegal_parameter', fault: 'peer' };

describe.each(['TLS 1.2', 'TLS 1.3'] as const)("a server's chain in %s", (version) => {
  const versions = [version];
  const end = (certificates: number, maxChain: NonNullable<CommonConfig['maxChain']> = {}) =>
    connect(clientConfig({ versions, maxChain }), serverConfig({ credentials: [long(certificates)] })).client;

  it.each([
    ['16 certificates', 16, {}],
    ['as many as configured', 51, { certificates: 51 }],
    ['as many bytes as configured', 2, { bytes: 2 * leaf.length }],
  ])('has %s', (_, certificates, maxChain) => {
    expect(end(certificates, maxChain).handshakeComplete).toBe(true);
  });

  it.each([
    ['17 certificates', 17, {}, /17 certificates of \d+ bytes, more than 16 certificates \(maxChain\)/],
    ['more than configured', 3, { certificates: 2 }, /3 certificates of \d+ bytes, more than 2 certificates/],
    [
      'more bytes than configured',
      2,
      { bytes: 2 * leaf.length - 1 },
      /2 certificates of \d+ bytes, more than \d+ bytes/,
    ],
  ])('has not %s', (_, certificates, maxChain, message) => {
    expect(end(certificates, maxChain).error).toMatchObject({ ...limited, message: expect.stringMatching(message) });
  });

  it("is limited as a client's is", () => {
    const server = serverConfig({ versions, clientCertificate: 'require', maxChain: { bytes: 10 } });
    expect(connect(clientConfig({ credential: clientCredential }), server).server.error).toMatchObject(limited);
  });
});
