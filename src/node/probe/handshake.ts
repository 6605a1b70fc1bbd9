import type { Socket } from 'node:net';
import { nodeCrypto } from '../../crypto/node/index.ts';
import type {
  ChainObservation,
  HandshakeRequest,
  HttpObservation,
  HttpRequest,
  ObservedError,
  ProbeInput,
  StampedEvent,
  TcpObservation,
  TlsObservation,
  TransportEnd,
} from '../../diagnose/index.ts';
import { LEGACY_MEANS, TlsError } from '../../tls/index.ts';
import type { RootStore } from '../../x509/index.ts';
import type { SecureContextOptions } from '../secure-context.ts';
import { clientSettings } from '../settings.ts';
import { TLSSocket } from '../tls-socket.ts';
import { requestPath } from './http.ts';
import { JudgingContext } from './judging-context.ts';
import { earlyRequest, type SessionShelf } from './sessions.ts';
import { openTcp } from './tcp.ts';

/** What every handshake of a run is made with. */
export interface HandshakeOptions {
  readonly roots: () => RootStore;
  /** The client certificate and its key, PEM. */
  readonly credential?: { readonly cert: string; readonly key: string };
  /** Receives lines of the key log, each with its line end. */
  readonly keyLog?: (line: Buffer) => void;
  /** What the connections of the run left to resume from. */
  readonly sessions: SessionShelf;
}

/** Bytes of what came first that are kept. */
const MAX_FIRST = 256;

/** Milliseconds to wait for a verdict on the client certificate, beyond some round trips. */
const GRACE = 250;

/** Milliseconds in which more tickets follow the first, beyond a round trip. */
const FOLLOWING = 10;

type Seen = TcpObservation | TlsObservation | ChainObservation | HttpObservation;

/** A TCP connection, a whole handshake, and a request after it. Never rejects for what a peer does. */
export async function handshake(
  request: HandshakeRequest,
  options: HandshakeOptions,
  now: () => number,
): Promise<readonly Seen[]> {
  const { connection, timeout, change, acceptsAnyChain } = request;
  const isTold = request.input.clientCertificate || (request.http !== undefined && !asksNothing(request.http));
  // Whoever is not authenticated learns nothing but that it was asked.
  if (acceptsAnyChain === true && isTold) throw new RangeError('a peer that nobody authenticates is told too much');
  const { socket, observation } = await openTcp(request, now);
  const tcp = change === undefined ? observation : { ...observation, change };
  if (socket === undefined) return [tcp];
  const run = new HandshakeRun(socket, request, options, now);
  run.tls.on('session', (session) => options.sessions.put(request, session));
  const isComplete = await run.complete();
  let http: HttpObservation | undefined;
  const isPromised = run.tls.alpnProtocol !== null && run.tls.alpnProtocol !== false;
  // What it says of our certificate is heard before HTTP that it did not promise is asked for: an end after that is
  // no word about the certificate.
  if (isComplete && run.certificateRequested && !isPromised && run.tls.getProtocol() === 'TLSv1.3') {
    await run.settle(3 * tcp.took + GRACE);
  }
  if (isComplete && request.http !== undefined && !run.isOver) {
    const limit = isPromised ? timeout : request.http.patience;
    http = await requestPath(run.tls, { ...request.http, connection, timeout: limit }, now);
  } else if (isComplete && run.certificateRequested && isPromised && !run.isOver) {
    await run.settle(3 * tcp.took + GRACE);
  } else if (isComplete && request.awaitsTickets === true && run.tls.getProtocol() === 'TLSv1.3' && !run.isOver) {
    // The first of them, and what comes with it.
    if (!run.hasTicket) await run.settle(3 * tcp.took + GRACE);
    await run.settle(tcp.took + FOLLOWING);
  }
  const tls = run.finish();
  return [
    tcp,
    tls,
    ...(run.context.found === undefined ? [] : [run.context.found]),
    ...(http === undefined ? [] : [http]),
  ];
}

function asksNothing({ method, path }: HttpRequest): boolean {
  return method === 'HEAD' && path === '/';
}

class HandshakeRun {
  readonly tls: TLSSocket;
  readonly context: JudgingContext;
  readonly #request: HandshakeRequest;
  readonly #at: number;
  readonly #events: StampedEvent[] = [];
  #took: number | undefined;
  #first = Buffer.alloc(0);
  #received = 0;
  #end: TransportEnd = 'open';
  #error: Error | undefined;
  readonly #socket: Socket;
  readonly #done: Promise<boolean>;

