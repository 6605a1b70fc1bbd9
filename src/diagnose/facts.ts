import { VERSIONS } from '../tls/wire.ts';
import { type FlightFacts, flightFactsOf } from './flight-facts.ts';
import { alertReceived, beforeTls13, isHelloAnswered, type Recorded } from './messages.ts';
import { type Negotiated, negotiatedOf } from './negotiated.ts';
import type {
  ChainObservation,
  DnsObservation,
  DnsRecords,
  ExchangeObservation,
  HttpObservation,
  KeyProofObservation,
  TcpObservation,
  TlsObservation,
} from './observations.ts';
import { readAnswer } from './probes/answer.ts';
import { isInventory, isVersionProbe } from './probes/change.ts';
import { type HandshakeChangeId, handshakeChangeOf } from './probes/handshake-change.ts';
import type { Run } from './run.ts';
import { endpointText } from './target.ts';
import { offeredVersions } from './versions.ts';

/** How a handshake failed, as far as the client sees it: what hypotheses start from. */
export type Symptom =
  /** The handshake is complete and nothing went wrong after it. */
  | { readonly kind: 'none' }
  /** There was no TCP connection. */
  | { readonly kind: 'unreached' }
  | { readonly kind: 'alert'; readonly name: string; readonly code: number; readonly afterHandshake: boolean }
  | { readonly kind: 'reset' | 'closed' | 'silent'; readonly received: number }
  | { readonly kind: 'not_tls' }
  /** This side refused the peer's chain. */
  | { readonly kind: 'rejected' }
  /** Both sides keep to the protocol and share no parameters. */
  | { readonly kind: 'incompatible'; readonly code: string }
  /** The peer broke the protocol. */
  | { readonly kind: 'violation' };

/** What was seen on a connection with a handshake. */
interface HandshakeFacts {
  readonly tcp: TcpObservation;
  readonly tls: TlsObservation | undefined;
  readonly negotiated: Negotiated;
  readonly chain: ChainObservation | undefined;
  readonly http: HttpObservation | undefined;
  readonly symptom: Symptom;
}

/** A whole handshake that differs in one input. */
export interface HandshakeProbe extends HandshakeFacts {
  readonly change: HandshakeChangeId;
}

/** What was seen at one address. */
export interface AddressFacts extends HandshakeFacts {
  readonly address: string;
  readonly port: number;
  /** `192.0.2.10:443`. */
  readonly endpoint: string;
  /** The last one: another connection may have asked again with GET. */
  readonly http: HttpObservation | undefined;
  /** The connections that differ in one input and stop at the first answer. */
  readonly exchanges: readonly ExchangeObservation[];
  /** The connections that ask for more of what the server has. */
  readonly inventoryProbes: readonly ExchangeObservation[];
  /** The connections that ask for a version. */
  readonly versionProbes: readonly ExchangeObservation[];
  /** Those that go the whole way. */
  readonly handshakes: readonly HandshakeProbe[];
  /** What a server of TLS 1.2 or older said in clear, where the handshake failed before it showed a certificate. */
  readonly flight: FlightFacts | undefined;
  /** The messages that show what the server has: the handshake's, or the flight's. */
  readonly recorded: Recorded | undefined;
}

/** A run, looked at by address. */
export interface Facts {
  readonly run: Run;
  readonly dns: DnsObservation | undefined;
  readonly addresses: readonly AddressFacts[];
  /** TCP connections opened or tried. */
  readonly connections: number;
}

