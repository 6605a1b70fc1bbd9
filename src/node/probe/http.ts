import type { IncomingHttpHeaders } from 'node:http';
import type { HttpObservation } from '../../diagnose/index.ts';
import { builtin } from '../builtin.ts';
import type { TLSSocket } from '../tls-socket.ts';

/** A request to make over a connection. */
export interface HttpQuestion {
  readonly host: string;
  readonly path: string;
  readonly connection: number;
  /** Milliseconds until no answer is one. */
  readonly timeout: number;
}

/** The headers that a check reads. */
const READ = ['server', 'location', 'strict-transport-security', 'date', 'alt-svc'] as const;

/** Bytes of a header that are kept. */
const MAX_HEADER = 512;

/** Answers that say that HEAD is not known here: RFC 9110 sections 15.5.6 and 15.6.2. */
const NO_HEAD: ReadonlySet<number> = new Set([405, 501]);

interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

type Send = (method: string) => Promise<Response>;

/** Asks for the head of a path by the protocol that ALPN chose; follows no redirect. Never rejects. */
export async function requestHead(
  socket: TLSSocket,
  question: HttpQuestion,
  now: () => number,
): Promise<HttpObservation> {
  const at = now();
  const protocol = socket.alpnProtocol === 'h2' ? 'h2' : 'http/1.1';
  const client = protocol === 'h2' ? http2Client(socket, question) : http1Client(socket, question);
  let method = 'HEAD';
  let response: Response | undefined;
  let error: string | undefined;
  try {
    response = await client.send('HEAD');
    if (NO_HEAD.has(response.status)) {
      response = await client.send('GET');
      method = 'GET';
    }
  } catch (failure) {
    if (response === undefined) error = failure instanceof Error ? failure.message : String(failure);
  }
  client.close();
  const { connection, path } = question;
  return {
    ...{ kind: 'http', connection, at, took: now() - at, protocol, method, path },
    headers: response === undefined ? {} : headersOf(response.headers),
    ...(response === undefined ? {} : { status: response.status }),
    ...(error === undefined ? {} : { error }),
  };
}

function http1Client(socket: TLSSocket, { host, path, timeout }: HttpQuestion): { send: Send; close(): void } {
  const { Agent, request } = builtin('node:http');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = () => socket;
  const send: Send = (method) =>
    new Promise((resolve, reject) => {
      const headers = { host, accept: '*/*', 'user-agent': 'hellofin' };
      const sent = request({ agent, method, path, headers, setHost: false });
      const timer = setTimeout(() => sent.destroy(new Error(`no answer in ${timeout / 1000} s`)), timeout);
      sent.once('response', (response) => {
        clearTimeout(timer);
        const { statusCode = 0, headers: received } = response;
        resolve({ status: statusCode, headers: received });
        response.on('error', () => undefined);
        // A body that nobody asked for is not waited for.
        if (method === 'GET') response.destroy();
        else response.resume();
      });
      sent.once('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      sent.end();
    });
  return { send, close: () => agent.destroy() };
}

function http2Client(socket: TLSSocket, { host, path, timeout }: HttpQuestion): { send: Send; close(): void } {
  const session = builtin('node:http2').connect(`https://${host}`, { createConnection: () => socket });
  const failed = new Promise<never>((_, reject) => {
    session.once('error', reject);
    session.once('close', () => reject(new Error('the session was closed')));
  });
  failed.catch(() => undefined);
  const send: Send = (method) => {
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<Response>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${timeout / 1000} s`)), timeout);
      const headers = { ':method': method, ':path': path, accept: '*/*', 'user-agent': 'hellofin' };
      const stream = session.request(headers, { endStream: true });
      stream.once('response', (received) => {
        resolve({ status: received[':status'] ?? 0, headers: received });
        stream.close();
      });
      stream.once('error', reject);
      stream.once('close', () => reject(new Error('the stream was closed without a response')));
    });
    return Promise.race([answered, failed]).finally(() => clearTimeout(timer));
  };
  return { send, close: () => session.destroy() };
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of READ) {
    const value = headers[name];
    if (typeof value === 'string') out[name] = value.substring(0, MAX_HEADER);
  }
  return out;
}
