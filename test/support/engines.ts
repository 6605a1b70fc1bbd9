import type { Credential, Request, TlsConnection, Verdict } from '../../src/tls/index.ts';
import { keyOfLeaf } from './credentials.ts';

/** How a test answers what an engine asks. */
export interface Answers {
  readonly verdict?: Verdict;
  readonly clientCertificate?: Credential | null;
  readonly credential?: Credential | null;
}

/** Answers one pending request by a test's wishes. */
function answer(engine: TlsConnection, request: Request, answers: Answers = {}): void {
  if (request.name === 'verdict') engine.answer(request, answers.verdict ?? { accepted: true });
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