/** Arranges what a run saw. */
export function factsOf(run: Run): Facts {
  const { observations } = run;
  const of = <K extends (typeof observations)[number]['kind']>(kind: K) =>
    observations.filter((one): one is Extract<(typeof observations)[number], { kind: K }> => one.kind === kind);
  const tcp = of('tcp');
  const exchanges = of('exchange');
  const probing = new Set([...exchanges, ...of('fetch')].map(({ connection }) => connection));
  const handshakeOn = (one: TcpObservation): HandshakeFacts => {
    const here = (other: { readonly connection: number }) => other.connection === one.connection;
    const tls = of('tls').find(here);
    const negotiated = negotiatedOf(tls);
    const [chain, http] = [of('chain').find(here), of('http').find(here)];
    return { tcp: one, tls, negotiated, chain, http, symptom: symptomOf(tls, negotiated, http) };
  };
  // Those that nothing was changed on, each address in the order of its first.
  const plain = tcp.filter((one) => one.change === undefined && !probing.has(one.connection));
  const first = plain.filter((one, index) => plain.findIndex(isAt(one)) === index);
  return {
    run,
    dns: of('dns')[0],
    connections: tcp.length,
    addresses: first.map((one) => {
      const again = plain.filter(isAt(one)).map(({ connection }) => connection);
      const completed = tcp
        .filter(isAt(one))
        .filter(completesFlight)
        .map(({ connection }) => connection);
      const whole = handshakeOn(one);
      const probes = exchanges.filter(isAt(one));
      const isFlightTheirs = whole.chain === undefined && !isAnsweredAtTimes(whole, probes);
      const flight = isFlightTheirs ? flightAmong(probes, of('key_proof')) : undefined;
      const { connection } = flight?.exchange ?? one;
      return {
        ...whole,
        ...(flight === undefined ? {} : { negotiated: negotiatedOf(flight) }),
        chain: of('chain').find((chain) => chain.connection === connection),
        flight,
        recorded: flight ?? whole.tls,
        address: one.address,
        port: one.port,
        endpoint: endpointText(one.address, one.port),
        http: of('http').findLast(({ connection }) => again.includes(connection) || completed.includes(connection)),
        exchanges: probes.filter(({ change }) => !isVersionProbe(change) && !isInventory(change)),
        inventoryProbes: probes.filter(({ change }) => isInventory(change)),
        versionProbes: probes.filter(({ change }) => isVersionProbe(change)),
        handshakes: tcp.filter(isAt(one)).flatMap((other) => {
          const { change } = other;
          return change === undefined ? [] : { ...handshakeOn(other), change };
        }),
      };
    }),
  };
}

/** Whether the hello that was refused is answered another time: then a flight of an older version is not all it has. */
function isAnsweredAtTimes({ tls }: HandshakeFacts, probes: readonly ExchangeObservation[]): boolean {
  if (isHelloAnswered({ tls })) return false;
  return probes.some(({ change, received }) => change === 'none' && readAnswer(received).kind === 'server_hello');
}

/** Whether a connection goes the whole way with a server whose flight was read. */
function completesFlight({ change }: TcpObservation): boolean {
  return change !== undefined && handshakeChangeOf(change).completesFlight === true;
}

/** The flight that came furthest. */
function flightAmong(
  exchanges: readonly ExchangeObservation[],
  proofs: readonly KeyProofObservation[],
): FlightFacts | undefined {
  const flights = exchanges.flatMap(
    (one) =>
      flightFactsOf(
        one,
        proofs.find(({ connection }) => connection === one.connection),
      ) ?? [],
  );
  return flights.find(({ flight }) => flight.isComplete) ?? flights[0];
}

/** Whether something was seen at the same address and port. */
function isAt(one: { readonly address: string; readonly port: number }) {
  return (other: { readonly address: string; readonly port: number }) =>
    other.address === one.address && other.port === one.port;
}

/** Whether nothing was heard of a record type: that says something of the resolver and nothing of the name. */
export function isUnanswered({ status }: DnsRecords): boolean {
  return status === 'unreachable' || status === 'timeout' || status === 'failed';
}

/**
 * Whether clients of today connect: the handshake is complete, or the server said all that it says first in TLS 1.2, by
 * suites that this client does not have.
 */
export function isUsable({ symptom, flight, tls }: AddressFacts): boolean {
  if (symptom.kind === 'none') return true;
  const isTls12 = flight?.flight.isComplete === true && flight.flight.version === VERSIONS.tls12;
  return isTls12 && offeredVersions(tls).includes('TLS 1.2');
}

