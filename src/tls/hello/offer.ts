import { EMPTY, fromAscii } from '../../bytes/index.ts';
import type { EphemeralShare, GroupName, HashName } from '../../crypto/index.ts';
import type { ClientConfig } from '../config.ts';
import { alpn } from '../extensions/alpn.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { compressCertificate } from '../extensions/compress-certificate.ts';
import { cookie } from '../extensions/cookie.ts';
import { ecPointFormats, UNCOMPRESSED } from '../extensions/ec-point-formats.ts';
import { encryptThenMac } from '../extensions/encrypt-then-mac.ts';
import { extendedMasterSecret } from '../extensions/extended-master-secret.ts';
import { type KeyShareEntry, keyShare } from '../extensions/key-share.ts';
import { postHandshakeAuth } from '../extensions/post-handshake-auth.ts';
import { quicTransportParameters } from '../extensions/quic-transport-parameters.ts';
import { recordSizeLimit } from '../extensions/record-size-limit.ts';
import { renegotiationInfo } from '../extensions/renegotiation-info.ts';
import { serverName } from '../extensions/server-name.ts';
import { signatureAlgorithms } from '../extensions/signature-algorithms.ts';
import { signatureAlgorithmsCert } from '../extensions/signature-algorithms-cert.ts';
import { signedCertificateTimestamp } from '../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../extensions/status-request.ts';
import { supportedGroups } from '../extensions/supported-groups.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import type { Transcript } from '../key-schedule/transcript.ts';
import { encodeClientHello, RANDOM_LENGTH } from '../messages/client-hello.ts';
import { badConfiguration } from '../negotiate/bad-configuration.ts';
import { checkCredential } from '../negotiate/server-setup.ts';
import { checkClientSessions } from '../negotiate/session-settings.ts';
import { type Settings, settings } from '../negotiate/settings.ts';
import { CIPHER_SUITES, type Tls13Suite } from '../registry/cipher-suites.ts';
import { GROUPS } from '../registry/named-groups.ts';
import { SPOKEN, VERSIONS } from '../registry/versions.ts';
import type { Session } from '../session/session.ts';
import { type Disguise, disguised, makeDisguise } from './disguise.ts';
import { bind, type OfferedPsk, offeredPsks, offersEarlyData, pskExtensions } from './offered-psks.ts';
import { offeredSession, sessionIdFor, ticketExtensions } from './offered-session.ts';

/** A client's side of the negotiation: what it offered and must not be answered beyond. */
export interface Offer {
  readonly config: ClientConfig;
  readonly settings: Settings;
  readonly random: Uint8Array;
  /** That of a session of TLS 1.2; else 32 bytes in middlebox-compatibility mode, else empty (RFC 8446 appendix D.4). */
  readonly legacySessionId: Uint8Array;
  readonly shares: ReadonlyMap<number, EphemeralShare>;
  /** Echoed from a HelloRetryRequest. */
  readonly cookie: Uint8Array | undefined;
  /** Keys on offer, in order. */
  readonly psks: readonly OfferedPsk[];
  /** Whether 0-RTT data goes with it, under the first of the keys. */
  readonly earlyData: boolean;
  /** The session of TLS 1.2 on offer. */
  readonly tls12Session: Session | undefined;
  readonly disguise: Disguise;
  /** Ids of the extensions that may be answered: a response has no others (RFC 8446 section 4.2), reserved ones neither. */
  readonly extensionIds: ReadonlySet<number>;
  /** The encoded ClientHello. */
  readonly bytes: Uint8Array;
}

/**
 * The first ClientHello.
 * @param transportParameters given where QUIC carries the handshake.
 * @throws TlsError BAD_CONFIGURATION
 */
export function firstOffer(config: ClientConfig, transportParameters?: Uint8Array): Offer {
  // The keys are of TLS 1.3.
  const set = settings(config.requirePsk ? { ...config, versions: ['TLS 1.3'] } : config, transportParameters);
  if (config.credential !== undefined && config.credential !== 'ask') checkCredential(config.credential);
  checkClientSessions(config.sessions);
  const shares = new Map<number, EphemeralShare>();
  const isTls13 = set.versions.includes('TLS 1.3');
  for (const group of isTls13 ? (config.keyShares ?? defaultShares(set.groups)) : []) {
    if (!set.groups.includes(group)) throw badConfiguration(`key share for ${group}, which is not among groups`);
    shares.set(GROUPS[group], set.crypto.group(group).generate());
  }
  const random = set.crypto.random(RANDOM_LENGTH);
  const tls12Session = offeredSession(config, set);
  const madeUp = config.middleboxCompatibility === false || !isTls13 ? EMPTY : set.crypto.random(32);
  const legacySessionId = sessionIdFor(tls12Session, madeUp, () => set.crypto.random(32));
  const psks = isTls13 ? offeredPsks(config, set) : [];
  if (config.requirePsk && psks.length === 0) throw badConfiguration('requirePsk, and there is no key to offer');
  const earlyData = offersEarlyData(config, set, psks);
  const disguise = makeDisguise(config, set.crypto);
  const offer = {
    config,
    settings: set,
    random,
    legacySessionId,
    shares,
    cookie: undefined,
    psks,
    earlyData,
    tls12Session,
    disguise,
  };
  return encodeOffer(offer, true, (hash, truncated) => set.crypto.digest(hash, truncated));
}

