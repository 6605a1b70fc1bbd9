/** What the shim keeps between its connections, and what it does about sessions in each. */
import { toHex } from '../../../src/bytes/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import {
  type ClientConfig,
  type ExternalPsk,
  importPsk,
  type Requests,
  type ServerConfig,
  type Session,
  SessionMemory,
  TicketKeys,
} from '../../../src/tls/index.ts';
import type { CredentialOptions, Options } from './options.ts';

/** The runner's shims take so much early data. */
const MAX_EARLY_DATA = 14_336;

/** Milliseconds that the runner lets the ends disagree on a ticket's age. */
const WINDOW = 60_000;

/** One process: its sessions, its ticket keys, its clock. */
export class Memory {
  /** The latest session that a server gave. */
  session: Session | undefined;
  readonly #tickets = new TicketKeys(nodeCrypto);
  readonly #store = new SessionMemory(8);
  readonly #stored = new Map<string, Uint8Array>();
  readonly #used = new Set<string>();
  #now = Date.now();
  /** What this server's latest connection agreed on, for its tickets. */
  last: { readonly alpn: string | undefined; readonly earlyData: boolean } | undefined;
  /** The verdict on the chain that sessions keep. */
  verified: boolean | undefined;

  /** Stands still but for {@link wait}: the runner counts exactly. */
  readonly now = (): number => this.#now;

  /** Lets time pass. */
  wait(seconds: number): void {
    this.#now += seconds * 1000;
  }

  /** What a client offers; its early data is what the runner wants it to write first. */
  client(options: Options): Pick<ClientConfig, 'sessions' | 'psks' | 'requirePsk'> {
    if (options.noTicket) return psksOf(options);
    // Without certificates to verify, keys are all that there is.
    const requirePsk = !options.verifyPeer && options.credentials.length > 0 && options.credentials.every(isPsk);
    const { session: resume, now } = this;
    const earlyData = this.earlyData(options);
    return {
      ...psksOf(options),
      requirePsk,
      sessions: { now, ...(resume && { resume }), ...(earlyData && { earlyData }) },
    };
  }

  /** What is written before the server answers, if that may be. */
  earlyData(options: Options): Uint8Array | undefined {
    const { session } = this;
    if (session === undefined || !options.enableEarlyData || session.maxEarlyData === 0) return undefined;
    return initialWrites(options).subarray(0, session.maxEarlyData);
  }

  /** What a server does. Where answers come late, so do sessions. */
  server(options: Options): Pick<ServerConfig, 'sessions' | 'psks'> {
    if (options.noTicket) return psksOf(options);
    const isAsked = options.async || options.useTicketCallback;
    return {
      ...psksOf(options),
      sessions: {
        now: this.now,
        ...(options.quicEarlyDataContext !== '' && { context: Buffer.from(options.quicEarlyDataContext) }),
        tickets: isAsked ? 'ask' : this.#tickets,
        store: this.#store,
        renewTickets: options.renewTicket,
        ...(options.enableEarlyData && { earlyData: { max: MAX_EARLY_DATA, window: WINDOW } }),
      },
    };
  }

  find({ id }: Requests['find_session'][0]): Uint8Array | null {
    return this.#stored.get(toHex(id)) ?? null;
  }

  store({ id, state }: Requests['store_session'][0]): boolean {
    this.#stored.set(toHex(id), state);
    return true;
  }

  use({ id }: Requests['early_data'][0]): boolean {
    const key = toHex(id);
    const isFirst = !this.#used.has(key);
    this.#used.add(key);
    return isFirst;
  }
}

/** The place of the credential that the key in use was imported from; -1 for none. */
export function pskNumber({ credentials }: Options, identity: Uint8Array | undefined): number {
  return credentials.findIndex(
    (credential) =>
      identity !== undefined &&
      isPsk(credential) &&
      imported(credential).some((psk) => Buffer.compare(psk.identity, identity) === 0),
  );
}

/** What a client writes before it reads. */
export function initialWrites({ shimWritesFirst, shimInitialWrite, repeatShimInitialWrite }: Options): Buffer {
  if (!shimWritesFirst) return Buffer.alloc(0);
  return Buffer.concat(Array.from({ length: repeatShimInitialWrite }, () => Buffer.from(shimInitialWrite)));
}

function psksOf({ credentials }: Options): { readonly psks?: readonly ExternalPsk[] } {
  const psks = credentials.filter(isPsk).flatMap(imported);
  return psks.length === 0 ? {} : { psks };
}

function imported({ psk: { identity, key, hash, context } }: CredentialOptions): ExternalPsk[] {
  return importPsk(nodeCrypto, { identity, key, hash }, context);
}

/** Whether a credential is a pre-shared key. */
export function isPsk(credential: CredentialOptions): boolean {
  return credential.psk.key.length > 0;
}
