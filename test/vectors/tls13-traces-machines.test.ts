/**
 * The five TLS 1.3 traces through the machines, client and server, both providers: fed the peer's records, the
 * machine derives the published secrets and keys and writes the published records byte for byte.
 *
 * What a trace's own engine encodes otherwise than ours (the order of extensions, what a server says beyond need) is
 * put in place of ours before it reaches transcript and wire, and is listed in {@link DIFFERENCES}: no Certificate,
 * CertificateVerify or Finished among them.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allocate, concat, EMPTY, toHex } from '../../src/bytes/index.ts';
import type { CryptoProvider } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { HandshakeContext, type HandshakeLayer } from '../../src/tls/context.ts';
import type { Level, SecretLabel } from '../../src/tls/events.ts';
import type { RawExtension } from '../../src/tls/extensions/block.ts';
import { Handshake } from '../../src/tls/handshake.ts';
import type { ClientConfig, ServerConfig } from '../../src/tls/index.ts';
import type { TrafficSecret } from '../../src/tls/key-schedule/tls13.ts';
import { HandshakeBuffer } from '../../src/tls/messages/frame.ts';
import { decodeMessage, type HandshakeMessage } from '../../src/tls/messages/message.ts';
import { serverSetup } from '../../src/tls/negotiate/server-setup.ts';
import { CONTENT_TYPES } from '../../src/tls/record/content-type.ts';
import { RecordReadSide } from '../../src/tls/record/read-side.ts';
import { RecordWriteSide } from '../../src/tls/record/write-side.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { CLIENT_MACHINE, start } from '../../src/tls/tls13/client/index.ts';
import { SERVER_MACHINE } from '../../src/tls/tls13/server/index.ts';
import { keyOfLeaf } from '../support/credentials.ts';
import { IDLE_LAYER } from '../support/levels.ts';
import { offerOf, serverConfig } from '../support/trace-ends.ts';
import { type Actor, messagesOf, type Operation, parseTraces, type Trace, valueIn } from '../support/traces.ts';
import { vectors } from '../support/vectors.ts';

const file = vectors('tls13/tls13-vectors-draft.txt');
const traces = file === undefined ? [] : parseTraces(readFileSync(file, 'latin1'));
/** The connection whose ticket the resumed one uses. */
const [first] = traces;

/**
 * Where a trace's message is not what ours would be, by sender and handshake type: extensions (by their codes) with
 * another value, and those that ours does not have. Their order is free; all other fields have to be the same.
 */
const DIFFERENCES: Readonly<Record<string, { readonly values: readonly number[]; readonly more: readonly number[] }>> =
  {
    // It offers DSA signatures too, renegotiation_info, padding.
    'client client_hello': { values: [13], more: [21, 65281] },
    'server hello_retry_request': { values: [], more: [] },
    'server server_hello': { values: [], more: [] },
    // It says supported_groups for later connections (RFC 8446 section 4.2.7), and takes note of a resumed name.
    'server encrypted_extensions': { values: [], more: [0, 10] },
    'server certificate_request': { values: [13], more: [] },
  };

interface Replaced {
  readonly ours: HandshakeMessage;
  readonly theirs: HandshakeMessage;
}

/** Writes the trace's messages in place of the machine's own, and notes where they are not the same. */
class ReplayContext extends HandshakeContext {
  readonly secrets = new Map<SecretLabel, string>();
  readonly replaced: Replaced[] = [];
  readonly #messages: Uint8Array[];

  constructor(
    role: Actor,
    config: ClientConfig | ServerConfig,
    layer: HandshakeLayer,
    buffer: HandshakeBuffer,
    messages: readonly Uint8Array[],
  ) {
    super(role, config, allocate, layer, () => buffer.empty);
    this.#messages = [...messages];
  }

  override send(level: Level, message: Uint8Array): void {
    const theirs = this.#messages.shift() ?? EMPTY;
    const [type = 0] = message;
    expect(theirs[0], 'type of the next message').toBe(type);
    if (toHex(theirs) !== toHex(message)) {
      this.replaced.push({ ours: decodeMessage(type, message), theirs: decodeMessage(type, theirs) });
    }
    super.send(level, theirs);
  }

