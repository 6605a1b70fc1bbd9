import type { HandshakeContext } from './context.ts';
import { TlsError } from './error.ts';
import type { Level, MessageEvent, Trace } from './events.ts';
import type { Ask, Edge, Machine, Next, Received } from './machine.ts';
import { FieldTree } from './messages/field-tree.ts';
import type { HandshakeBuffer } from './messages/frame.ts';
import type { AnyMessage, MessageName } from './messages/tls12/message.ts';
import { handshakeTypeName } from './registry/handshake-types.ts';
import type { AnswerTo, Request } from './requests.ts';
import { ignoresHelloRequest } from './tls12/renegotiation.ts';

/** Messages whose place in the transcript their handler decides, or that are in none. */
const NOT_APPENDED: ReadonlySet<MessageName> = new Set<MessageName>([
  'hello_request',
  'client_hello',
  'server_hello',
  'hello_retry_request',
  'new_session_ticket',
  'key_update',
]);

const NOTHING = new Uint8Array(0);

/** Messages that tell the version. */
type Hello = Extract<AnyMessage, { type: 'client_hello' | 'server_hello' | 'hello_retry_request' }>;

/** The machine of the version that a hello selects: all have the same first state. */
export type MachineChoice<C> = (hello: Hello) => Machine<C>;

/**
 * Runs one machine: reassembles messages, checks each against the table, hands it to its state's handler, and
 * holds the question that a handler asks until its answer comes.
 */
export class Handshake<C extends HandshakeContext> {
  /** What the machine works on: negotiated parameters, exporter, write secret. */
  readonly context: C;
  readonly #choose: MachineChoice<C> | undefined;
  readonly #firstState: string;
  #machine: Machine<C>;
  readonly #buffer: HandshakeBuffer;
  #state: { readonly name: string };
  #pending: { readonly asked: Ask<{ readonly name: string }>; readonly on: MessageName } | undefined;

  /**
   * @param machine of the newest version that may be spoken.
   * @param choose of the machine by version, where there is more than one.
   */
  constructor(
    context: C,
    machine: Machine<C>,
    buffer: HandshakeBuffer,
    start: { readonly name: string },
    choose?: MachineChoice<C>,
  ) {
    this.context = context;
    this.#machine = machine;
    this.#buffer = buffer;
    this.#state = start;
    this.#firstState = start.name;
    this.#choose = choose;
  }

  /** The question that waits, if any. */
  get request(): Request | undefined {
    return this.#pending?.asked.ask;
  }

  /** Whether the peer's Finished was checked and ours is sent. */
  get connected(): boolean {
    return this.#state.name === 'CONNECTED';
  }

  /** Whether no part of a message waits for its rest. */
  get bufferEmpty(): boolean {
    return this.#buffer.empty;
  }

  /** Bytes taken in that are not handled yet. */
  get buffered(): number {
    return this.#buffer.length;
  }

  /** Takes in handshake bytes of a level; {@link process} works on them. */
  receive(level: Level, bytes: Uint8Array): void {
    if (level !== this.context.readLevel) {
      throw unexpected(`got handshake data at level ${level}, expected ${this.context.readLevel}`);
    }
    this.#buffer.push(bytes);
  }

  /** Handles whole messages until there is none left or a question has to be answered first. */
  process(): void {
    while (this.#pending === undefined) {
      const frame = this.#buffer.next(this.#expectsLong);
      if (frame === undefined) return;
      this.#message(frame.type, frame.bytes);
    }
  }

  /** The question that waits, as it was asked. @throws Error when `request` is another: a mistake of the caller's */
  requirePending(request: Request) {
    const pending = this.#pending;
    if (pending?.asked.ask === request) return pending;
    throw new Error(`no ${request.name} request is pending`);
  }

  /** Answers the pending question. @throws Error when `request` is not the one that waits. */
  answer<R extends Request>(request: R, value: AnswerTo<R>): void {
    const pending = this.requirePending(request);
    this.#pending = undefined;
    this.#advance(pending.asked.resume(value), pending.on);
  }

