import { describe, expect, it } from 'vitest';
import { EMPTY, fromHex } from '../../../bytes/index.ts';
import { TlsError } from '../../error.ts';
import { CIPHER_SUITES } from '../../registry/cipher-suites.ts';
import { type KeyExchange, keyExchangeOf } from '../../registry/key-exchange.ts';
import { VERSIONS } from '../../registry/versions.ts';
import { MAX_CHAIN_LENGTH } from '../certificate.ts';
import { type Field, FieldTree } from '../field-tree.ts';
import { encodeKeyUpdate } from '../key-update.ts';
import { encodeTls12Certificate } from './certificate.ts';
import { encodeTls12CertificateRequest } from './certificate-request.ts';
import { encodeCertificateStatus } from './certificate-status.ts';
import { encodeClientKeyExchange } from './client-key-exchange.ts';
import { encodeHelloRequest } from './hello-request.ts';
import { decodeTls12Message, type Tls12Message } from './message.ts';
import { encodeTls12NewSessionTicket } from './new-session-ticket.ts';
import { encodeServerHelloDone } from './server-hello-done.ts';
import {
  encodeServerKeyExchange,
  encodeServerKeyParams,
  type ServerKeyExchangeContext,
  type ServerKeyParams,
} from './server-key-exchange.ts';

const bytes = (length: number) => Uint8Array.from({ length }, (_, at) => at + 1);
const ecdhe: ServerKeyParams = { kind: 'ecdhe', group: 23, publicKey: bytes(65) };
const dhe: ServerKeyParams = { kind: 'dhe', prime: bytes(128), generator: Uint8Array.of(2), publicKey: bytes(127) };
const signature = bytes(70);
const ecdheIn = (version: number): ServerKeyExchangeContext => ({ version, keyExchange: 'ecdhe', isAnonymous: false });
const [tls11, tls12] = [ecdheIn(VERSIONS.tls11), ecdheIn(VERSIONS.tls12)];

function keyExchange(params: ServerKeyParams, signed: { algorithm?: number; signature?: Uint8Array }) {
  const signedParams = encodeServerKeyParams(params);
  return {
    message: encodeServerKeyExchange({ signedParams, ...signed }),
    decoded: { type: 'server_key_exchange', params, signedParams, ...signed },
  };
}

function clientKeyExchange(exchange: KeyExchange): Case {
  return {
    message: encodeClientKeyExchange(exchange, bytes(65)),
    decoded: { type: 'client_key_exchange', exchangeKeys: bytes(65) },
    context: { ...tls12, keyExchange: exchange },
  };
}

interface Case {
  readonly message: Uint8Array;
  readonly decoded: object;
  readonly context?: ServerKeyExchangeContext;
}

const request = { certificateTypes: [1, 64], certificateAuthorities: [bytes(9), bytes(20)] };
const signatureAlgorithms = [0x0403, 0x0804];

const CASES: Record<string, Case> = {
  Certificate: {
    message: encodeTls12Certificate([bytes(40), bytes(9)]),
    decoded: { type: 'certificate', certificateList: [{ certData: bytes(40) }, { certData: bytes(9) }] },
  },
  'Certificate without one': {
    message: encodeTls12Certificate([]),
    decoded: { type: 'certificate', certificateList: [] },
  },
  'ServerKeyExchange, ECDHE': keyExchange(ecdhe, { algorithm: 0x0403, signature }),
  'ServerKeyExchange, ECDHE before TLS 1.2': { ...keyExchange(ecdhe, { signature }), context: tls11 },
  'ServerKeyExchange, DHE': {
    ...keyExchange(dhe, { algorithm: 0x0401, signature }),
    context: { ...tls12, keyExchange: 'dhe' },
  },
  'ServerKeyExchange that nobody signs': {
    ...keyExchange(ecdhe, {}),
    context: { ...tls12, isAnonymous: true },
  },
  CertificateRequest: {
    message: encodeTls12CertificateRequest({ ...request, signatureAlgorithms }),
    decoded: { type: 'certificate_request', ...request, signatureAlgorithms },
  },
  'CertificateRequest before TLS 1.2': {
    message: encodeTls12CertificateRequest(request),
    decoded: { type: 'certificate_request', ...request },
    context: tls11,
  },
  CertificateStatus: {
    message: encodeCertificateStatus(bytes(30)),
    decoded: { type: 'certificate_status', response: bytes(30) },
  },
  HelloRequest: { message: encodeHelloRequest(), decoded: { type: 'hello_request' } },
  'ClientKeyExchange, ECDHE': clientKeyExchange('ecdhe'),
  'ClientKeyExchange, DHE': clientKeyExchange('dhe'),
  'ClientKeyExchange, RSA': clientKeyExchange('rsa'),
  'ClientKeyExchange, a shared secret': clientKeyExchange('other'),
  NewSessionTicket: {
    message: encodeTls12NewSessionTicket({ ticketLifetimeHint: 7200, ticket: bytes(100) }),
    decoded: { type: 'new_session_ticket', ticketLifetimeHint: 7200, ticket: bytes(100) },
  },
  ServerHelloDone: { message: encodeServerHelloDone(), decoded: { type: 'server_hello_done' } },
};

