import { HandshakeContext, type HandshakeLayer } from './context.ts';
import { Handshake } from './handshake.ts';
import type { Offer } from './hello/offer.ts';
import { HandshakeBuffer } from './messages/frame.ts';
import type { ServerSetup } from './negotiate/server-setup.ts';
import { CLIENT_MACHINE, start } from './tls13/client/index.ts';
import { SERVER_MACHINE } from './tls13/server/index.ts';
import type { ServerState } from './tls13/server/state.ts';

/** The handshake of a client over any layer; its ClientHello is written at once. */
export function clientHandshake(offer: Offer, layer: HandshakeLayer): Handshake<HandshakeContext> {
  const { config, settings: set } = offer;
  const buffer = new HandshakeBuffer(set.allocate);
  const isQuic = set.transportParameters !== undefined;
  const context = new HandshakeContext('client', config, set.allocate, layer, () => buffer.empty, isQuic);
  return new Handshake(context, CLIENT_MACHINE, buffer, start(context, offer));
}

/** The handshake of a server over any layer; it waits for a ClientHello. */
export function serverHandshake(setup: ServerSetup, layer: HandshakeLayer): Handshake<HandshakeContext> {
  const { allocate, transportParameters } = setup.settings;
  const buffer = new HandshakeBuffer(allocate);
  const isQuic = transportParameters !== undefined;
  const context = new HandshakeContext('server', setup.config, allocate, layer, () => buffer.empty, isQuic);
  const begin: ServerState = { name: 'START', setup, retry: undefined };
  return new Handshake(context, SERVER_MACHINE, buffer, begin);
}
