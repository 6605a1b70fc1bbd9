/** Why early data was taken or not, in the words of `-expect-early-data-reason`. */
import type { ConnectionInfo } from '../../../src/tls/index.ts';
import { Mismatch } from './error.ts';
import type { Options } from './options.ts';
import type { Memory } from './sessions.ts';

/** Compares the reason with what is expected. @throws Mismatch */
export function checkEarlyDataReason(
  options: Options,
  info: ConnectionInfo,
  memory: Memory,
  wasOffered: boolean,
): void {
  const expected = options.expectEarlyDataReason;
  if (expected === '') return;
  const reason = options.server ? serverReason(options, info, memory, wasOffered) : clientReason(options, info, memory);
  if (reason !== expected) throw new Mismatch(`the reason about early data is ${reason}, expected ${expected}`);
}

function clientReason({ enableEarlyData }: Options, info: ConnectionInfo, { session }: Memory): string {
  if (!enableEarlyData) return 'disabled';
  if (info.version === 'TLS 1.2') return 'protocol_version';
  if (session === undefined) return 'no_session_offered';
  if (info.earlyData === 'accepted') return 'accept';
  if (info.earlyData === undefined) return session.maxEarlyData === 0 ? 'unsupported_for_session' : 'alpn_mismatch';
  if (info.helloRetryRequest) return 'hello_retry_request';
  return info.resumed ? 'peer_declined' : 'session_not_resumed';
}

function serverReason(options: Options, info: ConnectionInfo, memory: Memory, wasOffered: boolean): string {
  if (!options.enableEarlyData) return 'disabled';
  if (info.version === 'TLS 1.2') return 'protocol_version';
  if (info.earlyData === 'accepted') return 'accept';
  if (!info.resumed) return wasOffered ? 'session_not_resumed' : 'no_session_offered';
  if (info.helloRetryRequest) return 'hello_retry_request';
  const { last } = memory;
  if (last === undefined || !last.earlyData) return 'unsupported_for_session';
  if (last.alpn !== info.alpn) return 'alpn_mismatch';
  return Math.abs(info.ticketAgeSkew ?? 0) > 60_000 ? 'ticket_age_skew' : 'peer_declined';
}
