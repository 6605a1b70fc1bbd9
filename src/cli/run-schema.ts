/**
 * The form of a saved run. What does not have it is refused; members that are not known are passed over, because later
 * versions may add some.
 */
import * as v from 'valibot';
import {
  bytesFromHex,
  CAUSES,
  type ChangeId,
  type FindingCode,
  type HandshakeChangeId,
  isChangeId,
  isHandshakeChangeId,
  SCHEMA,
} from '../diagnose/index.ts';
import { ALERTS, type AlertName, HANDSHAKE_TYPES, type HandshakeName } from '../tls/wire.ts';

/** A Certificate message holds 2^24 bytes at most, of which this engine takes 2^16: nothing said of one is much longer. */
const text = v.pipe(v.string(), v.maxLength(2 ** 18));
const texts = v.array(text);
const number = v.pipe(v.number(), v.finite());
const count = v.pipe(number, v.integer(), v.minValue(0));
const port = v.pipe(number, v.integer(), v.minValue(1), v.maxValue(65_535));
/** A time that Date can hold (ECMA-262 section 21.4.1.1). */
const epoch = v.pipe(number, v.minValue(-8.64e15), v.maxValue(8.64e15));
const span = v.object({ start: count, end: count });
const bytes = v.pipe(v.object({ hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{2})*$/)) }), v.transform(bytesFromHex));

function oneOf<T extends string>(names: Iterable<T>) {
  const known: ReadonlySet<unknown> = new Set(names);
  return v.custom<T>((value) => known.has(value), 'not a known name');
}

const direction = v.picklist(['sent', 'received']);
const level = v.picklist(['initial', 'early', 'handshake', 'application']);
const contentType = v.union([v.picklist(['change_cipher_spec', 'alert', 'handshake', 'application_data']), count]);
const handshakeName = oneOf<HandshakeName>([
  ...(Object.keys(HANDSHAKE_TYPES) as HandshakeName[]),
  'hello_retry_request',
]);

const event = v.variant('kind', [
  v.object({
    kind: v.literal('record'),
    direction,
    level,
    contentType,
    innerType: v.exactOptional(contentType),
    legacyVersion: count,
    span,
    contentLength: count,
    padding: count,
  }),
  v.object({ kind: v.literal('message'), direction, level, name: handshakeName, bytes }),
  v.object({
    kind: v.literal('transition'),
    role: v.picklist(['client', 'server']),
    from: text,
    to: text,
    on: v.exactOptional(handshakeName),
  }),
  v.object({
    kind: v.literal('secret'),
    label: v.picklist([
      'CLIENT_EARLY_TRAFFIC_SECRET',
      'EARLY_EXPORTER_SECRET',
      'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
      'SERVER_HANDSHAKE_TRAFFIC_SECRET',
      'CLIENT_TRAFFIC_SECRET',
      'SERVER_TRAFFIC_SECRET',
      'EXPORTER_SECRET',
      'RESUMPTION_SECRET',
      'CLIENT_RANDOM',
    ]),
    generation: count,
  }),
  v.object({
    kind: v.literal('alert'),
    direction,
    level,
    severity: count,
    code: count,
    name: v.exactOptional(oneOf(Object.keys(ALERTS) as AlertName[])),
  }),
]);

const input = v.object({
  serverName: v.exactOptional(text),
  alpn: texts,
  versions: v.exactOptional(v.array(v.picklist(['TLS 1.3', 'TLS 1.2']))),
  cipherSuites: v.exactOptional(texts),
  oldCipherSuites: v.exactOptional(v.literal(true)),
  groups: v.exactOptional(texts),
  signatureSchemes: v.exactOptional(texts),
  clientCertificate: v.boolean(),
  middleboxCompatibility: v.exactOptional(v.literal(false)),
});

const end = v.picklist(['open', 'closed', 'reset', 'timeout', 'unconnected']);
const timed = { at: number, took: number };
const onConnection = { connection: count, ...timed };

