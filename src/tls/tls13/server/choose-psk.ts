import { equal } from '../../../bytes/index.ts';
import { HASH_LENGTH, type HashName } from '../../../crypto/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { type OfferedPsks, preSharedKey } from '../../extensions/pre-shared-key.ts';
import { PSK_KEY_EXCHANGE_MODES, pskKeyExchangeModes } from '../../extensions/psk-key-exchange-modes.ts';
import { EarlySecret, type PskOrigin } from '../../key-schedule/tls13.ts';
import { ask, type Next } from '../../machine.ts';
import type { ClientHello } from '../../messages/client-hello.ts';
import { type PeerAuthenticated, resumePeer } from '../../negotiate/peer.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import { type Tls13Suite, tls13Suite } from '../../registry/cipher-suites.ts';
import { type ExternalPsk, hashOf } from '../../session/external-psk.ts';
import { decodeServerSession, type ServerSession } from '../../session/session.ts';
import { claimedAge, isAlive } from '../../session/ticket-age.ts';
import { PskInUse } from '../psk.ts';

/** Keys of one ClientHello that are looked up; a client has use for one session, and few keys from elsewhere. */
const MAX_LOOKED_UP = 8;

/** The pre-shared key of a connection, as a server chose it. */
export interface ChosenPsk {
  /** selected_identity. */
  readonly index: number;
  readonly identity: Uint8Array;
  /** Milliseconds by which the client has the ticket older than this server does. */
  readonly ageSkew: number;
  readonly early: EarlySecret;
  readonly peer: PeerAuthenticated;
  /** What is resumed. */
  readonly session: ServerSession | undefined;
}

/** What a choice is made by, beside the ClientHello. */
export interface PskChoice {
  readonly setup: ServerSetup;
  readonly suite: Tls13Suite;
  /** What a session has to be bound to. */
  readonly binding: Uint8Array;
  /** Transcript hash up to the binders. */
  readonly binderHash: Uint8Array;
}

/** How a client lets keys be used, in this server's order; none if there is no way for both. */
export function pskMode(
  { config }: ServerSetup,
  { extensions }: ClientHello,
): keyof typeof PSK_KEY_EXCHANGE_MODES | undefined {
  const modes = extensions.get(pskKeyExchangeModes.clientHello) ?? [];
  if (modes.includes(PSK_KEY_EXCHANGE_MODES.psk_dhe_ke)) return 'psk_dhe_ke';
  return config.pskWithoutKeyExchange && modes.includes(PSK_KEY_EXCHANGE_MODES.psk_ke) ? 'psk_ke' : undefined;
}

/** What the first key from elsewhere is for that a client offers and this server has: only such a suite goes with it. */
export function hashOfKey({ config: { psks } }: ServerSetup, { extensions }: ClientHello): HashName | undefined {
  if (psks === undefined || psks === 'ask') return undefined;
  const { identities, binders } = extensions.get(preSharedKey.clientHello) ?? { identities: [], binders: [] };
  for (const [index, { identity }] of identities.slice(0, MAX_LOOKED_UP).entries()) {
    // A binder is as long as the digests of its key's hash.
    const fits = (psk: ExternalPsk) => HASH_LENGTH[hashOf(psk)] === binders[index]?.length;
    const known = psks.find((psk) => equal(psk.identity, identity) && fits(psk));
    if (known !== undefined) return hashOf(known);
  }
  return undefined;
}

/**
 * Goes on with the first key on offer that this server knows and may use; its binder has to be right (RFC 8446 section
 * 4.2.11). Keys of no use are passed over: a full handshake follows.
 * @throws TlsError BAD_BINDER
 */
export function choosePsk<S>(
  context: HandshakeContext,
  choice: PskChoice,
  hello: ClientHello,
  then: (psk: ChosenPsk | undefined) => Next<S>,
): Next<S> {
  const offered = hello.extensions.get(preSharedKey.clientHello);
  if (offered === undefined || pskMode(choice.setup, hello) === undefined) return then(undefined);
  return tryFrom(context, choice, offered, 0, then);
}

function tryFrom<S>(
  context: HandshakeContext,
  choice: PskChoice,
  offered: OfferedPsks,
  index: number,
  then: (psk: ChosenPsk | undefined) => Next<S>,
): Next<S> {
  const entry = offered.identities[index];
  const binder = offered.binders[index];
  if (entry === undefined || binder === undefined || index === MAX_LOOKED_UP) return then(undefined);
  const next = () => tryFrom(context, choice, offered, index + 1, then);
  const use = (origin: PskOrigin, key: Uint8Array, session: ServerSession | undefined): Next<S> => {
    const { crypto, allocate } = context;
    const early = new EarlySecret({ crypto, suite: choice.suite, allocate }, key);
    const proof = PskInUse.bound(early, origin, binder, choice.binderHash);
    const { identity, obfuscatedTicketAge } = entry;
    const ageSkew = session === undefined ? 0 : skewOf(choice, session, obfuscatedTicketAge);
    const accepted = (peer: PeerAuthenticated) => then({ index, identity, ageSkew, early, peer, session });
    return resumePeer(context, proof, session?.peerCertificates ?? [], accepted, next);
  };
  return findSession(choice, entry.identity, (session) => {
    if (session !== undefined && isUsable(context, choice, session)) return use('resumption', session.secret, session);
    if (session !== undefined) return next();
    return findExternal(choice, entry.identity, (psk) => {
      if (psk === undefined || hashOf(psk) !== choice.suite.hash) return next();
      return use(psk.imported ? 'imported' : 'external', psk.key, undefined);
    });
  });
}

function skewOf({ setup }: PskChoice, session: ServerSession, obfuscatedAge: number): number {
  const now = setup.config.sessions?.now() ?? session.issued;
  return claimedAge(session, obfuscatedAge) - (now - session.issued);
}

function findSession<S>(
  { setup }: PskChoice,
  id: Uint8Array,
  then: (session: ServerSession | undefined) => Next<S>,
): Next<S> {
  const { sessions } = setup.config;
  if (sessions === undefined) return then(undefined);
  const found = (state: Uint8Array | null) => then(state === null ? undefined : decodeServerSession(state));
  if (sessions.tickets !== 'ask') return found(sessions.tickets.open(id, sessions.now()));
  return ask('find_session', { id }, found);
}

function findExternal<S>(
  { setup, suite }: PskChoice,
  identity: Uint8Array,
  then: (psk: ExternalPsk | undefined) => Next<S>,
): Next<S> {
  const { psks = [] } = setup.config;
  if (psks === 'ask') return ask('psk', { identity, hash: suite.hash }, (psk) => then(psk ?? undefined));
  return then(psks.find((psk) => hashOf(psk) === suite.hash && equal(psk.identity, identity)));
}

function isUsable(context: HandshakeContext, { setup, suite, binding }: PskChoice, session: ServerSession): boolean {
  const { sessions, clientCertificate } = setup.config;
  const own = tls13Suite(session.cipherSuite);
  return (
    sessions !== undefined &&
    session.version === 'TLS 1.3' &&
    own?.hash === suite.hash &&
    session.secret.length === HASH_LENGTH[suite.hash] &&
    session.serverName?.toLowerCase() === context.info.serverName?.toLowerCase() &&
    equal(session.binding, binding) &&
    isAlive(session, sessions.now()) &&
    (clientCertificate !== 'require' || session.peerCertificates.length > 0)
  );
}
