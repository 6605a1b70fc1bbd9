/** One connection of the shim, from the handshake to the end. */
import {
  type MessageEvent,
  QuicHandshake,
  type Request,
  type Session,
  type TlsConnection,
  type TlsEvent,
} from '../../../src/tls/index.ts';
import { decodeMessage } from '../../../src/tls/messages/message.ts';
import { EXTENSION_TYPES } from '../../../src/tls/registry/extension-types.ts';
import { HANDSHAKE_TYPES } from '../../../src/tls/registry/handshake-types.ts';
import { Answers } from './answers.ts';
import { createEngine } from './configuration.ts';
import { checkEarlyDataReason } from './early-data-reason.ts';
import { Mismatch } from './error.ts';
import { checkEarlyData, checkHandshake, messageLine } from './expectations.ts';
import { Unimplemented } from './flags.ts';
import type { Options } from './options.ts';
import { QuicTransport } from './quic.ts';
import { initialWrites, type Memory, pskNumber } from './sessions.ts';
import { type Channel, dial, Transport } from './transport.ts';

type Engine = TlsConnection | QuicHandshake;

/**
 * Connects to the runner and does what the options say.
 * @param retry what to do after early data was rejected.
 * @param isResumption whether there was a connection before.
 * @throws TlsError, Mismatch, Unimplemented
 */
export async function exchange(options: Options, retry: Options, memory: Memory, isResumption: boolean): Promise<void> {
  const answers = new Answers(options, memory);
  const recorder = new Recorder();
  const traced =
    options.exportTrafficSecrets || options.expectMsgCallback !== '' || options.expectEarlyDataReason !== '';
  const engine = createEngine(options, answers.credentials, memory, traced ? recorder.trace : undefined);
  const socket = await dial(options);
  // What follows a rejection of early data counts as another connection.
  const mayRetry = !options.server && options.expectRejectEarlyData && isResumption;
  const answer = (request: Request) => {
    if (mayRetry && engine.info.earlyData === 'rejected') answers.use(retry);
    answers.answer(engine, request);
  };
  const transport =
    engine instanceof QuicHandshake
      ? new QuicTransport(socket, engine, options.async, answer)
      : new Transport(socket, engine, options.async, answer);
  try {
    const isOffered = engine.info.earlyData === 'offered';
    if (isOffered && options.expectNoOfferEarlyData) throw new Mismatch('early data was offered');
    // To a client that offers early data the runner's shims take the handshake for done.
    if (isOffered) {
      exportKeyingMaterial(options, engine);
      transport.writeEarly(memory.earlyData(options) ?? new Uint8Array(0));
    }
    await transport.handshake();
    if (options.handshakeNeverDone) throw new Mismatch('the handshake was completed');
    if (!options.implicitHandshake) checkEarlyData(options, engine.info);
    checkEarlyDataReason(mayRetry ? retry : options, engine.info, memory, recorder.offersPsk);
    memory.last = { alpn: engine.info.alpn, earlyData: options.enableEarlyData };
    const now = mayRetry ? retry : options;
    const { selected } = answers.observed;
    answers.observed.selected = Math.max(selected, pskNumber(now, engine.info.pskIdentity));
    if (!now.implicitHandshake) checkHandshake(now, engine, answers.observed, isResumption);
    await converse(now, engine, transport, recorder, memory.earlyData(options)?.length ?? 0);
    if (!now.server) keepSession(now, engine, memory);
  } finally {
    transport.flush();
    await transport.finish();
  }
  if (options.expectMsgCallback !== '' && recorder.lines !== options.expectMsgCallback) {
    throw new Mismatch(`messages were\n${recorder.lines}expected\n${options.expectMsgCallback}`);
  }
}

/** Remembers what `-expect-msg-callback` and `-export-traffic-secrets` want of an engine's events. */
class Recorder {
  lines = '';
  readonly secrets = new Map<string, Uint8Array>();
  /** Whether the client has a pre-shared key to offer. */
  offersPsk = false;

  readonly trace = (event: TlsEvent): void => {
    this.lines += messageLine(event);
    if (event.kind === 'message' && event.name === 'client_hello') this.offersPsk = offersPsk(event);
    if (event.kind === 'secret' && event.value !== undefined) this.secrets.set(event.label, event.value);
  };
}

function offersPsk({ bytes }: MessageEvent): boolean {
  const hello = decodeMessage(HANDSHAKE_TYPES.client_hello, bytes);
  return 'extensions' in hello && hello.extensions.has(EXTENSION_TYPES.pre_shared_key);
}

