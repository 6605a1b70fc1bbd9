import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MESSAGE_CASES, type MessageCase } from '../../../test/support/messages.ts';
import { EMPTY, fromHex } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { ExtensionBlock, extension } from '../extensions/block.ts';
import { keyShare } from '../extensions/key-share.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import { HANDSHAKE_TYPES } from '../registry/handshake-types.ts';
import { encodeCertificate, MAX_CHAIN_LENGTH } from './certificate.ts';
import { type Field, FieldTree } from './field-tree.ts';
import { decodeMessage, type HandshakeMessage, type HandshakeName } from './message.ts';
import { encodeHelloRetryRequest, encodeServerHello } from './server-hello.ts';

/** The fields of a decoded message, with extension blocks as lists, to compare with what was encoded. */
function plain(value: unknown): unknown {
  if (value instanceof ExtensionBlock) return value.raw;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field)]));
}

function decode(bytes: Uint8Array, tree?: FieldTree): HandshakeMessage {
  return decodeMessage(bytes[0] ?? 0, bytes, tree);
}

/** The error of a decoder, or `undefined` where it succeeds. Anything but a TlsError fails the test. */
function refusal(bytes: Uint8Array): TlsError | undefined {
  try {
    decode(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof TlsError) return error;
    throw error;
  }
}

/** The spans of all fields without parts, in order. */
function leaves(fields: readonly Field[]): { start: number; end: number }[] {
  return fields.flatMap((field) => (field.children === undefined ? [field.span] : leaves(field.children)));
}

function expectCovered(fields: readonly Field[], length: number): void {
  let offset = 0;
  for (const { start, end } of leaves(fields)) {
    expect(start).toBe(offset);
    offset = end;
  }
  expect(offset).toBe(length);
}

/** The message with its length field made right again after its body was cut or extended. */
function withBody(bytes: Uint8Array, body: Uint8Array): Uint8Array {
  const { length } = body;
  return new Uint8Array([bytes[0] ?? 0, length >> 16, (length >> 8) & 0xff, length & 0xff, ...body]);
}

const names = Object.keys(MESSAGE_CASES) as HandshakeName[];

describe.each(names)('%s', (name) => {
  const arbitrary = MESSAGE_CASES[name];
  const property = (predicate: (message: MessageCase) => void) => fc.property(arbitrary, predicate);

  it('decodes what it encodes, with and without a sink', () => {
    fc.assert(
      property(({ bytes, fields }) => {
        const tree = new FieldTree();
        expect(plain(decode(bytes))).toEqual({ type: name, ...fields });
        expect(plain(decode(bytes, tree))).toEqual({ type: name, ...fields });
        expectCovered(tree.fields, bytes.length);
      }),
    );
  });

  it('refuses a message that ends early, at every offset', () => {
    fc.assert(
      property(({ bytes }) => {
        const alerts = Array.from(bytes, (_, length) => refusal(bytes.subarray(0, length))?.alert);
        expect(alerts).toEqual(alerts.map((_, length) => (length === 0 ? 'unexpected_message' : 'decode_error')));
      }),
      { numRuns: 5 },
    );
  });

  it('refuses a body that ends early although its length is right, or reads it to its end', () => {
    fc.assert(
      property(({ bytes }) => {
        for (let length = 4; length < bytes.length; length++) {
          const cut = withBody(bytes, bytes.subarray(4, length));
          const alert = refusal(cut)?.alert;
          // A hello without extensions and a Finished of any length have a right form.
          const canEnd = name === 'finished' || name === 'client_hello' || name === 'server_hello';
          expect(canEnd ? [undefined, 'decode_error'] : ['decode_error']).toContain(alert);
        }
        expect([undefined, 'decode_error']).toContain(refusal(withBody(bytes, EMPTY))?.alert);
      }),
      { numRuns: 5 },
    );
  });

  it('refuses bytes after the body', () => {
    fc.assert(
      property(({ bytes }) => {
        const alert = refusal(withBody(bytes, new Uint8Array([...bytes.subarray(4), 0])))?.alert;
        expect(alert).toBe(name === 'finished' ? undefined : 'decode_error');
      }),
    );
  });

  it('decodes changed bytes into covered fields or throws a TlsError with an alert', () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(arbitrary, fc.array(change, { minLength: 1, maxLength: 3 }), ({ bytes }, changes) => {
        const changed = Uint8Array.from(bytes);
        for (const { at, to } of changes) changed[at % changed.length] = to;
        const error = refusal(changed);
        if (error !== undefined) {
          expect(error.alert).toMatch(/^(decode_error|illegal_parameter|unexpected_message)$/);
          expect(error.fault).toBe('peer');
          return;
        }
        const tree = new FieldTree();
        decode(changed, tree);
        expectCovered(tree.fields, changed.length);
      }),
    );
  });
});