/** Whether the handshake at an address did what it should. */
export function isHealthy(address: AddressFacts): boolean {
  return address.symptom.kind === 'none';
}

function symptomOf(
  tls: TlsObservation | undefined,
  negotiated: Negotiated,
  http: HttpObservation | undefined,
): Symptom {
  if (tls === undefined) return { kind: 'unreached' };
  const { complete } = negotiated;
  const { error, end, received } = tls;
  const alert = alertReceived(tls);
  const isEnd = (end === 'reset' || end === 'closed') && (error === undefined || error.code === 'CONNECTION_TRUNCATED');
  // RFC 8446 section 6.1: the peer ends the connection in good order; it accuses nobody.
  if (error?.code === 'ALERT_RECEIVED' && alert === undefined) return { kind: 'closed', received };
  if (error?.code === 'ALERT_RECEIVED' && alert !== undefined) {
    return {
      kind: 'alert',
      name: alert.name ?? 'unregistered',
      code: alert.code,
      afterHandshake: complete,
    };
  }
  // An error under the level of a warning (RFC 8446 section 6 ignores levels), and then the end.
  if (isEnd && alert !== undefined && !isHelloAnswered({ tls })) {
    return { kind: 'alert', name: alert.name ?? 'unregistered', code: alert.code, afterHandshake: false };
  }
  if (error?.code === 'NOT_TLS') return { kind: 'not_tls' };
  // A key that no scheme signs with is refused before the chain is; what is wrong with it the chain's verdict says.
  if (error?.code === 'CERTIFICATE_REJECTED' || error?.code === 'BAD_CERTIFICATE_KEY') return { kind: 'rejected' };
  // An older version is the server's own; one that nobody knows breaks the protocol.
  if (error?.code === 'NO_COMMON_VERSION' && isHelloAnswered({ tls }) && beforeTls13(tls) === undefined) {
    return { kind: 'violation' };
  }
  if (error?.fault === 'incompatible') return { kind: 'incompatible', code: error.code };
  if (error !== undefined && error.code !== 'CONNECTION_TRUNCATED') return { kind: 'violation' };
  if (complete && !(isEnd && isTurnedAway(tls, negotiated, http))) return { kind: 'none' };
  if (end === 'reset' || end === 'closed') return { kind: end, received };
  return { kind: 'silent', received };
}

/**
 * Whether a server of TLS 1.3 that asked for a client certificate ended the connection in place of a first word. Its
 * verdict on the certificate comes when the client thinks that the handshake is complete (RFC 8446 section 4.4.2.4), and
 * some give it without an alert. What it does to a request tells nothing of it.
 */
function isTurnedAway(
  tls: TlsObservation,
  { version, certificateRequested }: Negotiated,
  http?: HttpObservation,
): boolean {
  if (version !== 'TLS 1.3' || !certificateRequested || http !== undefined) return false;
  return !tls.events.some(
    ({ event }) => 'level' in event && event.level === 'application' && event.direction === 'received',
  );
}

/**
 * What shows that this machine's network works, apart from the address in question: an answer of the resolver or of
 * another address. `undefined` when nothing does: then a silence says nothing of the peer.
 */
export function networkAnswers({ dns, addresses }: Facts, apart: AddressFacts): string | undefined {
  const other = addresses.find(
    (one) =>
      one.address !== apart.address &&
      // Another family takes another route, and this machine's own addresses take none.
      isIpv6(one.address) === isIpv6(apart.address) &&
      isLoopback(one.address) === isLoopback(apart.address) &&
      (one.tcp.status === 'connected' || one.tcp.status === 'refused'),
  );
  if (other !== undefined) return `${other.address} answers`;
  return dns?.records.some(({ status }) => status === 'answer') === true ? 'the resolver answers' : undefined;
}

function isIpv6(address: string): boolean {
  return address.includes(':');
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
