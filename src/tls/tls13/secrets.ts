import type { HandshakeContext } from '../context.ts';
import type { EarlySecret, HandshakeSecret, MainSecret, TrafficSecret } from '../key-schedule/tls13.ts';
import { announceTraffic } from './key-update.ts';

/** The secrets of the handshake phase. */
export interface HandshakeSecrets {
  readonly schedule: HandshakeSecret;
  readonly client: TrafficSecret;
  readonly server: TrafficSecret;
}

/** The first secrets of the application phase. */
export interface ApplicationSecrets {
  readonly main: MainSecret;
  readonly client: TrafficSecret;
  readonly server: TrafficSecret;
}

/** Derives the handshake traffic secrets; the transcript stands at ServerHello (RFC 8446 section 7.1). */
export function handshakeSecrets(
  context: HandshakeContext,
  early: EarlySecret,
  shared: Uint8Array | undefined,
): HandshakeSecrets {
  const schedule = early.handshake(shared);
  const hash = context.transcript.digest();
  const client = schedule.clientTraffic(hash);
  const server = schedule.serverTraffic(hash);
  context.announce('CLIENT_HANDSHAKE_TRAFFIC_SECRET', client.secret);
  context.announce('SERVER_HANDSHAKE_TRAFFIC_SECRET', server.secret);
  return { schedule, client, server };
}

/** Derives the application traffic secrets; the transcript stands at the server's Finished (RFC 8446 section 7.1). */
export function applicationSecrets(context: HandshakeContext, schedule: HandshakeSecret): ApplicationSecrets {
  const main = schedule.main();
  const hash = context.transcript.digest();
  const client = main.clientTraffic(hash);
  const server = main.serverTraffic(hash);
  const exporter = main.exporter(hash);
  announceTraffic(context, 'client', client, 0);
  announceTraffic(context, 'server', server, 0);
  context.announce('EXPORTER_SECRET', exporter.secret);
  context.exporter = exporter;
  return { main, client, server };
}
