/**
 * Handshakes recorded once with keys that are the same in every process, to be replayed into one fresh engine a run:
 * what its peer sent is at hand, and what it says itself is what the recording answers.
 */
import { toHex } from '../../src/bytes/index.ts';
import type { CryptoProvider } from '../../src/crypto/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import type { HandshakeContext, HandshakeLayer } from '../../src/tls/context.ts';
import type { Handshake } from '../../src/tls/handshake.ts';
import { firstOffer } from '../../src/tls/hello/offer.ts';
import { type ClientConfig, type ServerConfig, type TicketSealer, TlsConnection } from '../../src/tls/index.ts';
import type { TrafficSecret } from '../../src/tls/key-schedule/tls13.ts';
import { encodeKeyUpdate } from '../../src/tls/messages/key-update.ts';
import { encodeNewSessionTicket } from '../../src/tls/messages/new-session-ticket.ts';
import { serverSetup } from '../../src/tls/negotiate/server-setup.ts';
import { CONTENT_TYPES } from '../../src/tls/record/content-type.ts';
import { clientHandshake, serverHandshake } from '../../src/tls/roles.ts';
import { keyOfLeaf } from '../support/credentials.ts';
import { IDLE_LAYER } from '../support/levels.ts';
import {
  emptyRecording,
  type KnownGroup,
  knownShare,
  type Recording,
  recordingCrypto,
  recordingKey,
  replayingCrypto,
  replayingKey,
} from '../support/replay.ts';
import { fuzzCredentials, type LocalCredential } from './credentials.ts';
import { Sealer, type Unit } from './flight.ts';
import { Random } from './random.ts';

/** What is particular to one recorded handshake. */
export interface Scenario {
  readonly name: string;
  readonly client: Omit<ClientConfig, 'crypto' | 'credential'> & { readonly authenticates?: true };
  readonly server: Omit<ServerConfig, 'crypto' | 'credentials'>;
}

/** Both ends have it from elsewhere. */
const psks = [{ identity: Uint8Array.of(1, 2, 3), key: new Uint8Array(32).fill(4) }];
const now = () => 1_790_000_000_000;
/** Keeps sessions in clear, so that the same ones come again. */
const tickets: TicketSealer = { seal: (state) => state, open: (ticket) => ticket };

/** Handshakes with every message of TLS 1.3 that the machines have. */
export const SCENARIOS: readonly Scenario[] = [
  { name: 'plain', client: { groups: ['x25519'], alpn: ['h2', 'http/1.1'] }, server: { alpn: ['h2'] } },
  {
    name: 'retry',
    client: { groups: ['x25519', 'secp256r1'], recordSizeLimit: 16_385, authenticates: true },
    server: { groups: ['secp256r1'], clientCertificate: 'require', recordSizeLimit: 4_000 },
  },
  {
    name: 'bare',
    client: { groups: ['x25519'], middleboxCompatibility: false, requestOcsp: false, requestScts: false },
    server: { cipherSuites: ['TLS_CHACHA20_POLY1305_SHA256'], clientCertificate: 'request', padTo: 64 },
  },
  {
    name: 'key',
    client: { groups: ['x25519'], psks, sessions: { now } },
    server: { psks, sessions: { now, tickets } },
  },
];

/** One direction of a recorded handshake. */
export interface Recorded {
  /** What the peer of the engine under test sends, then data, a KeyUpdate, data under the next keys, close_notify. */
  readonly units: readonly Unit[];
  readonly sealer: Sealer;
  /** A fresh engine that is to receive the units, traced by `trace`. */
  readonly engine: (trace: ClientConfig['trace']) => TlsConnection;
}

interface End {
  readonly handshake: Handshake<HandshakeContext>;
  readonly units: Unit[];
  readonly secrets: TrafficSecret[];
}

const KEYS = { initial: 0, early: 0, handshake: 1, application: 2 } as const;

/** A recorded scenario; `client` is what to test a client with, so the server's flights, and `server` the other way. */
export interface RecordedScenario {
  readonly client: Recorded;
  readonly server: Recorded;
  /** For one more engine that says what was recorded. */
  readonly configs: { readonly client: () => ClientConfig; readonly server: () => ServerConfig };
}

