import { describe, expect, it } from 'vitest';
import { deliver, levelClient, levelServer } from '../../../test/support/levels.ts';
import { decoded } from '../../../test/tls/hellos.ts';
import { clientConfig, clientCredential, serverConfig } from '../../../test/tls/scenarios.ts';
import type { CertificateCompression, ClientConfig, ServerConfig } from '../config.ts';
import { TlsError } from '../error.ts';
import { encodeCompressedCertificate } from '../messages/compressed-certificate.ts';
import { MAX_CERTIFICATE_MESSAGE_LENGTH } from '../messages/frame.ts';
import { HANDSHAKE_TYPES } from '../registry/handshake-types.ts';

/** Compresses nothing: every byte is turned around. */
const turned = (algorithm: number): CertificateCompression => {
  const turn = (data: Uint8Array) => data.map((byte) => byte ^ 0xff);
  return { algorithm, compress: turn, decompress: turn };
};
const certificateCompression = [turned(1), turned(2)];
const COMPRESSED = HANDSHAKE_TYPES.compressed_certificate;
const CERTIFICATE = HANDSHAKE_TYPES.certificate;

type Change = (bytes: Uint8Array) => Uint8Array;

/** Runs a handshake and changes what comes compressed. */
function run(ofClient: Partial<ClientConfig>, ofServer: Partial<ServerConfig>, change: Change = (bytes) => bytes) {
  const client = levelClient(clientConfig(ofClient));
  const server = levelServer(serverConfig(ofServer));
  const types: string[] = [];
  for (let turn = 0; turn < 4; turn++) {
    for (const [name, from, end] of [['server', client, server] as const, ['client', server, client] as const]) {
      for (const { level, bytes } of from.outbox.splice(0)) {
        const type = bytes[0] ?? 0;
        if (type === COMPRESSED || type === CERTIFICATE) types.push(`${type} to the ${name}`);
        deliver(end, { level, bytes: type === COMPRESSED ? change(bytes) : bytes });
      }
    }
  }
  return { client: client.handshake, server: server.handshake, types };
}

function refusal(ofClient: Partial<ClientConfig>, ofServer: Partial<ServerConfig>, change?: Change): unknown {
  try {
    run(ofClient, ofServer, change);
    return undefined;
  } catch (error) {
    if (error instanceof TlsError) return error;
    throw error;
  }
}

describe('certificates travel compressed', () => {
  it('both ways, by what the sender prefers of what the receiver knows', () => {
    const { client, server, types } = run(
      { certificateCompression, credential: clientCredential },
      { certificateCompression: [turned(3), turned(2), turned(1)], clientCertificate: 'require' },
    );
    expect(types).toEqual([`${COMPRESSED} to the client`, `${COMPRESSED} to the server`]);
    expect([client.connected, server.connected]).toEqual([true, true]);
    expect([client.context.info, server.context.info]).toMatchObject([
      { peerCertificateCompression: 2 },
      { peerCertificateCompression: 1, peerCertificates: [{ der: clientCredential.chain[0] }] },
    ]);
  });

  it.each<[string, Partial<ClientConfig>, Partial<ServerConfig>]>([
    ['the client does not ask for it', {}, { certificateCompression }],
    ['the server does not know it', { certificateCompression }, {}],
    ['they know no algorithm both', { certificateCompression }, { certificateCompression: [turned(9)] }],
  ])('not when %s', (_, client, server) => {
    const ends = run(client, server);
    expect([ends.types, ends.client.connected]).toEqual([[`${CERTIFICATE} to the client`], true]);
    expect(ends.client.context.info).not.toHaveProperty('peerCertificateCompression');
  });
});