/** The code of the error; anything but a TlsError fails the test. */
function refusal(message: Uint8Array, context = tls12): string | undefined {
  try {
    decodeTls12Message(message, context);
    return undefined;
  } catch (error) {
    if (error instanceof TlsError) return error.code;
    throw error;
  }
}

function leaves(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => (field.children === undefined ? [field] : leaves(field.children)));
}

/** A message of this type with this body. */
function withBody(type: number, body: Uint8Array): Uint8Array {
  return Uint8Array.of(type, body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff, ...body);
}

describe.each(Object.entries(CASES))('%s', (name, { message, decoded, context = tls12 }) => {
  it('decodes what it encodes, with every byte in a field', () => {
    const tree = new FieldTree();
    const result: Tls12Message = decodeTls12Message(message, context, tree);
    expect(result).toEqual(decoded);
    const parts = leaves(tree.fields);
    expect(parts.map(({ span }) => span.start)).toEqual([0, ...parts.map(({ span }) => span.end)].slice(0, -1));
    expect(parts.at(-1)?.span.end).toBe(message.length);
  });

  it('refuses what ends early or late', () => {
    const [type = 0] = message;
    const body = message.subarray(4);
    for (let length = 0; length < body.length; length++) {
      expect(refusal(withBody(type, body.subarray(0, length)), context)).toBe('DECODE_ERROR');
      expect(refusal(message.subarray(0, 4 + length), context)).toBe('DECODE_ERROR');
    }
    expect(refusal(withBody(type, Uint8Array.of(...body, 0)), context), name).toBe('DECODE_ERROR');
  });
});

describe('what is refused', () => {
  it.each([
    ['a message of TLS 1.3', encodeKeyUpdate({ requestUpdate: false }), 'UNEXPECTED_MESSAGE'],
    ['no message', EMPTY, 'DECODE_ERROR'],
    ['a chain without end', encodeTls12Certificate(Array(MAX_CHAIN_LENGTH + 1).fill(bytes(3))), 'LIMIT_EXCEEDED'],
    ['a curve that is spelt out', fromHex('0c000009010000000000000000'), 'DECODE_ERROR'],
    ['a status that is not OCSP', fromHex('1600000702000003010203'), 'DECODE_ERROR'],
  ])('%s', (_, message, code) => {
    expect(refusal(message)).toBe(code);
  });

  it('a ServerKeyExchange of a key exchange without a known form', () => {
    const { message } = keyExchange(ecdhe, { algorithm: 0x0403, signature });
    expect(refusal(message, { ...tls12, keyExchange: 'rsa' })).toBe('DECODE_ERROR');
  });

  it('a chain of the longest length is not', () => {
    expect(refusal(encodeTls12Certificate(Array(MAX_CHAIN_LENGTH).fill(bytes(3))))).toBeUndefined();
  });
});

describe('the key exchange of a suite', () => {
  it.each([
    ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ecdhe', false],
    ['TLS_DHE_DSS_WITH_AES_128_CBC_SHA', 'dhe', false],
    ['TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA', 'dhe', false],
    ['TLS_RSA_WITH_AES_128_CBC_SHA', 'rsa', false],
    ['TLS_ECDH_RSA_WITH_AES_128_CBC_SHA', 'ecdh', false],
    ['TLS_ECDH_anon_WITH_AES_128_CBC_SHA', 'ecdhe', true],
    ['TLS_DH_anon_WITH_AES_128_CBC_SHA', 'dhe', true],
    ['TLS_PSK_WITH_AES_128_CBC_SHA', 'other', false],
  ] as const)('%s', (name, keyExchange, isAnonymous) => {
    expect(keyExchangeOf(CIPHER_SUITES[name])).toEqual({ keyExchange, isAnonymous });
  });

  it('is none in TLS 1.3, or for a code that nobody registered', () => {
    expect(keyExchangeOf(CIPHER_SUITES.TLS_AES_128_GCM_SHA256)).toBeUndefined();
    expect(keyExchangeOf(0xfefe)).toBeUndefined();
  });
});
