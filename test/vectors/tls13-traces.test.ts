/**
 * The five TLS 1.3 traces against the key schedule and the record layer, both providers: every secret, key, IV,
 * finished value, binder and record. Only the early exporter, which the engine does not have, is checked by its HKDF
 * label alone. The machines replay them in tls13-traces-machines.test.ts.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allocate, concat, EMPTY, toHex } from '../../src/bytes/index.ts';
import { type CryptoProvider, hkdfExtract } from '../../src/crypto/index.ts';
import { nobleCrypto } from '../../src/crypto/noble/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import { expandApplicationLabel } from '../../src/tls/key-schedule/hkdf-label.ts';
import {
  EarlySecret,
  type HandshakeSecret,
  type MainSecret,
  ResumptionSecret,
  TrafficSecret,
} from '../../src/tls/key-schedule/tls13.ts';
import { Transcript } from '../../src/tls/key-schedule/transcript.ts';
import { HELLO_RETRY_REQUEST_RANDOM } from '../../src/tls/messages/server-hello.ts';
import { CONTENT_TYPES } from '../../src/tls/record/content-type.ts';
import { RecordReadSide } from '../../src/tls/record/read-side.ts';
import { RecordWriteSide } from '../../src/tls/record/write-side.ts';
import { TLS13_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { type Actor, type Operation, parseTraces, type Trace } from '../support/traces.ts';
import { vectors } from '../support/vectors.ts';

const file = vectors('tls13/tls13-vectors-draft.txt');
const traces = file === undefined ? [] : parseTraces(readFileSync(file, 'latin1'));
const suite = TLS13_SUITES.TLS_AES_128_GCM_SHA256;
const HASH = 'sha256';

/** Which traffic secret protects what an actor writes, by the words of the traces. */
const WRITES = {
  client: { 'early application': 'c e traffic', handshake: 'c hs traffic', application: 'c ap traffic' },
  server: { 'early application': '', handshake: 's hs traffic', application: 's ap traffic' },
} as const;
const LEVELS = { 'early application': 'early', handshake: 'handshake', application: 'application' } as const;
type Keys = keyof typeof LEVELS;

const peerOf = { client: 'server', server: 'client' } as const;