describe('decodeMessage', () => {
  it.each([
    ['server_key_exchange', HANDSHAKE_TYPES.server_key_exchange],
    ['hello_request', HANDSHAKE_TYPES.hello_request],
    ['certificate_status', HANDSHAKE_TYPES.certificate_status],
    ['message_hash', HANDSHAKE_TYPES.message_hash],
    ['handshake type 99', 99],
  ])('does not expect %s', (name, code) => {
    expect(refusal(new Uint8Array([code, 0, 0, 0]))).toMatchObject({
      code: 'UNEXPECTED_MESSAGE',
      alert: 'unexpected_message',
      message: expect.stringContaining(name),
    });
  });

  it('refuses a request_update that is neither 0 nor 1 (RFC 8446 section 4.6.3)', () => {
    expect(refusal(fromHex('18 000001 02'))).toMatchObject({
      alert: 'illegal_parameter',
      evidence: { messageType: 'key_update', span: { start: 4, end: 5 } },
    });
  });

  it('says where the bytes fail', () => {
    expect(refusal(fromHex('0f 000004 0403 0001'))).toMatchObject({
      code: 'DECODE_ERROR',
      message: 'certificate_verify: signature needs 1 bytes, 0 left',
      evidence: { messageType: 'certificate_verify', span: { start: 8, end: 8 } },
    });
  });
});

describe('the hellos of TLS 1.2', () => {
  const random = '11'.repeat(32);

  it('may have no extensions field', () => {
    const client = decode(fromHex(`01 000029 0303 ${random} 00 0002 c02f 01 00`));
    const server = decode(fromHex(`02 000026 0303 ${random} 00 c02f 00`));
    expect([client.type, server.type]).toEqual(['client_hello', 'server_hello']);
    for (const hello of [client, server]) {
      expect(hello).toMatchObject({ legacyVersion: 0x0303 });
      expect(plain(hello)).toMatchObject({ extensions: [] });
    }
  });

  it.each([
    ['no cipher suites', `01 000027 0303 ${random} 00 0000 01 00`],
    ['half a cipher suite', `01 000028 0303 ${random} 00 0001 c0 01 00`],
    ['no compression methods', `01 000028 0303 ${random} 00 0002 c02f 00`],
    ['a session id of 33 bytes', `01 00004a 0303 ${random} 21 ${'00'.repeat(33)} 0002 c02f 01 00`],
    ['one byte after the compression methods', `01 00002a 0303 ${random} 00 0002 c02f 01 00 00`],
    ['one byte after the extensions', `01 00002c 0303 ${random} 00 0002 c02f 01 00 0000 00`],
  ])('may not have %s', (_title, hex) => {
    expect(refusal(fromHex(hex))?.alert).toBe('decode_error');
  });
});

describe('a ServerHello with the random of a HelloRetryRequest', () => {
  const fields = {
    legacyVersion: 0x0303,
    legacySessionIdEcho: EMPTY,
    cipherSuite: 0x1301,
    legacyCompressionMethod: 0,
  };

  it('is a HelloRetryRequest, and its key_share a group', () => {
    const version = extension(supportedVersions.helloRetryRequest, 0x0304);
    const extensions = [version, extension(keyShare.helloRetryRequest, 23)];
    const message = decode(encodeHelloRetryRequest({ ...fields, extensions }));
    if (message.type !== 'hello_retry_request') throw new Error(`decoded as ${message.type}`);
    expect(message.extensions.get(keyShare.helloRetryRequest)).toBe(23);
    const random = Uint8Array.from(message.random);
    random[31] = 0;
    expect(decode(encodeServerHello({ ...fields, random, extensions: [version] })).type).toBe('server_hello');
  });

  it('has an extensions field', () => {
    const bytes = encodeHelloRetryRequest({ ...fields, extensions: [] });
    expect(refusal(withBody(bytes, bytes.subarray(4, -2)))?.alert).toBe('decode_error');
  });
});

describe('a chain', () => {
  const chain = (length: number) =>
    encodeCertificate({
      certificateRequestContext: EMPTY,
      certificateList: Array.from({ length }, () => ({ certData: fromHex('3000'), extensions: [] })),
    });

  it(`has at most ${MAX_CHAIN_LENGTH} certificates`, () => {
    expect(refusal(chain(MAX_CHAIN_LENGTH))).toBeUndefined();
    expect(refusal(chain(MAX_CHAIN_LENGTH + 1))).toMatchObject({ code: 'LIMIT_EXCEEDED', fault: 'peer' });
  });

  it('has no empty certificate', () => {
    expect(refusal(fromHex('0b 000009 00 000005 000000 0000'))?.alert).toBe('decode_error');
  });
});
