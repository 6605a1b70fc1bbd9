/** Observations for tests of what is made of them. */
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import type {
  ChangeId,
  DnsObservation,
  ExchangeObservation,
  Observation,
  Run,
  RunSettings,
  TcpObservation,
  TcpStatus,
  TlsObservation,
} from '../../src/diagnose/index.ts';
import { TlsConnection, type TlsEvent } from '../../src/tls/index.ts';
import { ALERTS } from '../../src/tls/wire.ts';

/** 2026-11-23 12:00Z. */
export const now = Date.UTC(2026, 10, 23, 12);

const settings: RunSettings = {
  timeout: 5_000,
  maxConnections: 10,
  identity: 'shop.example',
  trust: 'the roots of Node.js',
  http: true,
  input: { serverName: 'shop.example', alpn: ['h2', 'http/1.1'], clientCertificate: false },
  families: [4, 6],
  expiry: { value: 20, unit: 'percent' },
};

/** A run of shop.example:443 that saw this. */
export function runOf(observations: readonly Observation[], changed: Partial<RunSettings> = {}): Run {
  return {
    schema: 'hellofin/1',
    tool: 'hellofin test',
    target: { text: 'shop.example', host: 'shop.example', isAddress: false, port: 443, protocol: 'unknown', path: '/' },
    settings: { ...settings, ...changed },
    startedAt: now,
    clock: now,
    took: 100,
    observations,
  };
}

/** A look-up that found these addresses. */
export function dns(...addresses: string[]): DnsObservation {
  return {
    ...{ kind: 'dns', at: 0, took: 5, name: 'shop.example', resolver: 'udp://192.0.2.53:53' },
    records: [
      { type: 'A', status: addresses.length > 0 ? 'answer' : 'nxdomain', addresses },
      { type: 'AAAA', status: 'nodata', addresses: [] },
    ],
  };
}

/** A connection attempt. */
export function tcp(
  connection: number,
  address: string,
  status: TcpStatus = 'connected',
  detail?: string,
): TcpObservation {
  const one = { kind: 'tcp', connection, at: 5, took: 10, address, port: 443, status } as const;
  return detail === undefined ? one : { ...one, detail };
}

/** A handshake that ended after the ClientHello, in one of the ways that tell nothing. */
export function failed(
  connection: number,
  end: TlsObservation['end'],
  changed: Partial<TlsObservation> = {},
): TlsObservation {
  const events: { at: number; event: TlsEvent }[] = [];
  TlsConnection.client({
    crypto: nodeCrypto,
    serverName: 'shop.example',
    alpn: ['h2', 'http/1.1'],
    trace: (event) => events.push({ at: 15, event }),
  });
  return {
    ...{ kind: 'tls', connection, at: 15, took: 20, input: settings.input, end },
    ...{ sent: 500, received: 0, first: new Uint8Array(0), events },
    ...changed,
  };
}

/** A handshake that an alert ended. */
export function alerted(
  connection: number,
  name: 'handshake_failure' | 'protocol_version' | 'internal_error' | 'unrecognized_name',
): TlsObservation {
  const code = ALERTS[name];
  const one = failed(connection, 'closed', { received: 7 });
  const alert = { kind: 'alert', direction: 'received', level: 'initial', severity: 2, code, name } as const;
  const error = {
    code: 'ALERT_RECEIVED',
    fault: 'peer',
    message: `received alert ${name}`,
    spec: 'RFC 8446 section 6',
  };
  return { ...one, error, events: [...one.events, { at: 30, event: alert }] };
}

/** A probe, with its connection. */
export function probe(
  connection: number,
  change: ChangeId,
  received: string,
  end: ExchangeObservation['end'] = 'open',
): Observation[] {
  const bytes = Uint8Array.from(Buffer.from(received, 'hex'));
  return [
    tcp(connection, '192.0.2.10'),
    {
      ...{ kind: 'exchange', connection, at: 40, took: 10, address: '192.0.2.10', port: 443, change },
      ...{ sent: new Uint8Array(0), received: bytes, end },
    },
  ];
}

/** handshake_failure, as a record. */
export const ALERT_40 = '15030300020228';

/** The ServerHello of RFC 8448 section 3, as a record. */
export const SERVER_HELLO =
  '160303005a020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e' +
  '00330024001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304';