const observation = v.variant('kind', [
  v.object({
    kind: v.literal('dns'),
    ...timed,
    name: text,
    resolver: text,
    records: v.array(
      v.object({
        type: v.picklist(['A', 'AAAA']),
        status: v.picklist([
          ...(['answer', 'nxdomain', 'nodata', 'not_found', 'servfail'] as const),
          ...(['refused', 'unreachable', 'timeout', 'failed'] as const),
        ]),
        addresses: texts,
        detail: v.exactOptional(text),
      }),
    ),
  }),
  v.object({
    kind: v.literal('tcp'),
    ...onConnection,
    address: text,
    port,
    status: v.picklist(['connected', 'refused', 'timeout', 'reset', 'unreachable', 'no_route', 'denied', 'failed']),
    detail: v.exactOptional(text),
    change: v.exactOptional(v.custom<HandshakeChangeId>(isHandshakeChangeId, 'not a known change')),
  }),
  v.object({
    kind: v.literal('tls'),
    ...onConnection,
    input,
    end,
    error: v.exactOptional(
      v.object({
        code: text,
        fault: text,
        message: text,
        spec: text,
        evidence: v.exactOptional(v.object({ messageType: text, span })),
      }),
    ),
    sent: count,
    received: count,
    first: bytes,
    events: v.array(v.object({ at: number, event })),
  }),
  v.object({
    kind: v.literal('chain'),
    connection: count,
    time: epoch,
    identity: text,
    fetched: v.exactOptional(v.array(count)),
    trusted: v.boolean(),
    anchored: v.boolean(),
    path: v.array(
      v.object({
        name: text,
        notBefore: epoch,
        notAfter: epoch,
        sent: v.exactOptional(count),
        fetched: v.exactOptional(v.object({ connection: count, index: count })),
        anchor: v.exactOptional(bytes),
      }),
    ),
    problems: v.array(
      v.object({
        code: oneOf<FindingCode>(CAUSES.map(({ code }) => code)),
        depth: v.exactOptional(count),
        sent: v.exactOptional(count),
        span: v.exactOptional(span),
        message: text,
        spec: text,
        caIssuers: v.exactOptional(texts),
        presented: v.exactOptional(v.array(v.object({ text, span }))),
        nearMisses: v.exactOptional(v.array(v.object({ text, reason: text }))),
      }),
    ),
  }),
  v.object({
    kind: v.literal('http'),
    ...onConnection,
    protocol: v.picklist(['h2', 'http/1.1']),
    method: text,
    path: text,
    status: v.exactOptional(count),
    headers: v.record(text, text),
    says: v.exactOptional(text),
    error: v.exactOptional(text),
  }),
  v.object({
    kind: v.literal('fetch'),
    connection: v.exactOptional(count),
    ...timed,
    url: text,
    status: v.picklist([
      ...(['found', 'redirect', 'forbidden', 'no_address'] as const),
      ...(['unreachable', 'failed', 'unusable'] as const),
    ]),
    location: v.exactOptional(text),
    detail: v.exactOptional(text),
    certificates: v.array(bytes),
  }),
  v.object({
    kind: v.literal('exchange'),
    ...onConnection,
    address: text,
    port,
    change: v.custom<ChangeId>(isChangeId, 'not a known change'),
    sent: bytes,
    received: bytes,
    end,
  }),
  v.object({
    kind: v.literal('key_proof'),
    connection: count,
    status: v.picklist(['proved', 'failed', 'unchecked']),
    reason: text,
  }),
]);

const run = v.object({
  schema: v.literal(SCHEMA),
  tool: text,
  target: v.object({
    text,
    host: text,
    isAddress: v.boolean(),
    port,
    protocol: v.picklist(['https', 'unknown', 'other']),
    path: text,
  }),
  settings: v.object({
    timeout: number,
    maxConnections: count,
    identity: text,
    trust: text,
    caFile: v.exactOptional(text),
    http: v.boolean(),
    offline: v.exactOptional(v.boolean()),
    versions: v.exactOptional(v.boolean()),
    resumption: v.exactOptional(v.boolean()),
    earlyData: v.exactOptional(v.boolean()),
    input,
    connect: v.exactOptional(v.object({ address: text, port })),
    families: v.array(v.picklist([4, 6])),
    expiry: v.object({ value: number, unit: v.picklist(['days', 'percent']) }),
  }),
  startedAt: epoch,
  clock: epoch,
  took: number,
  observations: v.pipe(v.array(observation), v.maxLength(10_000)),
});

/** The document that `--save` writes. */
export const runsDocumentSchema = v.object({ schema: v.literal(SCHEMA), tool: text, runs: v.array(run) });