describe('a compressed certificate is refused', () => {
  const changed = (fields: object) => (bytes: Uint8Array) =>
    encodeCompressedCertificate({ ...decoded('compressed_certificate', bytes), ...fields });
  const throwing = (): Uint8Array => {
    throw new Error('no stream of mine');
  };
  const bad = { code: 'BAD_CERTIFICATE_COMPRESSION', alert: 'bad_certificate', fault: 'peer' };
  const both = { certificateCompression };

  it.each<[string, object, Change, Partial<ClientConfig>?]>([
    ['by another algorithm', { code: 'ILLEGAL_PARAMETER', alert: 'illegal_parameter' }, changed({ algorithm: 7 })],
    ['of fewer bytes than announced', bad, changed({ uncompressedLength: 10_000 })],
    ['of more bytes than announced', bad, changed({ uncompressedLength: 12 })],
    [
      'that the codec refuses',
      bad,
      (bytes) => bytes,
      { certificateCompression: [{ ...turned(1), decompress: () => null }] },
    ],
    [
      'that the codec fails on',
      bad,
      (bytes) => bytes,
      { certificateCompression: [{ ...turned(1), decompress: throwing }] },
    ],
    [
      'that announces too much, before it is decompressed',
      { code: 'LIMIT_EXCEEDED', alert: 'bad_certificate' },
      changed({ uncompressedLength: MAX_CERTIFICATE_MESSAGE_LENGTH + 1 }),
      { certificateCompression: [{ ...turned(1), decompress: throwing }] },
    ],
    [
      'that holds no Certificate',
      { code: 'DECODE_ERROR', alert: 'decode_error' },
      changed({ uncompressedLength: 3, compressedCertificateMessage: Uint8Array.of(1, 2, 3) }),
    ],
    [
      'that holds an empty chain of a server',
      { code: 'DECODE_ERROR', alert: 'decode_error' },
      changed({ uncompressedLength: 4, compressedCertificateMessage: new Uint8Array(4).fill(0xff) }),
    ],
  ])('%s', (_, error, change, client = both) => {
    expect(refusal(client, both, change)).toMatchObject(error);
  });

  it('by an end that did not ask for it', () => {
    const uninvited = encodeCompressedCertificate({
      algorithm: 1,
      uncompressedLength: 4,
      compressedCertificateMessage: new Uint8Array(4).fill(0xff),
    });
    const client = levelClient(clientConfig());
    const server = levelServer(serverConfig());
    deliver(server, client.outbox[0] ?? { level: 'initial', bytes: new Uint8Array(0) });
    const [hello, extensions] = server.outbox;
    if (hello === undefined || extensions === undefined) throw new Error('no answer');
    deliver(client, hello);
    deliver(client, extensions);
    expect(() => deliver(client, { level: 'handshake', bytes: uninvited })).toThrow(
      expect.objectContaining({ code: 'UNEXPECTED_MESSAGE', alert: 'unexpected_message', fault: 'peer' }),
    );
  });
});

describe('an empty compressed certificate of a client', () => {
  const empty = () =>
    encodeCompressedCertificate({
      algorithm: 1,
      uncompressedLength: 4,
      compressedCertificateMessage: new Uint8Array(4).fill(0xff),
    });
  const client = { certificateCompression, credential: clientCredential };

  it('is none where one is required', () => {
    const server = { certificateCompression, clientCertificate: 'require' } as const;
    // The server's comes compressed too; it is left alone.
    const change = (bytes: Uint8Array) => (bytes.length === compressedLength() ? empty() : bytes);
    expect(refusal(client, server, change)).toMatchObject({ code: 'CERTIFICATE_REQUIRED' });
  });

  const compressedLength = () => {
    let length = 0;
    run(client, { certificateCompression, clientCertificate: 'require' }, (bytes) => {
      length = bytes.length;
      return bytes;
    });
    return length;
  };
});

describe('a configuration of compression', () => {
  const code = 'BAD_CONFIGURATION';
  it.each([
    ['an algorithm twice', [turned(1), turned(1)]],
    ['an algorithm that no 16 bits hold', [turned(65_536)]],
    ['an algorithm that is none', [turned(0)]],
    ['more algorithms than the extension has room for', Array.from({ length: 128 }, (_, i) => turned(i + 1))],
  ])('is refused with %s', (_, codecs) => {
    expect(() => levelClient(clientConfig({ certificateCompression: codecs }))).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('takes as many as fit', () => {
    const codecs = Array.from({ length: 127 }, (_, i) => turned(i + 1));
    expect(run({ certificateCompression: codecs }, { certificateCompression: codecs }).client.connected).toBe(true);
  });
});