/** Follows one trace and compares everything on the way; counts what it compared. */
class Follower {
  readonly compared = { secrets: 0, stages: 0, keys: 0, finished: 0, records: 0 };
  readonly #crypto: CryptoProvider;
  readonly #transcript: Transcript;
  readonly #base;
  readonly #secrets = new Map<string, Uint8Array>();
  readonly #writes: Record<Actor, RecordWriteSide>;
  readonly #reads: Record<Actor, RecordReadSide>;
  #early: EarlySecret | undefined;
  #handshake: HandshakeSecret | undefined;
  #main: MainSecret | undefined;

  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto;
    this.#base = { crypto, suite, allocate };
    this.#transcript = new Transcript(crypto);
    const reads = () => {
      const side = new RecordReadSide(crypto, allocate, undefined);
      side.allowChangeCipherSpec = true;
      return side;
    };
    const writes = () => new RecordWriteSide(crypto, allocate, 0, undefined);
    this.#writes = { client: writes(), server: writes() };
    this.#reads = { client: reads(), server: reads() };
  }

  follow(operation: Operation): void {
    const { action } = operation;
    const quoted = /"(?:tls13 )?([^"]+)"/.exec(action)?.[1] ?? '';
    const isSame = operation.values.size === 0;
    if (/^derive (write|read) traffic keys/.test(action)) this.#keys(operation, isSame);
    else if (isSame) return;
    else if (action.startsWith('extract secret')) this.#extract(operation, quoted);
    else if (action.startsWith('derive secret')) this.#derive(operation, quoted);
    else if (action.startsWith('generate resumption secret')) this.#resumption(operation, quoted);
    else if (action.startsWith('calculate finished')) this.#finished(operation, this.#transcript.digest());
    else if (action === 'calculate PSK binder') this.#binder(operation);
    else if (action.startsWith('construct a')) this.#construct(operation);
    else if (action.startsWith('send ')) this.#send(operation);
    else expect(action).toMatch(/^create an ephemeral/);
  }

  #value(operation: Operation, name: string): Uint8Array {
    const value = operation.values.get(name);
    if (value === undefined) throw new Error(`{${operation.actor}} ${operation.action}: no ${name}`);
    return value;
  }

  #same(operation: Operation, name: string, ours: Uint8Array): void {
    expect(toHex(ours), `${operation.action}: ${name}`).toBe(toHex(this.#value(operation, name)));
  }

  #extract(operation: Operation, name: string): void {
    const ikm = this.#value(operation, 'IKM');
    const salt = operation.values.get('salt') ?? new Uint8Array(32);
    this.#same(operation, 'secret', hkdfExtract(this.#crypto, HASH, salt, ikm));
    this.#secrets.set(name, this.#value(operation, 'secret'));
    this.compared.secrets++;
    // Without a key the input is zeros, as long as a digest.
    if (name === 'early') this.#early = new EarlySecret(this.#base, ikm);
    if (name === 'handshake') this.#handshake = this.#early?.handshake(ikm);
    if (name === 'master') this.#main = this.#handshake?.main();
  }

  #expand(operation: Operation, label: string): Uint8Array {
    const secret = this.#value(operation, 'PRK');
    const context = this.#value(operation, 'hash');
    const ours = expandApplicationLabel(this.#crypto, HASH, secret, label, context, 32, allocate);
    this.#same(operation, 'expanded', ours);
    this.compared.secrets++;
    return ours;
  }

  #derive(operation: Operation, label: string): void {
    const ours = this.#expand(operation, label);
    this.#secrets.set(label, ours);
    if (label === 'derived') return;
    // What is derived over the handshake so far hashes the very transcript that we hash.
    const hash = this.#transcript.digest();
    this.#same(operation, 'hash', hash);
    const stages: Readonly<Record<string, Uint8Array | undefined>> = {
      'c e traffic': this.#early?.clientTraffic(hash).secret,
      'res master': this.#main?.resumption(hash).secret,
      'c hs traffic': this.#handshake?.clientTraffic(hash).secret,
      's hs traffic': this.#handshake?.serverTraffic(hash).secret,
      'c ap traffic': this.#main?.clientTraffic(hash).secret,
      's ap traffic': this.#main?.serverTraffic(hash).secret,
      'exp master': this.#main?.exporter(hash).secret,
    };
    if (!(label in stages)) return;
    this.#same(operation, 'expanded', stages[label] ?? EMPTY);
    this.compared.stages++;
  }

  #finished(operation: Operation, hash: Uint8Array): void {
    const secret = new TrafficSecret(this.#base, this.#value(operation, 'PRK'));
    this.#same(operation, 'finished', secret.verifyData(hash));
    this.compared.finished++;
  }

  /** The binder is a finished value under a key of the early stage (RFC 8446 section 4.2.11.2). */
  #binder(operation: Operation): void {
    const prefix = this.#value(operation, 'ClientHello prefix');
    const hash = this.#crypto.digest(HASH, prefix);
    this.#same(operation, 'binder hash', hash);
    const early = this.#secrets.get('early') ?? EMPTY;
    const empty = this.#crypto.digest(HASH, EMPTY);
    const key = expandApplicationLabel(this.#crypto, HASH, early, 'res binder', empty, 32, allocate);
    this.#same(operation, 'PRK', key);
    this.compared.secrets++;
    this.#finished(operation, hash);
    this.#same(operation, 'finished', this.#early?.binder('resumption', hash) ?? EMPTY);
    this.compared.stages++;
  }

  #resumption(operation: Operation, label: string): void {
    this.#expand(operation, label);
    const secret = new ResumptionSecret(this.#base, this.#value(operation, 'PRK'));
    this.#same(operation, 'expanded', secret.psk(this.#value(operation, 'hash')));
    this.compared.stages++;
  }

  #construct(operation: Operation): void {
    for (const [name, message] of operation.values) {
      // A resumed ClientHello is constructed before it has its binders: it counts when it is sent.
      if (name === 'ClientHello' || name === 'NewSessionTicket') continue;
      this.#append(message);
    }
  }

  #append(message: Uint8Array): void {
    const isRetry = message[0] === HANDSHAKE_TYPES.server_hello && includes(message, HELLO_RETRY_REQUEST_RANDOM);
    if (isRetry) this.#transcript.replaceWithMessageHash();
    this.#transcript.append(message);
    this.#transcript.start(HASH);
  }

  #keys(operation: Operation, isSame: boolean): void {
    const [, direction, what] = /^derive (write|read) traffic keys for (.+?) data/.exec(operation.action) ?? [];
    const keys = what as Keys;
    const writer = direction === 'write' ? operation.actor : peerOf[operation.actor];
    const secret = this.#secrets.get(WRITES[writer][keys]);
    if (secret === undefined) throw new Error(`no secret for ${operation.action}`);
    const traffic = new TrafficSecret(this.#base, secret);
    if (!isSame) {
      this.#same(operation, 'PRK', secret);
      this.#same(operation, 'key expanded', traffic.key());
      this.#same(operation, 'iv expanded', traffic.iv());
      this.compared.keys++;
    }
    if (direction === 'read') return;
    this.#writes[writer].setKey(LEVELS[keys], traffic, Number.POSITIVE_INFINITY);
    this.#reads[peerOf[writer]].setKey(LEVELS[keys], traffic);
  }

  #send(operation: Operation): void {
    const { actor } = operation;
    const payload = this.#value(operation, 'payload');
    const side = this.#writes[actor];
    const type = /^send (\w+) record$/.exec(operation.action)?.[1] as keyof typeof CONTENT_TYPES;
    if (type === 'handshake') side.writeHandshake(payload);
    else if (type === 'application_data') side.writeApplicationData(payload, 0);
    else if (type === 'alert') side.writeAlert(payload[0] ?? 0, payload[1] ?? 0);
    else side.writeChangeCipherSpec();
    const record = this.#value(operation, 'complete record');
    this.#same(operation, 'complete record', concat(side.takeOutput()));
    const reads = this.#reads[peerOf[actor]];
    reads.push(record);
    const content = reads.next();
    if (type === 'change_cipher_spec') expect(content).toBeUndefined();
    else {
      expect(content?.type).toBe(CONTENT_TYPES[type]);
      this.#same(operation, 'payload', content?.bytes ?? EMPTY);
    }
    if (payload[0] === HANDSHAKE_TYPES.client_hello && type === 'handshake') this.#append(payload);
    this.compared.records++;
  }
}

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  return Buffer.from(bytes).includes(Buffer.from(part));
}

/** What each trace has to compare, so that a parser that passes over something is found out. */
const COUNTS: Readonly<Record<string, Follower['compared']>> = {
  'Simple 1-RTT Handshake': { secrets: 13, stages: 7, keys: 4, finished: 2, records: 9 },
  'Resumed 0-RTT Handshake': { secrets: 15, stages: 8, keys: 5, finished: 3, records: 10 },
  HelloRetryRequest: { secrets: 12, stages: 6, keys: 4, finished: 2, records: 8 },
  'Client Authentication': { secrets: 12, stages: 6, keys: 4, finished: 2, records: 6 },
  'Compatibility Mode': { secrets: 12, stages: 6, keys: 4, finished: 2, records: 8 },
};

describe.skipIf(file === undefined).each([nodeCrypto, nobleCrypto])('the TLS 1.3 traces with $name', (crypto) => {
  it.each(traces)('$title', (trace: Trace) => {
    const follower = new Follower(crypto);
    for (const operation of trace.operations) follower.follow(operation);
    expect(follower.compared).toEqual(COUNTS[trace.title]);
  });
});
