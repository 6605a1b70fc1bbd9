import type { AlertEvent, Direction, Level, MessageEvent, RecordEvent, TlsEvent } from '../tls/index.ts';

/** An event of the engine with the time that whoever listened gave it, in milliseconds from a start of their choice. */
export interface StampedEvent {
  readonly at: number;
  readonly event: TlsEvent;
}

/** What crossed: a handshake message, an alert, or the change_cipher_spec that middleboxes want to see. */
export interface Rung {
  readonly at: number;
  readonly direction: Direction;
  /** The RFC's noun, an alert with its name. */
  readonly name: string;
  /** Bytes of the message itself, without record headers and tags. */
  readonly size: number;
  readonly level: Level;
  /** Counted from 1: what one side sends before the other answers. */
  readonly flight: number;
  readonly event: MessageEvent | AlertEvent | RecordEvent;
}

/** A handshake, message by message. */
export interface Ladder {
  readonly rungs: readonly Rung[];
  readonly flights: number;
  /**
   * How often a client waited for an answer before data of its application could leave: until both Finished had crossed,
   * or not at all where 0-RTT data was taken. Without Finished: until it failed.
   */
  readonly roundTrips: number;
  /** Whether both Finished crossed. */
  readonly isComplete: boolean;
  /** Whether the handshake has keys of its own beside those of the data: before TLS 1.3 there is one set. */
  readonly hasHandshakeKeys: boolean;
  /** The suite that the ServerHello chose, where one came. */
  readonly cipherSuite: string | undefined;
  /** The group of a fresh key agreement. */
  readonly group: string | undefined;
  /** Bytes on the wire, by what a tap can read. */
  readonly bytes: { readonly clear: number; readonly encrypted: number };
  readonly forwardSecrecy: ForwardSecrecy;
}

/** Whether the traffic stays secret when the certificate's key leaks later. */
export interface ForwardSecrecy {
  readonly holds: boolean | undefined;
  readonly why: string;
}

/** Sets the messages of a client's or a server's events in order. */
export function ladderOf(events: readonly StampedEvent[]): Ladder {
  const rungs: Rung[] = [];
  const bytes = { clear: 0, encrypted: 0 };
  let flight = 0;
  for (const { at, event } of events) {
    if (event.kind === 'record') {
      const size = event.span.end - event.span.start;
      if (event.level === 'initial') bytes.clear += size;
      else bytes.encrypted += size;
    }
    const rung = rungOf(event);
    if (rung === undefined) continue;
    // A change_cipher_spec says nothing and nobody waits for it (RFC 8446 appendix D.4).
    const last = rungs.findLast(({ event: earlier }) => earlier.kind !== 'record');
    if (rung.event.kind !== 'record' && rung.direction !== last?.direction) flight++;
    rungs.push({ at, flight, ...rung });
  }
  return { rungs, flights: flight, ...roundTripsOf(rungs), ...chosenIn(rungs), bytes };
}

type Unplaced = Omit<Rung, 'at' | 'flight'>;

function rungOf(event: TlsEvent): Unplaced | undefined {
  switch (event.kind) {
    case 'message': {
      const { direction, name, bytes, level } = event;
      return { direction, name, size: bytes.length, level, event };
    }
    case 'alert': {
      const { direction, level, code } = event;
      return { direction, name: `alert ${event.name ?? code}`, size: 2, level, event };
    }
    case 'record': {
      const { direction, level, contentType } = event;
      if (contentType !== 'change_cipher_spec') return undefined;
      return { direction, name: contentType, size: event.contentLength, level, event };
    }
    default:
      return undefined;
  }
}

/** Every flight of the peer up to the second Finished is one wait (RFC 5246 section 7.3, RFC 8446 section 2). */
function roundTripsOf(rungs: readonly Rung[]): Pick<Ladder, 'roundTrips' | 'isComplete'> {
  const finished = rungs.flatMap(({ name }, index) => (name === 'finished' ? [index] : []));
  const isComplete = finished.length > 1;
  // Only a client whose 0-RTT data was accepted sends one (RFC 8446 section 4.5).
  if (rungs.some(({ name }) => name === 'end_of_early_data')) return { roundTrips: 0, isComplete };
  const handshake = rungs.slice(0, finished[1]);
  const last = rungs[finished[1] ?? -1];
  const answers = [...handshake, ...(last === undefined ? [] : [last])].filter(
    ({ direction, event }) => direction === 'received' && event.kind !== 'record',
  );
  return { roundTrips: new Set(answers.map(({ flight }) => flight)).size, isComplete };
}

type Chosen = Pick<Ladder, 'hasHandshakeKeys' | 'cipherSuite' | 'group' | 'forwardSecrecy'>;

function chosenIn(rungs: readonly Rung[]): Chosen {
  const hello = rungs.find(({ name }) => name === 'server_hello')?.event;
  const hasHandshakeKeys = rungs.some(({ level }) => level === 'handshake');
  if (hello?.kind !== 'message') {
    const forwardSecrecy = { holds: undefined, why: 'there is no ServerHello' };
    return { hasHandshakeKeys, cipherSuite: undefined, group: undefined, forwardSecrecy };
  }
  const extensions = hello.fields.find(({ name }) => name === 'extensions')?.children ?? [];
  const share = extensions.find(({ label }) => label === 'key_share');
  const shared = share?.children?.flatMap(({ children = [] }) => children).find(({ name }) => name === 'group')?.label;
  const exchange = groupOfKeyExchange(rungs);
  const group = exchange === undefined ? shared : exchange.group;
  const isFresh = exchange !== undefined || share !== undefined;
  return {
    hasHandshakeKeys,
    cipherSuite: hello.fields.find(({ name }) => name === 'cipher_suite')?.label,
    group,
    forwardSecrecy: isFresh ? freshKeys(group) : { holds: false, why: whyNotFresh(rungs, hasHandshakeKeys) },
  };
}

function whyNotFresh(rungs: readonly Rung[], isTls13: boolean): string {
  if (isTls13) return 'the ServerHello has no key_share: no fresh key was agreed';
  const isShown = rungs.some(({ direction, name }) => direction === 'received' && name === 'certificate');
  // RFC 5246 section 7.4.7.1, or section 7.3.
  return isShown
    ? "the client sends its secret to the certificate's key: whoever gets that key later reads what was recorded"
    : 'no fresh key was agreed: the keys come from the secret of the session that is resumed';
}

function freshKeys(group: string | undefined): ForwardSecrecy {
  const name = group === undefined ? 'keys' : `${group} keys`;
  return { holds: true, why: `both sides made ${name} for this connection alone; the certificate's key only signs` };
}

/** The fresh key of the server in TLS 1.2 and older, whatever its group (RFC 5246 section 7.4.3). */
function groupOfKeyExchange(rungs: readonly Rung[]): { readonly group: string | undefined } | undefined {
  const exchange = rungs.find(({ name }) => name === 'server_key_exchange')?.event;
  if (exchange?.kind !== 'message') return undefined;
  const params = exchange.fields.flatMap(({ children = [] }) => children);
  return { group: params.find(({ name }) => name === 'named_curve')?.label };
}
