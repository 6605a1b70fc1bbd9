import type { HandshakeContext, HandshakeLayer } from '../../src/tls/context.ts';
import type { Handshake } from '../../src/tls/handshake.ts';
import { firstOffer } from '../../src/tls/hello/offer.ts';
import type { ClientConfig, Level, ServerConfig } from '../../src/tls/index.ts';
import { serverSetup } from '../../src/tls/negotiate/server-setup.ts';
import { clientHandshake, serverHandshake } from '../../src/tls/roles.ts';
import { keyOfLeaf } from './credentials.ts';

/** A handshake message with the level it travels at: what QUIC would carry. */
export interface LevelMessage {
  readonly level: Level;
  readonly bytes: Uint8Array;
}

/** One end of a handshake without records. */
export interface LevelEnd {
  readonly handshake: Handshake<HandshakeContext>;
  /** Messages written and not yet carried over. */
  readonly outbox: LevelMessage[];
  /** Levels whose keys were installed, in order. */
  readonly keys: string[];
}

const nothing = () => undefined;

/** A layer that does nothing. */
export const IDLE_LAYER: HandshakeLayer = {
  writeMessage: nothing,
  setReadKey: nothing,
  setWriteKey: nothing,
  writeChangeCipherSpec: nothing,
  allowChangeCipherSpec: nothing,
  skipEarlyData: nothing,
  dropWriteKey: nothing,
  limitWrites: nothing,
  limitReads: nothing,
};

function layer(outbox: LevelMessage[], keys: string[]): HandshakeLayer {
  return {
    ...IDLE_LAYER,
    writeMessage: (level, bytes) => outbox.push({ level, bytes }),
    setReadKey: (level) => keys.push(`read ${level}`),
    setWriteKey: (level) => keys.push(`write ${level}`),
    tls12: {
      begin: nothing,
      expectChangeCipherSpec: () => keys.push('read application'),
      changeCipherSpec: () => keys.push('write application'),
      writeWarning: nothing,
    },
  };
}

/** A client that exchanges level-tagged messages. */
export function levelClient(config: ClientConfig): LevelEnd {
  const outbox: LevelMessage[] = [];
  const keys: string[] = [];
  return { handshake: clientHandshake(firstOffer(config), layer(outbox, keys)), outbox, keys };
}

/** A server that exchanges level-tagged messages. */
export function levelServer(config: ServerConfig): LevelEnd {
  const outbox: LevelMessage[] = [];
  const keys: string[] = [];
  return { handshake: serverHandshake(serverSetup(config), layer(outbox, keys)), outbox, keys };
}

/** Hands one message to an end and answers what it asks, accepting every chain. Throws what the end throws. */
export function deliver(end: LevelEnd, { level, bytes }: LevelMessage): void {
  const { handshake } = end;
  handshake.receive(level, bytes);
  handshake.process();
  for (let request = handshake.request; request !== undefined; request = handshake.request) {
    if (request.name === 'verdict') handshake.answer(request, { accepted: true });
    else if (request.name === 'peer_key') handshake.answer(request, keyOfLeaf(request.question.leaf));
    else if (request.name === 'early_data') handshake.answer(request, true);
    else throw new Error(`unexpected request ${request.name}`);
    handshake.process();
  }
}
