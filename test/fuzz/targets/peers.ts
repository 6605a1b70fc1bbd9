/**
 * A peer that says one thing wrong and means it (its own keys, signatures and Finished cover what it said) makes an
 * engine throw nothing but a TlsError of the peer's making, does not get past a wrong CertificateVerify, Finished,
 * leaf key or second ClientHello, and where both ends finish they export the same keying material.
 */
import { allocate, EMPTY, equal, toHex } from '../../../src/bytes/index.ts';
import { HandshakeContext, type HandshakeLayer } from '../../../src/tls/context.ts';
import type { Level } from '../../../src/tls/events.ts';
import { Handshake } from '../../../src/tls/handshake.ts';
import { firstOffer } from '../../../src/tls/hello/offer.ts';
import { TlsError } from '../../../src/tls/index.ts';
import { HandshakeBuffer } from '../../../src/tls/messages/frame.ts';
import { decodeMessage } from '../../../src/tls/messages/message.ts';
import { serverSetup } from '../../../src/tls/negotiate/server-setup.ts';
import { CONTENT_TYPES } from '../../../src/tls/record/content-type.ts';
import { EXTENSION_TYPES } from '../../../src/tls/registry/extension-types.ts';
import { HANDSHAKE_TYPES } from '../../../src/tls/registry/handshake-types.ts';
import { CLIENT_MACHINE, start } from '../../../src/tls/tls13/client/index.ts';
import { SERVER_MACHINE } from '../../../src/tls/tls13/server/index.ts';
import { keyOfLeaf } from '../../support/credentials.ts';
import { deliver, IDLE_LAYER, type LevelMessage } from '../../support/levels.ts';
import { fuzzCredentials } from '../credentials.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { type RecordedScenario, record, SCENARIOS, type Scenario } from '../recorded.ts';
import { attempt, must, type Target } from '../target.ts';
import { messageVectors } from './messages.ts';

type Role = 'client' | 'server';

/** What a message was replaced by, and all that its sender had said before. */
interface Said {
  readonly message: Uint8Array;
  readonly meant: Uint8Array;
  readonly before: readonly Uint8Array[];
}

/** Says `message` in place of its own message number `at`, in its transcript too. */
class LyingContext extends HandshakeContext {
  said: Said | undefined;
  readonly #at: number;
  readonly #message: Uint8Array;
  readonly #sent: Uint8Array[] = [];

  constructor(at: number, message: Uint8Array, ...rest: ConstructorParameters<typeof HandshakeContext>) {
    super(...rest);
    this.#at = at;
    this.#message = message;
  }

