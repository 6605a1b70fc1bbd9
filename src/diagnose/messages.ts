/** Finds messages in a recorded handshake. */
import type { Span } from '../bytes/index.ts';
import type { StampedEvent } from '../explain/index.ts';
import { type AlertEvent, type MessageEvent, TlsError } from '../tls/index.ts';
import {
  decodeMessage,
  decodeTls12Message,
  type HandshakeName,
  keyExchangeOf,
  type MessageOf,
  type ServerKeyExchangeContext,
  supportedVersions,
  type Tls12Message,
  VERSIONS,
} from '../tls/wire.ts';

type Direction = MessageEvent['direction'];

/** The messages of a handshake, or of the part of one that was read. */
export interface Recorded {
  readonly events: readonly StampedEvent[];
}

/** The first message of a name that crossed in one direction. */
export function findMessage(
  tls: Recorded | undefined,
  direction: Direction,
  name: MessageEvent['name'],
): MessageEvent | undefined {
  for (const { event } of tls?.events ?? []) {
    if (event.kind === 'message' && event.direction === direction && event.name === name) return event;
  }
  return undefined;
}

/** The same, decoded. Bytes of a saved run that do not decode count as absent. */
export function decodeFound<Name extends HandshakeName>(
  tls: Recorded | undefined,
  direction: Direction,
  name: Name,
): MessageOf<Name> | undefined {
  const event = findMessage(tls, direction, name);
  if (event === undefined) return undefined;
  const message = readable(() => decodeMessage(event.bytes[0] ?? 0, event.bytes));
  return message?.type === name ? (message as MessageOf<Name>) : undefined;
}

/** Every message of a name that crossed in one direction, decoded, as far as they do. */
export function decodeAll<Name extends HandshakeName>(
  { events }: Recorded,
  direction: Direction,
  name: Name,
): MessageOf<Name>[] {
  return events.flatMap(({ event }) => {
    if (event.kind !== 'message' || event.direction !== direction || event.name !== name) return [];
    const message = readable(() => decodeMessage(event.bytes[0] ?? 0, event.bytes));
    return message?.type === name ? [message as MessageOf<Name>] : [];
  });
}

/** {@link decodeFound} where the server selected TLS 1.2 or older; `undefined` where it selected TLS 1.3. */
export function decodeTls12Found<Name extends Tls12Message['type']>(
  tls: Recorded | undefined,
  direction: Direction,
  name: Name,
): Extract<Tls12Message, { readonly type: Name }> | undefined {
  const event = findMessage(tls, direction, name);
  const context = beforeTls13(tls);
  if (event === undefined || context === undefined) return undefined;
  const message = readable(() => decodeTls12Message(event.bytes, context));
  return message?.type === name ? (message as Extract<Tls12Message, { readonly type: Name }>) : undefined;
}

/** What a ServerHello of TLS 1.2 or older selected. */
export function beforeTls13(tls: Recorded | undefined): ServerKeyExchangeContext | undefined {
  const hello = decodeFound(tls, 'received', 'server_hello');
  const version = hello?.extensions.get(supportedVersions.serverHello) ?? hello?.legacyVersion;
  if (hello === undefined || version === undefined || version > VERSIONS.tls12) return undefined;
  return { version, ...(keyExchangeOf(hello.cipherSuite) ?? { keyExchange: 'other', isAnonymous: false }) };
}

function readable<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof TlsError) return undefined;
    throw error;
  }
}

/** The last alert that the peer sent, close_notify aside. */
export function alertReceived(tls: Recorded | undefined): AlertEvent | undefined {
  return tls?.events
    .map(({ event }) => event)
    .findLast(
      (event): event is AlertEvent => event.kind === 'alert' && event.direction === 'received' && event.code !== 0,
    );
}

/** Whether a ServerHello came: then the ClientHello was not refused, and another ServerHello tells nothing new. */
export function isHelloAnswered({ tls }: { readonly tls: Recorded | undefined }): boolean {
  return findMessage(tls, 'received', 'server_hello') !== undefined;
}

/** The certificates that the server sent, DER, the leaf first: views of its Certificate message. */
export function certificatesReceived(tls: Recorded | undefined): Uint8Array[] {
  return certificatesIn(tls, 'received') ?? [];
}

/** The certificates of one side; `undefined` where it sent no Certificate message. */
export function certificatesIn(tls: Recorded | undefined, direction: Direction): Uint8Array[] | undefined {
  const message =
    beforeTls13(tls) === undefined
      ? decodeFound(tls, direction, 'certificate')
      : decodeTls12Found(tls, direction, 'certificate');
  return message?.certificateList.map(({ certData }) => certData);
}

/** Where each of them stands in the message. */
export function certificateSpans(tls: Recorded | undefined): Span[] {
  const bytes = findMessage(tls, 'received', 'certificate')?.bytes;
  if (bytes === undefined) return [];
  return certificatesReceived(tls).map((certificate) => {
    const start = certificate.byteOffset - bytes.byteOffset;
    return { start, end: start + certificate.length };
  });
}