  constructor(socket: Socket, request: HandshakeRequest, options: HandshakeOptions, now: () => number) {
    this.#socket = socket;
    this.#request = request;
    this.#at = now();
    const { input, identity, clock, connection, timeout, acceptsAnyChain } = request;
    const session = request.session && options.sessions.take({ ...request, connection: request.session.from });
    this.context = new JudgingContext(
      { ...(input.clientCertificate ? options.credential : {}), ...offerOf(input) },
      {
        roots: options.roots,
        identity,
        clock,
        connection,
        ...(acceptsAnyChain === undefined ? {} : { acceptsAnyChain }),
      },
    );
    const tlsOptions = {
      secureContext: this.context,
      servername: input.serverName ?? '',
      ALPNProtocols: input.alpn,
      handshakeTimeout: 0,
      ...(session === undefined ? {} : { session }),
      ...(session !== undefined && request.session?.earlyData === true ? earlyRequest(session, identity) : {}),
      trace: (event: StampedEvent['event']) => this.#events.push({ at: now(), event }),
    };
    const settings = clientSettings(tlsOptions, identity);
    const groups = settings.config.groups ?? nodeCrypto.capabilities.groups;
    this.tls = new TLSSocket(socket, tlsOptions, {
      ...settings,
      // Post-quantum always, and a classical share beside it, so that no server needs another round trip.
      config: {
        ...settings.config,
        groups,
        keyShares: keySharesOf(groups),
        ...(input.middleboxCompatibility === undefined ? {} : { middleboxCompatibility: false }),
      },
    });
    if (options.keyLog !== undefined) this.tls.on('keylog', options.keyLog);
    this.#done = new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#end = 'timeout';
        end(false);
      }, timeout);
      const end = (complete: boolean) => {
        clearTimeout(timer);
        this.#took ??= now() - this.#at;
        resolve(complete);
      };
      this.tls.once('secureConnect', () => end(true));
      this.tls.on('error', (error) => {
        this.#error ??= error;
        end(false);
      });
      this.tls.once('close', () => end(false));
    });
    socket.on('data', (chunk: Buffer) => this.#note(chunk));
    socket.once('end', () => this.#ended('closed'));
    socket.once('error', () => this.#ended('reset'));
  }

  /** Whether the server asked for a client certificate. */
  get certificateRequested(): boolean {
    return this.#events.some(({ event }) => event.kind === 'message' && event.name === 'certificate_request');
  }

  /** Whether the server has ended the connection. */
  get isOver(): boolean {
    return this.#end !== 'open' || this.#error !== undefined || this.tls.destroyed;
  }

  /** Whether the server has given a ticket. */
  get hasTicket(): boolean {
    return this.#events.some(({ event }) => event.kind === 'message' && event.name === 'new_session_ticket');
  }

  /** Resolves when the handshake is complete (true) or failed. */
  complete(): Promise<boolean> {
    return this.#done;
  }

  /** Waits for what the server says after the handshake: a ticket, or an alert about our certificate. */
  settle(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => done(), Math.min(milliseconds, this.#request.timeout));
      const done = () => {
        clearTimeout(timer);
        this.#socket.off('data', done);
        this.tls.off('close', done);
        // The engine reads the same bytes right after.
        setImmediate(resolve);
      };
      this.#socket.once('data', done);
      this.tls.once('close', done);
    });
  }

  /** Ends the connection and says what was seen. */
  finish(): TlsObservation {
    const { connection, input } = this.#request;
    const error = observedError(this.#error);
    // A key that the engine can not use ends the handshake before a verdict is asked for; what it is comes out here.
    if (error?.code === 'BAD_CERTIFICATE_KEY') this.context.noteKey(this.tls.getPeerChain(), error);
    this.tls.end(() => this.tls.destroy());
    if (this.#end === 'timeout') this.tls.destroy();
    return {
      ...{ kind: 'tls', connection, at: this.#at, took: this.#took ?? 0, input, end: this.#end },
      ...(error === undefined ? {} : { error }),
      sent: this.#socket.bytesWritten,
      received: this.#received,
      first: new Uint8Array(this.#first),
      events: this.#events,
    };
  }

  #note(chunk: Buffer): void {
    this.#received += chunk.length;
    if (this.#first.length < MAX_FIRST) this.#first = Buffer.concat([this.#first, chunk]).subarray(0, MAX_FIRST);
  }

  #ended(how: TransportEnd): void {
    if (this.#end === 'open') this.#end = how;
  }
}

/** node:tls's names. */
const NODE_VERSION = { 'TLS 1.3': 'TLSv1.3', 'TLS 1.2': 'TLSv1.2' } as const;

/** What a handshake offers, by the options of a context. */
export function offerOf(input: ProbeInput): SecureContextOptions {
  const { versions, groups, cipherSuites, oldCipherSuites, signatureSchemes } = input;
  return {
    ...(oldCipherSuites === undefined ? {} : { legacy: LEGACY_MEANS }),
    ...(versions === undefined ? {} : { minVersion: NODE_VERSION[versions.at(-1) ?? 'TLS 1.2'] }),
    ...(versions === undefined ? {} : { maxVersion: NODE_VERSION[versions[0] ?? 'TLS 1.3'] }),
    ...(groups === undefined ? {} : { groups }),
    ...(cipherSuites === undefined ? {} : { ciphers: cipherSuites.join(':') }),
    ...(signatureSchemes === undefined ? {} : { sigalgs: signatureSchemes }),
  };
}

function keySharesOf<G extends string>(groups: readonly G[]): readonly G[] {
  const [first] = groups;
  const second = groups.find((group) => group !== first && group === 'x25519');
  return [first, first === 'X25519MLKEM768' ? second : undefined].filter((group) => group !== undefined);
}

/** The engine's error, wherever it stands among the causes. */
function observedError(error: Error | undefined): ObservedError | undefined {
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    if (!(one instanceof TlsError)) continue;
    // Nothing that a peer can do: a bug of this side, told as one.
    if (one.code === 'INTERNAL' || one.code === 'BAD_CONFIGURATION') throw one;
    const { code, fault, message, spec, evidence } = one;
    return { code, fault, message, spec, ...(evidence === undefined ? {} : { evidence }) };
  }
  return undefined;
}
