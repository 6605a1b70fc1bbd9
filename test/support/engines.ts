import { toHex } from '../../src/bytes/index.ts';
import type { Credential, ExternalPsk, Request, TlsConnection, Verdict } from '../../src/tls/index.ts';
import { keyOfLeaf } from './credentials.ts';

/** How a test answers what an engine asks. */
export interface Answers {
  readonly verdict?: Verdict;
  readonly clientCertificate?: Credential | null;
  readonly credential?: Credential | null;
  /** On the chain of a session that is resumed. */
  readonly stillAccepted?: Verdict;
  /** Whether 0-RTT data may be taken; it may unless told. */
  readonly earlyData?: boolean;
  /** Sessions by their ids in hexadecimal. */
  readonly store?: Map<string, Uint8Array>;
  readonly psk?: ExternalPsk;
}

/** Answers one pending request by a test's wishes. */
function answer(engine: TlsConnection, request: Request, answers: Answers = {}): void {
  const accepted = { accepted: true } as const;
  const { store } = answers;
  if (request.name === 'verdict') {
    engine.answer(request, (request.question.resumed ? answers.stillAccepted : answers.verdict) ?? accepted);
  } else if (request.name === 'early_data') engine.answer(request, answers.earlyData ?? true);
  else if (request.name === 'find_session') engine.answer(request, store?.get(toHex(request.question.id)) ?? null);
  else if (request.name === 'store_session') {
    store?.set(toHex(request.question.id), request.question.state);
    engine.answer(request, store !== undefined);
  } else if (request.name === 'psk') engine.answer(request, answers.psk ?? null);
  else if (request.name === 'client_certificate') engine.answer(request, answers.clientCertificate ?? null);
  else if (request.name === 'client_hello') engine.answer(request, answers.credential ?? null);
  else if (request.name === 'peer_key') engine.answer(request, keyOfLeaf(request.question.leaf));
  else engine.answer(request, null);
}

/** Answers everything that an engine asks. */
export function settle(engine: TlsConnection, answers: Answers = {}): void {
  for (let request = engine.request; request !== undefined; request = engine.request) answer(engine, request, answers);
}

/** Carries bytes between two engines until neither has more to say; the turns are bounded. */
export function exchange(client: TlsConnection, server: TlsConnection, answers: Answers = {}, maxTurns = 50): void {
  for (let turn = 0; turn < maxTurns; turn++) {
    const toServer = client.takeOutput();
    for (const bytes of toServer) server.receive(bytes);
    settle(server, answers);
    const toClient = server.takeOutput();
    for (const bytes of toClient) client.receive(bytes);
    settle(client, answers);
    if (toServer.length === 0 && toClient.length === 0) return;
  }
  throw new Error(`two engines still talk after ${maxTurns} turns`);
}
