import { describe, expect, it } from 'vitest';
import {
  deliver,
  type LevelEnd,
  type LevelMessage,
  levelClient,
  levelServer,
} from '../../../../test/support/levels.ts';
import { decoded } from '../../../../test/tls/hellos.ts';
import { clientConfig, clientCredential, serverConfig } from '../../../../test/tls/scenarios.ts';
import { concat, EMPTY } from '../../../bytes/index.ts';
import { nodeCrypto } from '../../../crypto/node/index.ts';
import type { ClientConfig } from '../../config.ts';
import { extension } from '../../extensions/block.ts';
import { signatureAlgorithms } from '../../extensions/signature-algorithms.ts';
import { encodeCertificateRequest } from '../../messages/certificate-request.ts';
import { signedContent } from '../../negotiate/signature.ts';
import { MAX_POST_HANDSHAKE_REQUESTS } from '../../record/limits.ts';
import { SIGNATURE_SCHEMES } from '../../registry/signature-schemes.ts';
import { sendKeyUpdate } from '../key-update.ts';

const offering: Partial<ClientConfig> = { postHandshakeAuth: true, credential: clientCredential };

function request(context: number, scheme: number = SIGNATURE_SCHEMES.ed25519): Uint8Array {
  return encodeCertificateRequest({
    certificateRequestContext: Uint8Array.of(context),
    extensions: [extension(signatureAlgorithms.certificateRequest, [scheme])],
  });
}

/** A connected client, with everything that its transcript holds. */
function connected(config: Partial<ClientConfig>) {
  const client = levelClient(clientConfig({ cipherSuites: ['TLS_AES_128_GCM_SHA256'], ...config }));
  const server = levelServer(serverConfig());
  const transcript: Uint8Array[] = [];
  for (let turn = 0; turn < 3; turn++) {
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      for (const message of from.outbox.splice(0)) {
        transcript.push(message.bytes);
        deliver(to, message);
      }
    }
  }
  expect(client.handshake.connected).toBe(true);
  return { client, transcript };
}

/** The answer to a request, checked against what RFC 8446 section 4.4 has it sign. */
function expectAnswer(
  { client, transcript }: ReturnType<typeof connected>,
  asked: Uint8Array,
  answer: readonly LevelMessage[],
) {
  const [certificate, verify, finished] = answer.map(({ bytes }) => bytes);
  if (certificate === undefined || verify === undefined || finished === undefined) throw new Error('no answer');
  expect(answer.map(({ level }) => level)).toEqual(['application', 'application', 'application']);
  const hash = (...more: Uint8Array[]) => nodeCrypto.digest('sha256', concat([...transcript, asked, ...more]));
  expect(decoded('certificate', certificate)).toMatchObject({
    certificateRequestContext: decoded('certificate_request', asked).certificateRequestContext,
    certificateList: [{ certData: clientCredential.chain[0] }],
  });
  const { algorithm, signature } = decoded('certificate_verify', verify);
  expect(algorithm).toBe(SIGNATURE_SCHEMES.ed25519);
  const key = nodeCrypto.importPublicKey(clientCredential.key.spki);
  expect(key.verify('ed25519', signedContent('client', hash(certificate)), signature)).toBe(true);
  const { secret } = client.handshake.context.writeSecret ?? {};
  expect(decoded('finished', finished).verifyData).toEqual(secret?.verifyData(hash(certificate, verify)));
}

const ask = (client: LevelEnd, bytes: Uint8Array) => deliver(client, { level: 'application', bytes });

describe('a request for a certificate after the handshake', () => {
  it('is answered over the handshake and itself, each on its own', () => {
    const ends = connected(offering);
    for (const context of [1, 2]) {
      ask(ends.client, request(context));
      expectAnswer(ends, request(context), ends.client.outbox.splice(0));
    }
    expect(ends.client.handshake.context.info.certificateRequest?.signatureSchemes).toEqual([
      SIGNATURE_SCHEMES.ed25519,
    ]);
  });

  it('is answered under the keys of the moment', () => {
    const ends = connected(offering);
    sendKeyUpdate(ends.client.handshake.context, false);
    ends.client.outbox.splice(0);
    ask(ends.client, request(1));
    expectAnswer(ends, request(1), ends.client.outbox.splice(0));
    expect(ends.client.handshake.context.writeSecret?.generation).toBe(1);
  });

  it.each<[string, Partial<ClientConfig>, number]>([
    ['a client has no certificate', { postHandshakeAuth: true }, SIGNATURE_SCHEMES.ed25519],
    ['none fits', offering, SIGNATURE_SCHEMES.rsa_pss_rsae_sha256],
  ])('is answered with an empty list where %s', (_, config, scheme) => {
    const { client, transcript } = connected(config);
    const asked = request(7, scheme);
    ask(client, asked);
    const [certificate, finished, ...more] = client.outbox.splice(0).map(({ bytes }) => bytes);
    expect(more).toEqual([]);
    expect(decoded('certificate', certificate ?? EMPTY)).toMatchObject({
      certificateRequestContext: Uint8Array.of(7),
      certificateList: [],
    });
    const hash = nodeCrypto.digest('sha256', concat([...transcript, asked, certificate ?? EMPTY]));
    const { secret } = client.handshake.context.writeSecret ?? {};
    expect(decoded('finished', finished ?? EMPTY).verifyData).toEqual(secret?.verifyData(hash));
  });

  it('leaves whole, however long the certificate and the signature take', () => {
    const ends = connected({ postHandshakeAuth: true, credential: 'ask' });
    const { handshake, outbox } = ends.client;
    handshake.receive('application', request(3));
    handshake.process();
    const first = handshake.request;
    if (first?.name !== 'client_certificate') throw new Error(`${first?.name} is asked`);
    const { chain, key } = clientCredential;
    handshake.answer(first, { chain, key: { remote: true, schemes: key.schemes } });
    const second = handshake.request;
    if (second?.name !== 'sign') throw new Error(`${second?.name} is asked`);
    expect(outbox).toEqual([]);
    handshake.answer(second, key.sign(second.question.scheme, second.question.data));
    expectAnswer(ends, request(3), outbox.splice(0));
    expect([handshake.request, handshake.connected]).toEqual([undefined, true]);
  });

  it('is refused by a client that did not offer to answer', () => {
    const { client } = connected({ credential: clientCredential });
    expect(() => ask(client, request(1))).toThrow(
      expect.objectContaining({
        code: 'UNEXPECTED_MESSAGE',
        alert: 'unexpected_message',
        spec: 'RFC 8446 section 4.6.2',
      }),
    );
  });

  it('is refused without schemes, and beyond a limit', () => {
    const without = encodeCertificateRequest({ certificateRequestContext: EMPTY, extensions: [] });
    expect(() => ask(connected(offering).client, without)).toThrow(
      expect.objectContaining({ code: 'MISSING_EXTENSION' }),
    );
    const { client } = connected({ postHandshakeAuth: true });
    for (let i = 0; i < MAX_POST_HANDSHAKE_REQUESTS; i++) ask(client, request(i));
    expect(() => ask(client, request(99))).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
  });
});

it('post_handshake_auth is offered only when configured', () => {
  const offers = (config: Partial<ClientConfig>) =>
    decoded('client_hello', levelClient(clientConfig(config)).outbox[0]?.bytes ?? EMPTY).extensions.has(49);
  expect([offers({}), offers({ postHandshakeAuth: true }), offers({ postHandshakeAuth: false })]).toEqual([
    false,
    true,
    false,
  ]);
});
