/** Two connections of two engines, the second with the session of the first. */
import { expect } from 'vitest';
import { type ClientConfig, type ServerConfig, type ServerSessions, TlsConnection } from '../../src/tls/index.ts';
import { clientConfig, serverConfig } from '../tls/scenarios.ts';
import { type Answers, exchange } from './engines.ts';
import { firstSessions, resuming, sessionEnds } from './sessions.ts';

/** Both ends of a connection. */
export interface Ends {
  readonly client: TlsConnection;
  readonly server: TlsConnection;
}

/** Connects two engines. */
export function connect(client: ClientConfig, server: ServerConfig, answers: Answers = {}): Ends {
  const ends = { client: TlsConnection.client(client), server: TlsConnection.server(server) };
  exchange(ends.client, ends.server, answers);
  return ends;
}

/** Connects, then once more with the session; both configurations may be others then. */
export function twice(
  first: { client?: Partial<ClientConfig>; server?: Partial<ServerConfig>; sessions?: Partial<ServerSessions> } = {},
  second: { client?: Partial<ClientConfig>; server?: Partial<ServerConfig>; after?: number } = {},
  answers: Answers = {},
): Ends {
  const ends = sessionEnds(clientConfig(first.client), serverConfig(first.server));
  const server: ServerConfig = { ...ends.server, sessions: { ...sessionsOf(ends.server), ...first.sessions } };
  const [session] = firstSessions(ends.client, server, answers);
  ends.clock.now += second.after ?? 0;
  return connect(resuming({ ...ends.client, ...second.client }, session), { ...server, ...second.server }, answers);
}

/** What a server does about sessions. */
export function sessionsOf(config: ServerConfig): ServerSessions {
  if (config.sessions === undefined) throw new Error('no sessions');
  return config.sessions;
}

function expectData({ client, server }: Ends): void {
  expect(client.error ?? server.error).toBeUndefined();
  client.write(Uint8Array.of(1));
  server.write(Uint8Array.of(2));
  exchange(client, server);
  expect([...client.takeData(), ...server.takeData()]).toEqual([Uint8Array.of(2), Uint8Array.of(1)]);
}

/** Data goes both ways, and the session was resumed, or was not. */
export function expectResumed(ends: Ends, resumed = true): void {
  expectData(ends);
  expect(ends.client.info.resumed ?? false).toBe(resumed);
  expect(ends.server.info.resumed ?? false).toBe(resumed);
}