  override announce(label: SecretLabel, secret: Uint8Array): void {
    this.secrets.set(label, toHex(secret));
  }
}

/** One end of a trace: its machine over a record layer, as a connection has it. */
class ReplayedEnd {
  readonly context: ReplayContext;
  /** `read handshake`, ...: key and IV. */
  readonly keys = new Map<string, string>();
  readonly #reads: RecordReadSide;
  readonly #writes: RecordWriteSide;
  readonly #handshake: Handshake<HandshakeContext>;
  #output: Uint8Array[] = [];

  constructor(trace: Trace, role: Actor, crypto: CryptoProvider) {
    this.#reads = new RecordReadSide(crypto, allocate, undefined);
    this.#writes = new RecordWriteSide(crypto, allocate, 0, undefined);
    const buffer = new HandshakeBuffer();
    const messages = messagesOf(trace, role);
    if (role === 'client') {
      const offer = offerOf(trace, crypto, first);
      this.context = new ReplayContext(role, offer.config, this.#layer(), buffer, messages);
      this.#handshake = new Handshake(this.context, CLIENT_MACHINE, buffer, start(this.context, offer));
    } else {
      const setup = serverSetup(serverConfig(trace, crypto, first));
      this.context = new ReplayContext(role, setup.config, this.#layer(), buffer, messages);
      const begin = { name: 'START', setup, retry: undefined };
      this.#handshake = new Handshake(this.context, SERVER_MACHINE, buffer, begin);
    }
  }

  get connected(): boolean {
    return this.#handshake.connected;
  }

  /** Takes in a record of the peer's; the content of what is no handshake message. */
  receive(record: Uint8Array): string | undefined {
    this.#reads.push(record);
    const content = this.#reads.next();
    if (content?.type !== CONTENT_TYPES.handshake) return content && toHex(content.bytes);
    const handshake = this.#handshake;
    handshake.receive(content.level, content.bytes);
    handshake.process();
    for (let { request } = handshake; request !== undefined; { request } = handshake) {
      if (request.name === 'verdict') handshake.answer(request, { accepted: true });
      else if (request.name === 'peer_key') handshake.answer(request, keyOfLeaf(request.question.leaf));
      else if (request.name === 'early_data') handshake.answer(request, true);
      else throw new Error(`unexpected request ${request.name}`);
      handshake.process();
    }
    return undefined;
  }

  /** The next record that the machine wrote, after what the application has to say. */
  write({ action, values }: Operation): Uint8Array {
    const payload = values.get('payload') ?? EMPTY;
    if (action.startsWith('send application_data')) this.#writes.writeApplicationData(payload, 0);
    else if (action.startsWith('send alert')) this.#writes.writeAlert(payload[0] ?? 0, payload[1] ?? 0);
    // This server sends no tickets: the record layer alone does.
    else if (payload[0] === HANDSHAKE_TYPES.new_session_ticket) this.#writes.writeHandshake(payload);
    this.#output.push(...recordsOf(concat(this.#writes.takeOutput())));
    return this.#output.shift() ?? EMPTY;
  }

  #layer(): HandshakeLayer {
    const noteKeys = (what: string, secret: TrafficSecret) => {
      this.keys.set(what, `${toHex(secret.key())} ${toHex(secret.iv())}`);
    };
    return {
      ...IDLE_LAYER,
      writeMessage: (_level, message) => this.#writes.writeHandshake(message),
      setReadKey: (level, secret) => {
        noteKeys(`read ${level}`, secret);
        this.#reads.setKey(level, secret);
      },
      setWriteKey: (level, secret) => {
        noteKeys(`write ${level}`, secret);
        this.#writes.setKey(level, secret, Number.POSITIVE_INFINITY);
      },
      writeChangeCipherSpec: () => this.#writes.writeChangeCipherSpec(),
      allowChangeCipherSpec: (allowed) => {
        this.#reads.allowChangeCipherSpec = allowed;
      },
      skipEarlyData: (limit) => this.#reads.skipEarlyData(limit, () => true),
      dropWriteKey: () => this.#writes.dropKey(),
      limitWrites: (limit) => this.#writes.limitInner(limit),
      limitReads: (limit) => this.#reads.limitInner(limit),
    };
  }
}

describe.skipIf(file === undefined).each([nodeCrypto, nobleCrypto])('the TLS 1.3 traces with $name', (crypto) => {
  describe.each(traces)('$title', (trace) => {
    it.each(['client', 'server'] as const)('replay as %s', (role) => {
      const end = new ReplayedEnd(trace, role, crypto);
      const received: string[] = [];
      const sent: string[] = [];
      for (const operation of trace.operations) {
        if (!operation.action.startsWith('send ')) continue;
        const record = operation.values.get('complete record') ?? EMPTY;
        if (operation.actor === role) {
          expect(toHex(end.write(operation)), operation.action).toBe(toHex(record));
        } else {
          const content = end.receive(record);
          if (content === undefined) continue;
          received.push(content);
          sent.push(toHex(operation.values.get('payload') ?? EMPTY));
        }
      }
      expect(end.connected).toBe(true);
      expect(received).toEqual(sent);
      expect(Object.fromEntries(end.context.secrets)).toEqual(secretsOf(trace, role));
      expect(Object.fromEntries(end.keys)).toEqual(keysOf(trace, role));
      for (const replaced of end.context.replaced) checkReplaced(role, replaced);
    });
  });
});

/** What a message was replaced in has to be listed, and the rest the same. */
function checkReplaced(role: Actor, { ours, theirs }: Replaced): void {
  const listed = DIFFERENCES[`${role} ${ours.type}`];
  expect(listed, `${role} ${ours.type} differs`).toBeDefined();
  expect({ ...theirs, extensions: [] }).toEqual({ ...ours, extensions: [] });
  if (listed === undefined || !('extensions' in ours) || !('extensions' in theirs)) return;
  const theirRaw = new Map(theirs.extensions.raw.map((raw) => [raw.id, raw]));
  const values = ours.extensions.raw.filter(({ id, data }) => !sameData(data, theirRaw.get(id))).map(({ id }) => id);
  const more = theirs.extensions.ids().filter((id) => !ours.extensions.has(id));
  expect(values.filter((id) => !listed.values.includes(id))).toEqual([]);
  expect(more.filter((id) => !listed.more.includes(id))).toEqual([]);
}

function sameData(data: Uint8Array, other: RawExtension | undefined): boolean {
  return other !== undefined && toHex(data) === toHex(other.data);
}

/** A client derives what its sessions come from; this server sends no tickets and so does not. */
function secretsOf(trace: Trace, role: Actor): Record<SecretLabel, string> {
  const by = (actor: Actor, label: string) =>
    toHex(valueIn(trace, actor, `derive secret "tls13 ${label}"`, 'expanded'));
  const secret = (label: string) => by('server', label);
  const isEarly = trace.operations.some(({ action }) => action.includes('"tls13 c e traffic"'));
  return {
    ...(isEarly && { CLIENT_EARLY_TRAFFIC_SECRET: by('client', 'c e traffic') }),
    ...(role === 'client' && { RESUMPTION_SECRET: by('client', 'res master') }),
    CLIENT_HANDSHAKE_TRAFFIC_SECRET: secret('c hs traffic'),
    SERVER_HANDSHAKE_TRAFFIC_SECRET: secret('s hs traffic'),
    CLIENT_TRAFFIC_SECRET: secret('c ap traffic'),
    SERVER_TRAFFIC_SECRET: secret('s ap traffic'),
    EXPORTER_SECRET: secret('exp master'),
  } as Record<SecretLabel, string>;
}

function keysOf(trace: Trace, role: Actor): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const { actor, action, values } of trace.operations) {
    const [, direction, level] =
      /^derive (write|read) traffic keys for (early|handshake|application)/.exec(action) ?? [];
    const [key, iv] = [values.get('key expanded'), values.get('iv expanded')];
    if (key === undefined || iv === undefined) continue;
    const ours = actor === role ? direction : direction === 'read' ? 'write' : 'read';
    keys[`${ours} ${level}`] = `${toHex(key)} ${toHex(iv)}`;
  }
  return keys;
}

function recordsOf(stream: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = 0; at < stream.length; ) {
    const end = at + 5 + ((stream[at + 3] ?? 0) << 8) + (stream[at + 4] ?? 0);
    records.push(stream.subarray(at, end));
    at = end;
  }
  return records;
}
