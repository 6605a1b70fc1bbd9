/**
 * A server of TLS 1.2 with suites that only clients have here, made of what both roles share: enough of one to see what a
 * client does, and free to do wrong.
 */
import { constants, getDiffieHellman, privateDecrypt, randomBytes, sign } from 'node:crypto';
import { allocate, concat } from '../../src/bytes/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { extension, type RawExtension } from '../../src/tls/extensions/block.ts';
import { extendedMasterSecret } from '../../src/tls/extensions/extended-master-secret.ts';
import { sessionTicket } from '../../src/tls/extensions/session-ticket.ts';
import { statusRequest } from '../../src/tls/extensions/status-request.ts';
import { type MasterSecret, PremasterSecret } from '../../src/tls/key-schedule/tls12.ts';
import { encodeFinished } from '../../src/tls/messages/finished.ts';
import { encodeServerHello } from '../../src/tls/messages/server-hello.ts';
import { encodeTls12Certificate } from '../../src/tls/messages/tls12/certificate.ts';
import { encodeTls12CertificateRequest } from '../../src/tls/messages/tls12/certificate-request.ts';
import { encodeCertificateStatus } from '../../src/tls/messages/tls12/certificate-status.ts';
import { encodeTls12NewSessionTicket } from '../../src/tls/messages/tls12/new-session-ticket.ts';
import { encodeServerHelloDone } from '../../src/tls/messages/tls12/server-hello-done.ts';
import {
  encodeServerKeyExchange,
  encodeServerKeyParams,
  type ServerKeyParams,
} from '../../src/tls/messages/tls12/server-key-exchange.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { LEGACY_SUITES, type LegacySuiteName } from '../../src/tls/registry/legacy-suites.ts';
import { SCHEMES } from '../../src/tls/registry/signature-schemes.ts';
import type { Credential } from '../../src/tls/requests.ts';
import { decoded } from '../tls/hellos.ts';
import { selfSigned } from './credentials.ts';
import type { LevelMessage } from './levels.ts';

/** What such a server does. */
export interface OldServerOptions {
  /** Of RSA or DHE_RSA. */
  readonly suite: LegacySuiteName;
  readonly credential?: Credential & { readonly pem: string };
  /** Says that a status comes, and whether it does. */
  readonly status?: 'sent' | 'announced';
  readonly ticket?: boolean;
  readonly request?: boolean;
  readonly extensions?: readonly RawExtension[];
  readonly params?: Partial<Extract<ServerKeyParams, { readonly kind: 'dhe' }>>;
  readonly scheme?: 'rsa_pkcs1_sha256' | 'rsa_pkcs1_sha1';
  /** What it makes of the premaster secret. */
  readonly premaster?: (secret: Uint8Array) => Uint8Array;
}

let made: (Credential & { readonly pem: string }) | undefined;

/** An RSA credential whose key decrypts too; made once. */
export function decryptingCredential(): Credential & { readonly pem: string } {
  made ??= selfSigned('rsa', ['server.test'], nodeCrypto, ['digitalSignature', 'keyEncipherment']);
  return made;
}

/** See {@link OldServerOptions}. Messages go in by `receive` and come out in the outbox. */
export class OldServer {
  readonly outbox: LevelMessage[] = [];
  /** Whether the client's Finished was right. */
  isConnected = false;
  /** What the client said of the premaster secret. */
  premaster: Uint8Array | undefined;
  readonly #options: OldServerOptions;
  readonly #suite;
  readonly #group = getDiffieHellman('modp14');
  readonly #random = new Uint8Array(randomBytes(32));
  #clientRandom = new Uint8Array(32);
  #transcript: Uint8Array[] = [];
  #master: MasterSecret | undefined;

  constructor(options: OldServerOptions) {
    const suite = LEGACY_SUITES.get(options.suite);
    if (suite === undefined) throw new Error(`${options.suite} is not old`);
    this.#options = options;
    this.#suite = suite;
    this.#group.generateKeys();
  }

  receive({ bytes }: LevelMessage): void {
    if (this.isConnected) return;
    const type = bytes[0];
    if (type !== HANDSHAKE_TYPES.finished) this.#transcript.push(bytes);
    if (type === HANDSHAKE_TYPES.client_hello) this.#answerHello(bytes);
    if (type === HANDSHAKE_TYPES.client_key_exchange) this.#derive(bytes.subarray(6));
    if (type === HANDSHAKE_TYPES.finished) this.#finish(bytes);
  }

