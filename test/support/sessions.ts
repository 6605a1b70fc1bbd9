/** Two engines that resume: a clock that stands still until a test moves it, and the first connection. */
import { type ClientConfig, type ServerConfig, type Session, TicketKeys, TlsConnection } from '../../src/tls/index.ts';
import { type Answers, exchange } from './engines.ts';

/** A moment long before the certificates of the tests end. */
export const NOW = 1_790_000_000_000;

/** A clock that a test sets. */
export interface TestClock {
  now: number;
  readonly read: () => number;
}

/** A clock at {@link NOW}. */
function testClock(): TestClock {
  const clock = { now: NOW, read: () => clock.now };
  return clock;
}

/** Configurations of two ends that keep sessions, by one clock. */
export function sessionEnds(
  client: ClientConfig,
  server: ServerConfig,
  clock = testClock(),
): { readonly clock: TestClock; readonly client: ClientConfig; readonly server: ServerConfig } {
  const tickets = new TicketKeys(server.crypto);
  return {
    clock,
    client: { ...client, sessions: { now: clock.read, ...client.sessions } },
    server: { ...server, sessions: { tickets, ...server.sessions, now: clock.read } },
  };
}

/** Connects and gives the sessions that the client got. @throws what either end failed with */
export function firstSessions(client: ClientConfig, server: ServerConfig, answers: Answers = {}): Session[] {
  const ends = { client: TlsConnection.client(client), server: TlsConnection.server(server) };
  exchange(ends.client, ends.server, answers);
  const error = ends.client.error ?? ends.server.error;
  if (error !== undefined) throw error;
  return ends.client.takeSessions();
}

/** The configuration with a session to resume, and 0-RTT data if any. */
export function resuming(client: ClientConfig, resume: Session | undefined, earlyData?: Uint8Array): ClientConfig {
  if (client.sessions === undefined || resume === undefined) throw new Error('there is no session');
  return { ...client, sessions: { ...client.sessions, resume, ...(earlyData && { earlyData }) } };
}