  override send(level: Level, meant: Uint8Array): void {
    const lies = this.#sent.length === this.#at;
    const message = lies ? this.#message : meant;
    if (lies) this.said = { message, meant, before: [...this.#sent] };
    this.#sent.push(message);
    super.send(level, message);
  }
}

interface End {
  readonly context: LyingContext;
  readonly handshake: Handshake<HandshakeContext>;
  readonly outbox: LevelMessage[];
  readonly keys: string[];
}

/** An end that lies in its message number `at`; -1 for never. */
function begin(role: Role, { configs }: RecordedScenario, at: number, message: Uint8Array): End {
  const outbox: LevelMessage[] = [];
  const layer: HandshakeLayer = { ...IDLE_LAYER, writeMessage: (level, bytes) => outbox.push({ level, bytes }) };
  const buffer = new HandshakeBuffer();
  const config = configs[role]();
  const context = new LyingContext(at, message, role, config, allocate, layer, () => buffer.empty);
  if (role === 'client') {
    const state = start(context, firstOffer(configs.client()));
    return { context, handshake: new Handshake(context, CLIENT_MACHINE, buffer, state), outbox, keys: [] };
  }
  const state = { name: 'START', setup: serverSetup(configs.server()), retry: undefined };
  return { context, handshake: new Handshake(context, SERVER_MACHINE, buffer, state), outbox, keys: [] };
}

/** Hands over all that waits; the error that ended the receiver. */
function carry(from: End, to: End): TlsError | undefined {
  for (const message of from.outbox.splice(0)) {
    const { error } = attempt([TlsError], () => deliver(to, message));
    if (error !== undefined) return error;
  }
  return undefined;
}

function run(role: Role, scenario: RecordedScenario, at: number, message: Uint8Array) {
  const liar = begin(role === 'client' ? 'server' : 'client', scenario, at, message);
  const engine = begin(role, scenario, -1, EMPTY);
  let error: TlsError | undefined;
  let gaveUp = false;
  for (let turn = 0; turn < 4 && error === undefined && !gaveUp; turn++) {
    error = carry(liar, engine);
    gaveUp = error === undefined && carry(engine, liar) !== undefined;
  }
  return { liar, engine, error, gaveUp };
}

function check(role: Role, scenario: RecordedScenario, input: Uint8Array): string {
  const { liar, engine, error, gaveUp } = run(role, scenario, input[0] ?? 0, input.subarray(1));
  if (error !== undefined) {
    must(error.code !== 'INTERNAL' && error.fault !== 'local', `${error.code}, ${error.fault}: ${error.message}`);
    must(!engine.handshake.connected, `connected, then ${error.message}`);
    return `${error.code} ${error.evidence?.messageType ?? ''} ${error.spec}`;
  }
  if (!engine.handshake.connected) return gaveUp ? 'the peer gave up' : 'waits';
  const { said } = liar.context;
  if (said !== undefined && !equal(said.message, said.meant)) checkLie(role, said, engine);
  if (gaveUp || !liar.handshake.connected) return 'secure alone';
  const [ours, theirs] = [engine, liar].map(({ context }) => toHex(context.exporter?.export('x', EMPTY, 16) ?? EMPTY));
  must(ours === theirs, 'both are connected and export other keys');
  return 'secure';
}

/** What may not be a lie where the engine is connected all the same. */
function checkLie(role: Role, { message, before }: Said, { context }: End): void {
  const [type] = message;
  must(type !== HANDSHAKE_TYPES.certificate_verify, 'connected with a wrong CertificateVerify');
  must(type !== HANDSHAKE_TYPES.finished, 'connected with a wrong Finished');
  const leaf = context.info.peerCertificates?.[0]?.der;
  if (leaf !== undefined) {
    const { key } = fuzzCredentials()[role === 'client' ? 'server' : 'client'];
    must(equal(keyOfLeaf(leaf)?.spki ?? EMPTY, key.spki), "connected with another leaf's key");
  }
  const [first] = before;
  if (type !== HANDSHAKE_TYPES.client_hello || first === undefined) return;
  must(fixedParts(first) === fixedParts(message), 'connected with another second ClientHello');
}

/** What a second ClientHello may not change (RFC 8446 section 4.1.2). */
function fixedParts(bytes: Uint8Array): string {
  const hello = decodeMessage(bytes[0] ?? 0, bytes);
  if (hello.type !== 'client_hello') return hello.type;
  const { key_share, cookie, early_data, pre_shared_key, padding } = EXTENSION_TYPES;
  const free: readonly number[] = [key_share, cookie, early_data, pre_shared_key, padding];
  const { random, legacySessionId, cipherSuites, legacyVersion, extensions } = hello;
  const fixed = extensions.raw.filter(({ id }) => !free.includes(id)).map(({ id, data }) => `${id} ${toHex(data)}`);
  return [legacyVersion, toHex(random), toHex(legacySessionId), ...cipherSuites, ...fixed].join();
}

function target(scenario: Scenario, role: Role): Target {
  let recorded: RecordedScenario | undefined;
  const get = () => {
    recorded ??= record(scenario);
    return recorded;
  };
  return {
    name: `peers-${role}-${scenario.name}`,
    runs: 8_000,
    seeds() {
      const messages = get()[role].units.filter(({ keys, type }) => keys < 2 && type === CONTENT_TYPES.handshake);
      return messages.map(({ content }, at) => Uint8Array.of(at, ...content));
    },
    mutations: [
      mutateBytes,
      (random, input) => {
        const at = input[0] ?? 0;
        const message = input.subarray(1);
        return Uint8Array.of(at, ...mutateVector(random, message, messageVectors(message)));
      },
    ],
    check: (input) => check(role, get(), input),
  };
}

/** Peers of a client engine and of a server engine. */
export const peers: readonly Target[] = SCENARIOS.flatMap((scenario) => [
  target(scenario, 'client'),
  target(scenario, 'server'),
]);
