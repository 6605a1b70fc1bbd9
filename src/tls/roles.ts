import type { CommonConfig } from './config.ts';
import { HandshakeContext, type HandshakeLayer } from './context.ts';
import type { Role } from './events.ts';
import { Handshake } from './handshake.ts';
import type { Offer } from './hello/offer.ts';
import type { Machine } from './machine.ts';
import { HandshakeBuffer } from './messages/frame.ts';
import type { ServerSetup } from './negotiate/server-setup.ts';
import type { Settings } from './negotiate/settings.ts';
import { chooseVersion, selectedVersion } from './negotiate/version.ts';
import type { VersionName } from './registry/versions.ts';
import { TLS12_CLIENT } from './tls12/client/index.ts';
import { TLS12_SERVER } from './tls12/server/index.ts';
import { CLIENT_MACHINE, start } from './tls13/client/index.ts';
import { SERVER_MACHINE } from './tls13/server/index.ts';
import type { ServerStateOf } from './tls13/server/state.ts';

type Machines = Readonly<Record<VersionName, Machine<HandshakeContext>>>;

const CLIENTS: Machines = { 'TLS 1.3': CLIENT_MACHINE, 'TLS 1.2': TLS12_CLIENT };
const SERVERS: Machines = { 'TLS 1.3': SERVER_MACHINE, 'TLS 1.2': TLS12_SERVER };

/** The handshake of a client over any layer; its ClientHello is written at once. */
export function clientHandshake(offer: Offer, layer: HandshakeLayer): Handshake<HandshakeContext> {
  const { config, settings } = offer;
  const { context, buffer } = parts('client', config, settings, layer);
  return new Handshake(context, first(CLIENTS, settings), buffer, start(context, offer), (hello) => {
    if (hello.type === 'client_hello') throw new Error('a client got a ClientHello');
    return speaking(context, CLIENTS, selectedVersion(settings.versions, hello, context.info.version));
  });
}

/** The handshake of a server over any layer; it waits for a ClientHello. */
export function serverHandshake(setup: ServerSetup, layer: HandshakeLayer): Handshake<HandshakeContext> {
  const { config, settings } = setup;
  const { context, buffer } = parts('server', config, settings, layer);
  const begin: ServerStateOf<'START'> = { name: 'START', setup, retry: undefined };
  return new Handshake(context, first(SERVERS, settings), buffer, begin, (hello) => {
    if (hello.type !== 'client_hello') throw new Error('a server got a ServerHello');
    return speaking(context, SERVERS, chooseVersion(settings.versions, hello));
  });
}

function parts(role: Role, config: CommonConfig, settings: Settings, layer: HandshakeLayer) {
  const { allocate, versions, transportParameters } = settings;
  const buffer = new HandshakeBuffer(allocate);
  const isQuic = transportParameters !== undefined;
  const context = new HandshakeContext(role, config, allocate, layer, () => buffer.empty, isQuic);
  context.hasWarnings = versions.includes('TLS 1.2');
  return { context, buffer };
}

function first(machines: Machines, { versions: [newest = 'TLS 1.3'] }: Settings): Machine<HandshakeContext> {
  return machines[newest];
}

function speaking(context: HandshakeContext, machines: Machines, version: VersionName): Machine<HandshakeContext> {
  context.speak(version);
  return machines[version];
}
