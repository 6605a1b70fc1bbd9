import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
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

/** Bytes of all headers that are read: Node's own limit is 16 KiB, and there are servers that send more. */
const MAX_HEADERS = 2 ** 16;

/** Bytes of a body that are looked at. */
const MAX_BODY = 2_048;

/** What nginx says where it minds the client certificate, behind a handshake that it completes. */
const SENTENCES = ['No required SSL certificate was sent', 'The SSL certificate error'] as const;

interface Response {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The beginning of the body, where it was asked for. */
  readonly body: string;
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
    const { status, headers, body } = await within(timeout, answer);
    const says = SENTENCES.find((sentence) => body.includes(sentence));
    const said = says === undefined ? {} : { says };
    return { kind: 'http', at, took: now() - at, ...asked, status, headers: headersOf(headers), ...said };
  } catch (failure) {
    const error = reasonOf(failure);
    return { kind: 'http', at, took: now() - at, ...asked, headers: {}, error };
  }
}

function http1Response(socket: TLSSocket, { method, host, path }: HttpQuestion): Promise<Response> {
  return new Promise((resolve, reject) => {
    const headers = { host, accept: '*/*', 'user-agent': 'hellofin', connection: 'close' };
    const { request } = builtin('node:http');
    const options = { method, path, headers, setHost: false, maxHeaderSize: MAX_HEADERS };
    const sent = request({ createConnection: () => socket, ...options });
    sent.once('response', (response) => {
      response.on('error', () => undefined);
      beginningOf(response, method, (body) =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    sent.once('error', reject);
    sent.end();
  });
}

function http2Response(socket: TLSSocket, { method, host, path }: HttpQuestion): Promise<Response> {
  return new Promise((resolve, reject) => {
    const settings = { maxHeaderListSize: MAX_HEADERS };
    const session = builtin('node:http2').connect(`https://${host}`, { createConnection: () => socket, settings });
    session.once('error', reject);
    session.once('close', () => reject(new Error('the session was closed')));
    const headers = { ':method': method, ':path': path, accept: '*/*', 'user-agent': 'hellofin' };
    const stream = session.request(headers, { endStream: true });
    stream.once('response', (received) =>
      beginningOf(stream, method, (body) => resolve({ status: received[':status'] ?? 0, headers: received, body })),
    );
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the stream was closed without a response')));
  });
}

/** Hands over the first bytes of a body once they are there; there is none behind HEAD. */
function beginningOf(stream: Readable, method: string, done: (body: string) => void): void {
  if (method === 'HEAD') {
    done('');
    return;
  }
  let body = '';
  const over = () => done(body);
  stream.setEncoding('latin1');
  stream.on('data', (chunk: string) => {
    body += chunk.substring(0, MAX_BODY - body.length);
    if (body.length >= MAX_BODY) over();
  });
  stream.once('end', over);
  stream.once('close', over);
}

/** Why there is no answer. What the parser says of long headers names neither their limit nor whose it is. */
function reasonOf(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const isTooLong = 'code' in failure && failure.code === 'HPE_HEADER_OVERFLOW';
  return isTooLong ? `headers of more than ${MAX_HEADERS} bytes, which this client does not read` : failure.message;
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
    if (typeof value !== 'string') continue;
    out[name] = (name === 'location' ? withoutSecrets(value) : value).substring(0, MAX_HEADER);
  }
  return out;
}

/** Where a redirect leads, without what a query, a fragment or a user name may hold: tokens, codes, passwords. */
function withoutSecrets(location: string): string {
  const [, place = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(location) ?? [];
  return `${place.replace(/^([^/?#]*\/\/)[^/@]*@/, '$1')}${rest === '' ? '' : `${rest.charAt(0)}…`}`;
}
