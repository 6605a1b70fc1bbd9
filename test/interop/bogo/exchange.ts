/** One connection of the shim, from the handshake to the end. */
import { QuicHandshake, type Request, type TlsConnection, type TlsEvent } from '../../../src/tls/index.ts';
import { Answers } from './answers.ts';
import { createEngine, usesRemoteKeys } from './configuration.ts';
import { loadCredentials } from './credentials.ts';
import { Mismatch } from './error.ts';
import { checkHandshake, messageLine } from './expectations.ts';
import { Unimplemented } from './flags.ts';
import type { Options } from './options.ts';
import { QuicTransport } from './quic.ts';
import { type Channel, dial, Transport } from './transport.ts';

type Engine = TlsConnection | QuicHandshake;

/** Connects to the runner and does what the options say. @throws TlsError, Mismatch, Unimplemented */
export async function exchange(options: Options): Promise<void> {
  const answers = new Answers(options, loadCredentials(options, usesRemoteKeys(options)));
  const recorder = new Recorder();
  const traced = options.exportTrafficSecrets || options.expectMsgCallback !== '';
  const engine = createEngine(options, answers.credentials, traced ? recorder.trace : undefined);
  const socket = await dial(options);
  const answer = (request: Request) => answers.answer(engine, request);
  const transport =
    engine instanceof QuicHandshake
      ? new QuicTransport(socket, engine, options.async, answer)
      : new Transport(socket, engine, options.async, answer);
  try {
    await transport.handshake();
    if (options.handshakeNeverDone) throw new Mismatch('the handshake was completed');
    if (!options.implicitHandshake) checkHandshake(options, engine, answers.observed);
    await converse(options, engine, transport, recorder);
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

  readonly trace = (event: TlsEvent): void => {
    this.lines += messageLine(event);
    if (event.kind === 'secret' && event.value !== undefined) this.secrets.set(event.label, event.value);
  };
}

async function converse(options: Options, engine: Engine, transport: Channel, recorder: Recorder): Promise<void> {
  if (options.exportKeyingMaterial > 0) {
    const context = options.useExportContext ? Buffer.from(options.exportContext) : undefined;
    transport.write(engine.exportKeyingMaterial(options.exportLabel, context, options.exportKeyingMaterial));
  }
  if (options.exportTrafficSecrets) transport.write(trafficSecrets(options, recorder));
  if (options.sendAlert) {
    engine.abort('decompression_failure', 'send-alert');
    return;
  }
  if (options.writeDifferentRecordSizes) {
    for (const size of RECORD_SIZES) transport.write(new Uint8Array(size).fill(0x42));
  } else {
    if (options.readWithUnfinishedWrite) transport.hold();
    const writes = options.shimWritesFirst || options.readWithUnfinishedWrite ? options.repeatShimInitialWrite : 0;
    for (let i = 0; i < writes; i++) transport.write(Buffer.from(options.shimInitialWrite));
    if (!options.shimShutsDown) await echo(options, engine, transport);
  }
  await shutDown(options, engine, transport);
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
