/**
 * Fetches what a caIssuers URL names: one GET over HTTP without TLS (RFC 5280 section 4.2.2.1; section 8 warns of https,
 * which could need itself), on one connection, to an address that the peer could reach without us. The URL comes out of
 * a certificate that nothing vouches for yet.
 */
import { isIP, isIPv6, type Socket } from 'node:net';
import type { FetchObservation, FetchRequest, Resolver, TcpObservation } from '../../diagnose/index.ts';
import { publishedCertificates, X509Error } from '../../x509/index.ts';
import { builtin } from '../builtin.ts';
import { mayFetchFrom, reachOf } from './aia-address.ts';
import { openTcp } from './tcp.ts';

/** Bytes of an answer. Certificates have one or two thousand, bundles some ten. */
const MAX_BODY = 2 ** 16;

/** Characters of a URL. */
const MAX_URL = 2_048;

/** RFC 9110 section 15.4: those that lead to another place for the same thing. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

type Outcome = Pick<FetchObservation, 'status'> & Partial<FetchObservation>;

/** Fetches the certificates at a URL. Never rejects. */
export async function fetchIssuer(
  request: FetchRequest,
  resolver: Resolver,
  now: () => number,
): Promise<readonly (TcpObservation | FetchObservation)[]> {
  const { url, connection } = request;
  const at = now();
  // One patience for all of it: the resolver, the connection and the answer.
  const left = () => Math.max(request.timeout - (now() - at), 1);
  const seen = (outcome: Outcome): FetchObservation => ({
    ...{ kind: 'fetch', at, took: now() - at, url, certificates: [] },
    ...outcome,
  });
  const place = placeOf(url);
  if (typeof place === 'string') return [seen({ status: 'forbidden', detail: place })];
  const found = await addressOf(place.host, { ...request, timeout: left() }, resolver);
  if (typeof found !== 'string') return [seen(found)];
  const { socket, observation } = await openTcp({ address: found, port: place.port, connection, timeout: left() }, now);
  if (socket === undefined) {
    return [observation, seen({ connection, status: 'unreachable', detail: `connection ${observation.status}` })];
  }
  return [observation, seen({ connection, ...(await ask(socket, place, left())) })];
}

interface Place {
  /** A name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly url: URL;
}

/** What a URL names, or why it is not fetched. */
function placeOf(text: string): Place | string {
  if (text.length > MAX_URL) return `a URL of more than ${MAX_URL} characters`;
  if (!URL.canParse(text)) return 'not a URL';
  const url = new URL(text);
  if (url.protocol !== 'http:') return `only http is fetched, not ${url.protocol.replace(/:$/, '')}`;
  if (url.username !== '' || url.password !== '') return 'a URL with a user name';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: url.port === '' ? 80 : Number(url.port), url };
}

/** An address that may be asked, the peer's family first: it is known to work. */
async function addressOf(
  host: string,
  { families, timeout, peer }: FetchRequest,
  resolver: Resolver,
): Promise<string | Outcome> {
  let addresses: readonly string[] = [host];
  if (isIP(host) === 0) {
    const records = await resolver.resolve(host, families, timeout);
    addresses = records.flatMap((one) => one.addresses);
    if (addresses.length === 0) {
      const statuses = [...new Set(records.map(({ status }) => status))].join(', ');
      return { status: 'no_address', detail: `${host} has no address: ${statuses}` };
    }
  } else if (!families.includes(isIPv6(host) ? 6 : 4)) {
    return { status: 'no_address', detail: `${host} is of the other family` };
  }
  const allowed = addresses.filter((address) => mayFetchFrom(address, peer));
  const [first = ''] = addresses;
  if (allowed.length === 0) {
    return { status: 'forbidden', detail: `it leads to ${first}, a ${reachOf(first)} address` };
  }
  return allowed.find((address) => isIPv6(address) === isIPv6(peer)) ?? allowed[0] ?? first;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: Buffer;
}

async function ask(socket: Socket, place: Place, timeout: number): Promise<Outcome> {
  let answer: Answer;
  try {
    answer = await get(socket, place, timeout);
  } catch (error) {
    return { status: 'failed', detail: error instanceof Error ? error.message : String(error) };
  } finally {
    socket.destroy();
  }
  const { status, location, body } = answer;
  if (REDIRECTS.has(status) && location !== undefined && URL.canParse(location, place.url.href)) {
    return { status: 'redirect', detail: `HTTP ${status}`, location: new URL(location, place.url).href };
  }
  if (status !== 200) return { status: 'failed', detail: `HTTP ${status}` };
  try {
    return { status: 'found', certificates: publishedCertificates(new Uint8Array(body)) };
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return { status: 'unusable', detail: `no certificate in ${body.length} bytes: ${error.message}` };
  }
}

function get(socket: Socket, { url }: Place, timeout: number): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), timeout);
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    const failed = (error: Error) => settle(() => reject(error));
    const sent = builtin('node:http').request({
      createConnection: () => socket,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: '*/*', 'user-agent': 'hellofin', connection: 'close' },
      setHost: false,
    });
    sent.once('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > MAX_BODY) failed(new Error(`more than ${MAX_BODY} bytes`));
      });
      response.once('error', failed);
      response.once('end', () => {
        const { statusCode: status = 0, headers } = response;
        settle(() => resolve({ status, location: headers.location, body: Buffer.concat(chunks) }));
      });
    });
    sent.on('error', failed);
    // After an answer this changes nothing; before one it is the answer.
    sent.once('close', () => failed(new Error('the connection was closed without an answer')));
    sent.end();
  });
}
