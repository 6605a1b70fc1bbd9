import type { HandshakeMessage } from './messages/message.ts';
import type { AnyMessage, MessageName } from './messages/tls12/message.ts';
import type { Request, RequestName, Requests } from './requests.ts';

/** One arrow of a state machine of RFC 8446 appendix A: in a state, a message leads to another state. */
export interface Edge {
  readonly on: MessageName;
  readonly to: string;
  /** The guard, for the reader: what must hold for this arrow to be taken. */
  readonly when: string;
  readonly rfc: string;
}

/** A state machine as data. Handlers are typed by it, errors are worded by it, diagrams are printed from it. */
export type StateTable = Readonly<Record<string, readonly Edge[]>>;

/** A message as a handler gets it; `All` are the messages of its version. */
export interface Received<M extends MessageName, All extends AnyMessage = HandshakeMessage> {
  readonly message: Extract<All, { readonly type: M }>;
  /** The whole message, header included. */
  readonly bytes: Uint8Array;
  /**
   * The transcript hash up to and without this message, which a CertificateVerify signs and a Finished
   * authenticates (RFC 8446 section 4.4). Not computed for others.
   */
  readonly transcriptHash: Uint8Array;
  /** All messages before a CertificateVerify of TLS 1.2, which it signs (RFC 5246 section 7.4.8). */
  readonly messages: Uint8Array;
}

/** A handler's result: the next state, or a question whose answer leads to it. */
export type Next<S> = S | Ask<S>;

/** A question that has to be answered before the machine goes on. */
export interface Ask<S> {
  readonly ask: Request;
  readonly resume: (answer: unknown) => Next<S>;
}

/** Asks a question and goes on with its answer. */
export function ask<N extends RequestName, S>(
  name: N,
  question: Requests[N][0],
  resume: (answer: Requests[N][1]) => Next<S>,
): Ask<S> {
  // The pairing of name and answer is what `answer` of the connection enforces; here the types are erased.
  return { ask: { name, question } as Request, resume: resume as (answer: unknown) => Next<S> };
}

type Named = { readonly name: string };

/**
 * Handlers for exactly the arrows of a table: one for a message that is not listed, or one that returns a state
 * that is not listed, does not compile.
 */
export type Handlers<T extends StateTable, S extends Named, C, All extends AnyMessage = HandshakeMessage> = {
  readonly [N in keyof T]: {
    readonly [M in T[N][number]['on']]: (
      context: C,
      state: Extract<S, { name: N }>,
      received: Received<M, All>,
    ) => Next<Extract<S, { name: Extract<T[N][number], { on: M }>['to'] }>>;
  };
};

/** A machine with its types erased, as the runner drives it. */
export interface Machine<C> {
  readonly table: StateTable;
  /** Runs the handler; the caller has checked that the table lists the message. */
  step(context: C, state: Named, received: Received<MessageName, AnyMessage>): Next<Named>;
}

/** Binds handlers to their table. */
export function machine<T extends StateTable, S extends Named, C, All extends AnyMessage = HandshakeMessage>(
  table: T,
  handlers: Handlers<T, S, C, All>,
): Machine<C> {
  type Erased = Record<string, Record<string, Machine<C>['step'] | undefined>>;
  // One cast, guarded by the table: `handlers` has a function for each of its arrows and for nothing else.
  const erased = handlers as unknown as Erased;
  return {
    table,
    step(context, state, received) {
      const handler = erased[state.name]?.[received.message.type];
      if (handler === undefined) throw new Error(`no handler for ${received.message.type} in ${state.name}`);
      return handler(context, state, received);
    },
  };
}
