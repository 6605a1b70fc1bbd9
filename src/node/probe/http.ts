import type { IncomingHttpHeaders } from 'node:http';
import type { HttpObservation } from '../../diagnose/index.ts';
import { builtin } from '../builtin.ts';
import type { TLSSocket } from '../tls-socket.ts';

/** A request to make over a connection. */
export interface HttpQuestion {
  readonly method: 'HEAD' | 'GET';
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

interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Asks for a path by the protocol that ALPN chose; follows no redirect and reads no body. Never rejects. */
export async function requestPath(
  socket: TLSSocket,
  question: HttpQuestion,
  now: () => number,
): Promise<HttpObservation> {
  const at = now();
  const isHttp2 = socket.alpnProtocol === 'h2';
  const { connection, method, path, timeout } = question;
  const asked = { connection, protocol: isHttp2 ? 'h2' : 'http/1.1', method, path } as const;
  try {
    const answer = isHttp2 ? http2Response(socket, question) : http1Response(socket, question);
    const { status, headers } = await within(timeout, answer);
    return { kind: 'http', at, took: now() - at, ...asked, status, headers: headersOf(headers) };
  } catch (failure) {
    const error = failure instanceof Error ? failure.message : String(failure);
    return { kind: 'http', at, took: now() - at, ...asked, headers: {}, error };
  }
}

function http1Response(socket: TLSSocket, { method, host, path }: HttpQuestion): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { host, accept: '*/*', 'user-agent': 'hellofin', connection: 'close' };
    const { request } = builtin('node:http');
    const sent = request({ createConnection: () => socket, method, path, headers, setHost: false });
    sent.once('response', (response) => {
      response.on('error', () => undefined);
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    sent.once('error', reject);
    sent.end();
  });
}

function http2Response(socket: TLSSocket, { method, host, path }: HttpQuestion): Promise<Response> {
  return new Promise((resolve, reject) => {
    const session = builtin('node:http2').connect(`https://${host}`, { createConnection: () => socket });
    session.once('error', reject);
    session.once('close', () => reject(new Error('the session was closed')));
    const headers = { ':method': method, ':path': path, accept: '*/*', 'user-agent': 'hellofin' };
    const stream = session.request(headers, { endStream: true });
    stream.once('response', (received) => resolve({ status: received[':status'] ?? 0, headers: received }));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the stream was closed without a response')));
  });
}

function within<T>(timeout: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${timeout / 1000} s`)), timeout);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

function headersOf(headers: IncomingHttpHeaders): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of READ) {
    const value = headers[name];
    if (typeof value === 'string') out[name] = value.substring(0, MAX_HEADER);
  }
  return out;
}