/**
 * The ClientHello that answers a HelloRetryRequest: the same but for the share, the cookie and what is said of
 * pre-shared keys (RFC 8446 section 4.1.2).
 * @param group the group asked for; `undefined` when only a cookie was.
 * @param suite the suite that is binding now: keys for another hash are offered no more.
 * @param transcript stands at the HelloRetryRequest.
 */
export function secondOffer(
  first: Offer,
  group: GroupName | undefined,
  echoed: Uint8Array | undefined,
  suite: Tls13Suite,
  transcript: Transcript,
): Offer {
  const shares =
    group === undefined ? first.shares : new Map([[GROUPS[group], first.settings.crypto.group(group).generate()]]);
  const psks = first.psks.filter((psk) => psk.suite.hash === suite.hash);
  const offer = { ...first, shares, cookie: echoed, psks, earlyData: false };
  return encodeOffer(offer, group === undefined, (_, truncated) => transcript.digestWith(truncated));
}

/**
 * One share for the group liked best; beside a hybrid also X25519's, so that a server without the hybrid needs no
 * second round trip.
 */
function defaultShares(groups: readonly GroupName[]): GroupName[] {
  const [first] = groups;
  if (first === undefined) return [];
  return first === 'X25519MLKEM768' && groups.includes('x25519') ? [first, 'x25519'] : [first];
}

function encodeOffer(
  offer: Omit<Offer, 'extensionIds' | 'bytes'>,
  hasFirstShares: boolean,
  digest: (hash: HashName, truncated: Uint8Array) => Uint8Array,
): Offer {
  const { config, settings: set } = offer;
  const entries: KeyShareEntry[] = [];
  for (const [group, { share }] of offer.shares) entries.push({ group, keyExchange: share });
  const extensions: RawExtension[] = [];
  if (config.serverName !== undefined) extensions.push(extension(serverName.clientHello, config.serverName));
  extensions.push(extension(supportedGroups.clientHello, set.groupCodes));
  extensions.push(extension(signatureAlgorithms.clientHello, set.schemeCodes));
  if (set.schemeCodesCert.length > 0) {
    extensions.push(extension(signatureAlgorithmsCert.clientHello, [...set.schemeCodesCert]));
  }
  if (set.alpn.length > 0) extensions.push(extension(alpn.clientHello, set.alpn.map(fromAscii)));
  if (config.requestOcsp !== false) extensions.push(extension(statusRequest.clientHello, null));
  if (config.requestScts !== false) extensions.push(extension(signedCertificateTimestamp.clientHello, null));
  if (config.recordSizeLimit !== undefined) {
    extensions.push(extension(recordSizeLimit.clientHello, config.recordSizeLimit));
  }
  if (set.certificateCompression.length > 0) {
    const codes = set.certificateCompression.map(({ algorithm }) => algorithm);
    extensions.push(extension(compressCertificate.clientHello, codes));
  }
  if (set.transportParameters !== undefined) {
    extensions.push(extension(quicTransportParameters.clientHello, set.transportParameters));
  }
  if (set.versions.includes('TLS 1.2')) {
    extensions.push(extension(extendedMasterSecret.clientHello, null));
    if (set.tls12Suites.some((suite) => 'blockCipher' in suite)) {
      extensions.push(extension(encryptThenMac.clientHello, null));
    }
    extensions.push(...ticketExtensions(config, offer.tls12Session));
    extensions.push(extension(renegotiationInfo.clientHello, EMPTY));
    extensions.push(extension(ecPointFormats.clientHello, [UNCOMPRESSED]));
  }
  if (set.versions.includes('TLS 1.3')) {
    if (config.postHandshakeAuth === true) extensions.push(extension(postHandshakeAuth.clientHello, null));
    extensions.push(
      extension(
        supportedVersions.clientHello,
        set.versions.map((version) => SPOKEN[version]),
      ),
    );
    if (offer.cookie !== undefined) extensions.push(extension(cookie.clientHello, offer.cookie));
    extensions.push(extension(keyShare.clientHello, entries));
    extensions.push(...pskExtensions(config, offer.psks, offer.earlyData));
  }
  // Behind all others (RFC 7507 section 4).
  const cipherSuites = config.fallbackScsv ? [...set.suiteCodes, CIPHER_SUITES.TLS_FALLBACK_SCSV] : set.suiteCodes;
  const plain = { cipherSuites, extensions };
  const { legacySessionId: id } = offer;
  const parts = disguised(offer.disguise, set.crypto, plain, hasFirstShares, id.length);
  const bytes = encodeClientHello(
    {
      legacyVersion: VERSIONS.tls12,
      random: offer.random,
      legacySessionId: id,
      legacyCompressionMethods: Uint8Array.of(0),
      ...parts,
    },
    set.allocate,
  );
  bind(bytes, offer.psks, digest);
  return { ...offer, extensionIds: new Set(extensions.map((item) => item.id)), bytes };
}