async function converse(
  options: Options,
  engine: Engine,
  transport: Channel,
  recorder: Recorder,
  sentEarly: number,
): Promise<void> {
  const material = exportKeyingMaterial(options, engine);
  if (material !== undefined) transport.write(material);
  if (options.exportTrafficSecrets) transport.write(trafficSecrets(options, recorder));
  if (options.sendAlert) {
    engine.abort('decompression_failure', 'send-alert');
    return;
  }
  if (options.writeDifferentRecordSizes) {
    for (const size of RECORD_SIZES) transport.write(new Uint8Array(size).fill(0x42));
  } else {
    if (options.readWithUnfinishedWrite) transport.hold();
    writeFirst(options, engine, transport, sentEarly);
    if (!options.shimShutsDown) await echo(options, engine, transport);
  }
  await shutDown(options, engine, transport);
}

/** What was not written as early data. */
function writeFirst(options: Options, engine: Engine, transport: Channel, sentEarly: number): void {
  if (!options.server && engine.info.earlyData === 'accepted') {
    const rest = initialWrites(options).subarray(sentEarly);
    if (rest.length > 0) transport.write(rest);
    return;
  }
  const writes = options.shimWritesFirst || options.readWithUnfinishedWrite ? options.repeatShimInitialWrite : 0;
  for (let i = 0; i < writes; i++) transport.write(Buffer.from(options.shimInitialWrite));
}

function exportKeyingMaterial(options: Options, engine: Engine): Uint8Array | undefined {
  if (options.exportKeyingMaterial === 0) return undefined;
  const context = options.useExportContext ? Buffer.from(options.exportContext) : undefined;
  return engine.exportKeyingMaterial(options.exportLabel, context, options.exportKeyingMaterial);
}

/** Compares the session that came with what is expected, and keeps it for the next connection. */
function keepSession(options: Options, engine: Engine, memory: Memory): void {
  const { session: before } = memory;
  memory.session = engine.takeSessions().at(-1);
  const isRenewed = memory.session !== undefined && !sameTicket(memory.session, before);
  if (options.expectTicketRenewal && !isRenewed) throw new Mismatch('there is no new ticket');
  // Tickets of TLS 1.3 come after the handshake.
  if (options.shimShutsDown || engine.info.version !== 'TLS 1.3') return;
  const isExpected = !options.expectNoSession;
  if (isExpected !== (memory.session !== undefined)) throw new Mismatch(`there is ${isExpected ? 'no' : 'a'} session`);
  if (memory.session !== undefined && options.expectTicketSupportsEarlyData !== memory.session.maxEarlyData > 0) {
    throw new Mismatch(`the session allows ${memory.session.maxEarlyData} bytes of early data`);
  }
}

function sameTicket(session: Session, before: Session | undefined): boolean {
  return before !== undefined && Buffer.compare(session.ticket, before.ticket) === 0;
}

function updateKeys(engine: Engine): void {
  if (engine instanceof QuicHandshake) throw new Unimplemented('-key-update over QUIC');
  engine.updateKeys();
}

/** Around the boundaries of a record and of two. */
const RECORD_SIZES = [0, 1, 255, 256, 257, 16383, 16384, 16385, 32767, 32768, 32769];

/** Sends back what comes, with every bit turned. */
async function echo(options: Options, engine: Engine, transport: Channel): Promise<void> {
  for (;;) {
    if (options.keyUpdateBeforeRead) updateKeys(engine);
    const data = await transport.read(options.readSize);
    if (options.useExporterBetweenReads) engine.exportKeyingMaterial('between reads', undefined, 1);
    if (data === undefined) return;
    transport.release();
    if (options.keyUpdate) updateKeys(engine);
    transport.write(data.map((byte) => byte ^ 0xff));
  }
}

/** By default the runner's shims shut down quietly: they close the transport. */
async function shutDown(options: Options, engine: Engine, transport: Channel): Promise<void> {
  if (!options.checkCloseNotify) return;
  if (engine.error !== undefined) throw engine.error;
  if (engine instanceof QuicHandshake) return;
  engine.close();
  transport.flush();
  if (options.shimShutsDown && (await transport.read(options.readSize)) !== undefined) {
    throw new Mismatch('application data on shutdown');
  }
  if (engine.error !== undefined) throw engine.error;
}

/** Length, read secret and write secret. */
function trafficSecrets(options: Options, { secrets }: Recorder): Uint8Array {
  const client = secrets.get('CLIENT_TRAFFIC_SECRET') ?? new Uint8Array(0);
  const server = secrets.get('SERVER_TRAFFIC_SECRET') ?? new Uint8Array(0);
  const length = Buffer.of(client.length & 0xff, client.length >> 8);
  return Buffer.concat(options.server ? [length, client, server] : [length, server, client]);
}