/** Runs a scenario once. */
export function record(scenario: Scenario): RecordedScenario {
  const recordings = { client: emptyRecording(), server: emptyRecording() };
  const { authenticates, ...clientOptions } = scenario.client;
  const credentials = fuzzCredentials();
  const clientConfig = (crypto: CryptoProvider, credential: LocalCredential): ClientConfig => ({
    ...clientOptions,
    crypto,
    serverName: 'server.test',
    ...(authenticates === undefined ? {} : { credential }),
  });
  const serverConfig = (crypto: CryptoProvider, credential: LocalCredential): ServerConfig => ({
    ...scenario.server,
    crypto,
    credentials: [credential],
  });
  const recordedCredential = (role: keyof typeof recordings): LocalCredential => ({
    ...credentials[role],
    key: recordingKey(credentials[role].key, recordings[role]),
  });
  const recordedCrypto = (role: keyof typeof recordings) =>
    recordingCrypto(seededCrypto(nodeCrypto, `${scenario.name} ${role}`), recordings[role]);
  const client = end((layer) =>
    clientHandshake(firstOffer(clientConfig(recordedCrypto('client'), recordedCredential('client'))), layer),
  );
  const server = end((layer) =>
    serverHandshake(serverSetup(serverConfig(recordedCrypto('server'), recordedCredential('server'))), layer),
  );
  handshake(client, server);
  const replayed = (role: keyof typeof recordings): [CryptoProvider, LocalCredential] => {
    const recording: Recording = recordings[role];
    const { key } = credentials[role];
    return [
      replayingCrypto(seededCrypto(nodeCrypto, `${scenario.name} ${role} afresh`), recording),
      { ...credentials[role], key: replayingKey(key, recording) },
    ];
  };
  const configs = {
    client: () => clientConfig(...replayed('client')),
    server: () => serverConfig(...replayed('server')),
  };
  return {
    configs,
    client: {
      units: [...server.units, ...afterwards(false)],
      sealer: sealerOf(server),
      engine: (trace) => TlsConnection.client({ ...configs.client(), ...(trace && { trace }) }),
    },
    server: {
      units: [...client.units, ...afterwards(true)],
      sealer: sealerOf(client),
      engine: (trace) => TlsConnection.server({ ...configs.server(), ...(trace && { trace }) }),
    },
  };
}

/** `crypto` whose random bytes and key pairs follow from a seed. */
function seededCrypto(crypto: CryptoProvider, seed: string): CryptoProvider {
  const random = new Random(seed);
  return {
    ...crypto,
    random: (length) => random.bytes(length),
    group(name) {
      const generate = () => knownShare(crypto, name as KnownGroup, random.bytes(32));
      return {
        name,
        generate,
        respond(peerShare) {
          const { share, finish } = generate();
          return { share, secret: finish(peerShare) };
        },
      };
    },
  };
}

function end(begin: (layer: HandshakeLayer) => Handshake<HandshakeContext>): End {
  const units: Unit[] = [];
  const secrets: TrafficSecret[] = [];
  const layer: HandshakeLayer = {
    ...IDLE_LAYER,
    writeMessage: (level, content) =>
      units.push({ keys: KEYS[level], type: CONTENT_TYPES.handshake, padding: 0, content }),
    setWriteKey: (_level, secret) => secrets.push(secret),
    writeChangeCipherSpec: () =>
      units.push({ keys: 0, type: CONTENT_TYPES.change_cipher_spec, padding: 0, content: Uint8Array.of(1) }),
  };
  return { handshake: begin(layer), units, secrets };
}

function handshake(client: End, server: End): void {
  let [fromClient, fromServer] = [0, 0];
  while (fromClient < client.units.length || fromServer < server.units.length) {
    for (; fromClient < client.units.length; fromClient++) deliver(server, client.units[fromClient]);
    for (; fromServer < server.units.length; fromServer++) deliver(client, server.units[fromServer]);
  }
  if (!client.handshake.connected || !server.handshake.connected) throw new Error('the recorded handshake failed');
}

function deliver({ handshake }: End, unit: Unit | undefined): void {
  if (unit?.type !== CONTENT_TYPES.handshake) return;
  handshake.receive((['initial', 'handshake', 'application'] as const)[unit.keys] ?? 'initial', unit.content);
  handshake.process();
  for (let { request } = handshake; request !== undefined; { request } = handshake) {
    if (request.name === 'verdict') handshake.answer(request, { accepted: true });
    else if (request.name === 'peer_key') handshake.answer(request, keyOfLeaf(request.question.leaf));
    else throw new Error(`unexpected request ${request.name}`);
    handshake.process();
  }
}

function sealerOf({ secrets }: End): Sealer {
  const [handshake, application] = secrets;
  if (handshake === undefined || application === undefined) throw new Error('the recorded handshake has no keys');
  return new Sealer(nodeCrypto, [handshake, application, application.next()]);
}

function afterwards(isClient: boolean): Unit[] {
  const data = (keys: number, text: string): Unit => ({
    keys,
    type: CONTENT_TYPES.application_data,
    padding: 0,
    content: new TextEncoder().encode(text),
  });
  const ticket = encodeNewSessionTicket({
    ticketLifetime: 7200,
    ticketAgeAdd: 1,
    ticketNonce: Uint8Array.of(0),
    ticket: Uint8Array.of(1, 2, 3),
    extensions: [],
  });
  const message = (content: Uint8Array): Unit => ({ keys: 2, type: CONTENT_TYPES.handshake, padding: 0, content });
  return [
    ...(isClient ? [] : [message(ticket)]),
    data(2, 'before'),
    message(encodeKeyUpdate({ requestUpdate: true })),
    data(3, 'after'),
    { keys: 3, type: CONTENT_TYPES.alert, padding: 0, content: Uint8Array.of(1, 0) },
  ];
}

/** Units as one text, to be compared: handshake bytes by the keys they are under, however they are cut. */
export function handshakeStream(units: readonly Unit[]): readonly { readonly keys: number; readonly bytes: string }[] {
  const runs: { keys: number; bytes: string }[] = [];
  for (const { keys, type, content } of units) {
    if (type !== CONTENT_TYPES.handshake) continue;
    const last = runs.at(-1);
    if (last?.keys === keys) last.bytes += toHex(content);
    else runs.push({ keys, bytes: toHex(content) });
  }
  return runs;
}