  #send(bytes: Uint8Array, level: LevelMessage['level'] = 'initial'): void {
    this.#transcript.push(bytes);
    this.outbox.push({ level, bytes });
  }

  #answerHello(bytes: Uint8Array): void {
    const { suite: _, credential = decryptingCredential(), status, ticket, request, extensions = [] } = this.#options;
    const hello = decoded('client_hello', bytes);
    this.#clientRandom.set(hello.random);
    this.#send(
      encodeServerHello({
        legacyVersion: 0x0303,
        random: this.#random,
        legacySessionIdEcho: new Uint8Array(0),
        cipherSuite: this.#suite.code,
        legacyCompressionMethod: 0,
        extensions: [
          extension(extendedMasterSecret.serverHello, null),
          ...(status === undefined ? [] : [extension(statusRequest.serverHello, null)]),
          ...(ticket ? [extension(sessionTicket.serverHello, null)] : []),
          ...extensions,
        ],
      }),
    );
    this.#send(encodeTls12Certificate(credential.chain));
    if (status === 'sent') this.#send(encodeCertificateStatus(Uint8Array.of(1)));
    if (this.#suite.keyExchange === 'dhe') this.#send(this.#keyExchange());
    if (request) {
      const signatureAlgorithms = Object.values(SCHEMES).map(({ code }) => code);
      this.#send(
        encodeTls12CertificateRequest({ certificateTypes: [1, 64], signatureAlgorithms, certificateAuthorities: [] }),
      );
    }
    this.#send(encodeServerHelloDone());
  }

  #keyExchange(): Uint8Array {
    const { params, scheme = 'rsa_pkcs1_sha256' } = this.#options;
    const signedParams = encodeServerKeyParams({
      kind: 'dhe',
      prime: this.#group.getPrime(),
      generator: this.#group.getGenerator(),
      publicKey: this.#group.getPublicKey(),
      ...params,
    });
    const signature = signed(this.#options, concat([this.#clientRandom, this.#random, signedParams]));
    return encodeServerKeyExchange({ signedParams, algorithm: SCHEMES[scheme].code, signature });
  }

  #derive(exchangeKeys: Uint8Array): void {
    const { premaster = (secret) => secret } = this.#options;
    this.premaster =
      this.#suite.keyExchange === 'rsa'
        ? decrypted(this.#options, exchangeKeys)
        : withoutZeros(this.#group.computeSecret(exchangeKeys));
    const base = { crypto: nodeCrypto, suite: this.#suite, allocate };
    this.#master = new PremasterSecret(base, premaster(this.premaster)).extendedMaster(this.#digest());
  }

  #finish(bytes: Uint8Array): void {
    const expected = this.#master?.verifyData('client', this.#digest());
    this.isConnected = Buffer.from(expected ?? []).equals(bytes.subarray(4));
    this.#transcript.push(bytes);
    if (this.#options.ticket) {
      this.#send(encodeTls12NewSessionTicket({ ticketLifetimeHint: 60, ticket: Uint8Array.of(1) }));
    }
    const verifyData = this.#master?.verifyData('server', this.#digest()) ?? new Uint8Array(12);
    this.#send(encodeFinished({ verifyData }), 'application');
  }

  #digest(): Uint8Array {
    return nodeCrypto.digest(this.#suite.hash, concat(this.#transcript));
  }
}

function signed(
  { credential = decryptingCredential(), scheme = 'rsa_pkcs1_sha256' }: OldServerOptions,
  data: Uint8Array,
) {
  return new Uint8Array(sign(scheme.endsWith('sha1') ? 'sha1' : 'sha256', data, credential.pem));
}

/** Without looking at the padding: what stands at the end is what the client encrypted. */
function decrypted({ credential = decryptingCredential() }: OldServerOptions, encrypted: Uint8Array): Uint8Array {
  const block = privateDecrypt({ key: credential.pem, padding: constants.RSA_NO_PADDING }, encrypted);
  return new Uint8Array(block.subarray(block.length - 48));
}

function withoutZeros(secret: Buffer): Uint8Array {
  return new Uint8Array(secret.subarray(secret.findIndex((byte) => byte !== 0)));
}
