/** The pre-shared keys of a ClientHello: which are offered, with what age, and their binders. */
import { HASH_LENGTH, type HashName } from '../../crypto/index.ts';
import type { ClientConfig } from '../config.ts';
import type { RawExtension } from '../extensions/block.ts';
import { extension } from '../extensions/block.ts';
import { earlyData } from '../extensions/early-data.ts';
import { bindersLength, preSharedKey } from '../extensions/pre-shared-key.ts';
import { PSK_KEY_EXCHANGE_MODES, pskKeyExchangeModes } from '../extensions/psk-key-exchange-modes.ts';
import { EarlySecret, type PskOrigin } from '../key-schedule/tls13.ts';
import { badConfiguration } from '../negotiate/bad-configuration.ts';
import type { Settings } from '../negotiate/settings.ts';
import { type Tls13Suite, tls13Suite } from '../registry/cipher-suites.ts';
import { checkPsk, hashOf } from '../session/external-psk.ts';
import type { Session } from '../session/session.ts';
import { isAlive, obfuscatedAge } from '../session/ticket-age.ts';

/** A key on offer. */
export interface OfferedPsk {
  readonly origin: PskOrigin;
  readonly identity: Uint8Array;
  readonly key: Uint8Array;
  /** Of the session, else the first with the key's hash. Another one with the same hash may be chosen. */
  readonly suite: Tls13Suite;
  readonly early: EarlySecret;
  /** What it resumes. */
  readonly session: Session | undefined;
}

/**
 * The keys that this configuration offers, the session's first: only its 0-RTT data may be sent (RFC 8446 section
 * 4.2.10). A session that has ended or is for another name or for suites that are not offered is passed over.
 * @throws TlsError BAD_CONFIGURATION
 */
export function offeredPsks(config: ClientConfig, settings: Settings): OfferedPsk[] {
  const { crypto, allocate } = settings;
  const psks: OfferedPsk[] = [];
  const { resume, now } = config.sessions ?? {};
  if (resume !== undefined && now !== undefined && isUsable(resume, config, now())) {
    const suite = settings.suites.find(({ code }) => code === resume.cipherSuite);
    if (suite !== undefined) {
      const early = new EarlySecret({ crypto, suite, allocate }, resume.secret);
      psks.push({ origin: 'resumption', identity: resume.ticket, key: resume.secret, suite, early, session: resume });
    }
  }
  for (const psk of config.psks ?? []) {
    checkPsk(psk);
    const suite = settings.suites.find(({ hash }) => hash === hashOf(psk));
    if (suite === undefined) throw badConfiguration(`no cipher suite with ${hashOf(psk)}, which a PSK is for`);
    const { identity, key } = psk;
    const early = new EarlySecret({ crypto, suite, allocate }, key);
    psks.push({ origin: psk.imported ? 'imported' : 'external', identity, key, suite, early, session: undefined });
  }
  return psks;
}

function isUsable(session: Session, { serverName }: ClientConfig, now: number): boolean {
  const suite = tls13Suite(session.cipherSuite);
  return (
    session.version === 'TLS 1.3' &&
    session.ticket.length > 0 &&
    session.secret.length === (suite && HASH_LENGTH[suite.hash]) &&
    session.serverName === serverName &&
    isAlive(session, now)
  );
}

/**
 * Whether 0-RTT data goes with the first ClientHello: it is configured, the session allows as much, and what the
 * session agreed on is offered again (RFC 8446 section 4.2.10).
 * @throws TlsError BAD_CONFIGURATION for more than the session allows
 */
export function offersEarlyData({ sessions }: ClientConfig, { alpn }: Settings, psks: readonly OfferedPsk[]): boolean {
  const session = psks[0]?.session;
  if (sessions?.earlyData === undefined || session === undefined || session.maxEarlyData === 0) return false;
  const isSameProtocol = session.alpn === undefined ? alpn.length === 0 : alpn.includes(session.alpn);
  if (!isSameProtocol) return false;
  if (sessions.earlyData.length <= session.maxEarlyData) return true;
  throw badConfiguration(
    `earlyData has ${sessions.earlyData.length} bytes, the session allows ${session.maxEarlyData}`,
  );
}

/** The extensions about pre-shared keys, in order: they stand at the end of a ClientHello. */
export function pskExtensions(
  config: ClientConfig,
  psks: readonly OfferedPsk[],
  withEarlyData: boolean,
): RawExtension[] {
  const extensions: RawExtension[] = [];
  // Without key exchange modes a server sends no tickets (RFC 8446 section 4.2.9).
  // They stay where a HelloRetryRequest leaves no key that fits (RFC 8446 section 4.1.2).
  if (config.sessions !== undefined || (config.psks?.length ?? 0) > 0) {
    const { psk_dhe_ke, psk_ke } = PSK_KEY_EXCHANGE_MODES;
    const modes = config.pskWithoutKeyExchange ? [psk_dhe_ke, psk_ke] : [psk_dhe_ke];
    extensions.push(extension(pskKeyExchangeModes.clientHello, modes));
  }
  if (withEarlyData) extensions.push(extension(earlyData.clientHello, null));
  if (psks.length === 0) return extensions;
  const now = config.sessions?.now() ?? 0;
  extensions.push(
    extension(preSharedKey.clientHello, {
      identities: psks.map(({ identity, session }) => ({
        identity,
        // A key from elsewhere has no age (RFC 8446 section 4.2.11).
        obfuscatedTicketAge: session === undefined ? 0 : obfuscatedAge(session, now),
      })),
      binders: psks.map(({ suite }) => new Uint8Array(HASH_LENGTH[suite.hash])),
    }),
  );
  return extensions;
}

/**
 * Fills in the binders at the end of an encoded ClientHello (RFC 8446 section 4.2.11.2).
 * @param digest the transcript hash with a ClientHello behind it that ends before its binders.
 */
export function bind(
  hello: Uint8Array,
  psks: readonly OfferedPsk[],
  digest: (hash: HashName, truncated: Uint8Array) => Uint8Array,
): void {
  if (psks.length === 0) return;
  const length = bindersLength(psks.map(({ suite }) => ({ length: HASH_LENGTH[suite.hash] })));
  const truncated = hello.subarray(0, hello.length - length);
  let at = truncated.length + 2;
  for (const { suite, early, origin } of psks) {
    hello.set(early.binder(origin, digest(suite.hash, truncated)), at + 1);
    at += 1 + HASH_LENGTH[suite.hash];
  }
}