  #message(type: number, bytes: Uint8Array): void {
    const context = this.context;
    if (!this.connected && ignoresHelloRequest(context, type, bytes)) {
      this.#told('hello_request', bytes);
      return;
    }
    this.#expect(type, bytes);
    const message =
      context.trace === undefined ? context.decode(type, bytes) : this.#traced(context.trace, type, bytes);
    if (this.#state.name === this.#firstState && isHello(message))
      this.#machine = this.#choose?.(message) ?? this.#machine;
    this.#expectExactly(message.type);
    const received = this.#received(message, bytes);
    this.#advance(this.#machine.step(context, this.#state, received), message.type);
  }

  /** Decodes with every field told, what was read of a message that does not decode included. */
  #traced(trace: Trace, type: number, bytes: Uint8Array): AnyMessage {
    const tree = new FieldTree();
    const emit = (name: MessageEvent['name']) =>
      trace({
        kind: 'message',
        direction: 'received',
        level: this.context.readLevel,
        name,
        bytes,
        fields: tree.fields,
      });
    try {
      const message = this.context.decode(type, bytes, tree);
      emit(message.type);
      return message;
    } catch (error) {
      const name = handshakeTypeName(type);
      if (error instanceof TlsError && name !== undefined) emit(name);
      throw error;
    }
  }

  /** Refuses a message by its code, before any of it is decoded. */
  #expect(type: number, bytes: Uint8Array): void {
    const name = handshakeTypeName(type);
    if (this.#edges().some(({ on }) => (on === 'hello_retry_request' ? 'server_hello' : on) === name)) return;
    if (name !== undefined) this.#told(name, bytes);
    throw this.#unexpected(name ?? `handshake type ${type}`);
  }

  /** A message that is not decoded. */
  #told(name: MessageEvent['name'], bytes: Uint8Array): void {
    const { trace, readLevel: level } = this.context;
    trace?.({ kind: 'message', direction: 'received', level, name, bytes, fields: [] });
  }

  /** A HelloRetryRequest is told from a ServerHello only by its contents. */
  #expectExactly(name: MessageName): void {
    if (!this.#edges().some(({ on }) => on === name)) throw this.#unexpected(name);
  }

  /** Only a message that may come now may be longer than the others are. */
  readonly #expectsLong = (type: number): boolean => {
    const name = handshakeTypeName(type);
    return this.#edges().some(({ on }) => on === name);
  };

  #edges(): readonly Edge[] {
    return this.#machine.table[this.#state.name] ?? [];
  }

  #unexpected(got: string): TlsError {
    const expected = [...new Set(this.#edges().map((edge) => edge.on))].join(' or ');
    return unexpected(`got ${got} in ${this.#state.name}, expected ${expected}`);
  }

  #received(message: AnyMessage, bytes: Uint8Array): Received<MessageName, AnyMessage> {
    const { transcript } = this.context;
    const hashed = message.type === 'certificate_verify' || message.type === 'finished';
    const transcriptHash = hashed ? transcript.digest() : NOTHING;
    const messages = message.type === 'certificate_verify' ? transcript.takeRaw() : NOTHING;
    if (!NOT_APPENDED.has(message.type)) transcript.append(bytes);
    return { message, bytes, transcriptHash, messages };
  }

  #advance(next: Next<{ readonly name: string }>, on: MessageName): void {
    if ('ask' in next) {
      this.#pending = { asked: next, on };
      return;
    }
    const { trace, role } = this.context;
    trace?.({ kind: 'transition', role, from: this.#state.name, to: next.name, on });
    this.#state = next;
    if (this.connected) this.context.transcript.end();
  }
}

function isHello(message: AnyMessage): message is Hello {
  const { type } = message;
  return type === 'client_hello' || type === 'server_hello' || type === 'hello_retry_request';
}

function unexpected(message: string): TlsError {
  return new TlsError({
    code: 'UNEXPECTED_MESSAGE',
    alert: 'unexpected_message',
    fault: 'peer',
    message,
    spec: 'RFC 8446 section 4, appendix A',
  });
}
