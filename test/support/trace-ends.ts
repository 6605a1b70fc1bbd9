/** What the engine needs to be an end of a published trace: its hello, its key pairs, its signatures. */
import { EMPTY, equal } from '../../src/bytes/index.ts';
import type { CryptoProvider, EphemeralShare, GroupName, PrivateKey, SchemeName } from '../../src/crypto/index.ts';
import { cookie } from '../../src/tls/extensions/cookie.ts';
import { earlyData } from '../../src/tls/extensions/early-data.ts';
import { keyShare } from '../../src/tls/extensions/key-share.ts';
import { preSharedKey } from '../../src/tls/extensions/pre-shared-key.ts';
import { supportedGroups } from '../../src/tls/extensions/supported-groups.ts';
import { makeDisguise } from '../../src/tls/hello/disguise.ts';
import type { Offer } from '../../src/tls/hello/offer.ts';
import type { OfferedPsk } from '../../src/tls/hello/offered-psks.ts';
import type { ClientConfig, Credential, ServerConfig, ServerSessions, Session } from '../../src/tls/index.ts';
import { EarlySecret } from '../../src/tls/key-schedule/tls13.ts';
import { decodeMessage, type HandshakeMessage, type MessageOf } from '../../src/tls/messages/message.ts';
import { serverSetup } from '../../src/tls/negotiate/server-setup.ts';
import { settings } from '../../src/tls/negotiate/settings.ts';
import { MAX_PLAINTEXT } from '../../src/tls/record/limits.ts';
import { TLS13_SUITES } from '../../src/tls/registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../../src/tls/registry/extension-types.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { GROUPS, groupForProvider } from '../../src/tls/registry/named-groups.ts';
import { schemeInfo } from '../../src/tls/registry/signature-schemes.ts';
import { bindingOf } from '../../src/tls/session/binding.ts';
import { encodeServerSession } from '../../src/tls/session/session.ts';
import { claimedAge } from '../../src/tls/session/ticket-age.ts';
import { keyOfLeaf } from './credentials.ts';
import { knownShare } from './replay.ts';
import { type Actor, messagesOf, type Trace, valueIn } from './traces.ts';

function message<N extends HandshakeMessage['type']>(trace: Trace, actor: Actor, name: N, index = 0): MessageOf<N> {
  const found = messagesOf(trace, actor)
    .map((bytes) => decodeMessage(bytes[0] ?? 0, bytes))
    .filter((decoded): decoded is MessageOf<N> => decoded.type === name)[index];
  if (found === undefined) throw new Error(`${trace.title}: ${actor} sends no ${name}`);
  return found;
}

/** Every key pair that an actor makes in a trace, in order. */
function sharesOf(trace: Trace, actor: Actor, crypto: CryptoProvider): { group: GroupName; share: EphemeralShare }[] {
  return trace.operations.flatMap(({ actor: by, action, values }) => {
    const [, name] = /^create an ephemeral (x25519|P-256) key pair$/.exec(action) ?? [];
    const [privateKey, share] = [values.get('private key'), values.get('public key')];
    if (by !== actor || name === undefined || privateKey === undefined || share === undefined) return [];
    const group = name === 'P-256' ? 'secp256r1' : 'x25519';
    const known = knownShare(crypto, group, privateKey);
    if (!equal(known.share, share)) throw new Error(`${trace.title}: the public key of ${action} is another one`);
    return [{ group, share: known } as const];
  });
}

/** `crypto` with an actor's key pairs, and `random` for what it draws. */
function traceCrypto(
  trace: Trace,
  actor: Actor,
  crypto: CryptoProvider,
  random: readonly Uint8Array[],
): CryptoProvider {
  const shares = sharesOf(trace, actor, crypto);
  const randoms = [...random];
  const take = (group: GroupName): EphemeralShare => {
    const next = shares.shift();
    if (next?.group !== group) throw new Error(`${trace.title}: the next key pair is not of ${group}`);
    return next.share;
  };
  return {
    ...crypto,
    random() {
      const next = randoms.shift();
      if (next === undefined) throw new Error(`${trace.title}: ${actor} draws too often`);
      return next;
    },
    group: (name) => ({
      name,
      generate: () => take(name),
      respond(peerShare) {
        const own = take(name);
        return { share: own.share, secret: own.finish(peerShare) };
      },
    }),
  };
}

/** An offer that was made by the ClientHello of a trace. */
export function offerOf(trace: Trace, provider: CryptoProvider, previous: Trace | undefined): Offer {
  const [bytes = EMPTY] = messagesOf(trace, 'client');
  const hello = message(trace, 'client', 'client_hello');
  const crypto = traceCrypto(trace, 'client', provider, []);
  const asksFor = messagesOf(trace, 'server').some(([type]) => type === HANDSHAKE_TYPES.certificate_request);
  const config: ClientConfig = {
    crypto,
    serverName: 'server',
    cipherSuites: ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_256_GCM_SHA384'],
    groups: (hello.extensions.get(supportedGroups.clientHello) ?? [])
      .flatMap((code) => groupForProvider(code) ?? [])
      .filter((group) => crypto.capabilities.groups.includes(group)),
    requestOcsp: false,
    requestScts: false,
    recordSizeLimit: MAX_PLAINTEXT + 1,
    ...(asksFor ? { credential: credentialOf(trace, 'client', provider) } : {}),
    sessions: { now: () => NOW },
  };
  const set = settings(config);
  const session = sessionOf(trace, previous);
  const suite = TLS13_SUITES.TLS_AES_128_GCM_SHA256;
  const psks: OfferedPsk[] =
    session === undefined
      ? []
      : [
          {
            origin: 'resumption',
            identity: session.ticket,
            key: session.secret,
            suite,
            early: new EarlySecret({ crypto, suite, allocate: set.allocate }, session.secret),
            session,
          },
        ];
  return {
    config,
    settings: set,
    random: hello.random,
    legacySessionId: hello.legacySessionId,
    shares: new Map([[GROUPS.x25519, crypto.group('x25519').generate()]]),
    cookie: undefined,
    psks,
    tls12Session: undefined,
    earlyData: hello.extensions.has(EXTENSION_TYPES.early_data),
    disguise: makeDisguise(config, crypto),
    extensionIds: new Set(hello.extensions.ids()),
    bytes,
  };
}

/** A server that answers as the one of a trace. */
export function serverConfig(trace: Trace, crypto: CryptoProvider, previous: Trace | undefined): ServerConfig {
  const { random, extensions } = message(trace, 'server', 'server_hello');
  const group = groupForProvider(extensions.get(keyShare.serverHello)?.group ?? 0);
  const retry = messagesOf(trace, 'client').filter(([type]) => type === HANDSHAKE_TYPES.client_hello).length > 1;
  const sent = retry ? message(trace, 'server', 'hello_retry_request').extensions.get(cookie.helloRetryRequest) : EMPTY;
  const asks = messagesOf(trace, 'server').some(([type]) => type === HANDSHAKE_TYPES.certificate_request);
  const session = sessionOf(trace, previous);
  const config: ServerConfig = {
    // The cookie is what is drawn before the random of the ServerHello.
    crypto: traceCrypto(trace, 'server', crypto, retry ? [sent ?? EMPTY, random] : [random]),
    cipherSuites: ['TLS_AES_128_GCM_SHA256'],
    groups: group === undefined ? [] : [group],
    recordSizeLimit: MAX_PLAINTEXT + 1,
    credentials: [credentialOf(session === undefined || previous === undefined ? trace : previous, 'server', crypto)],
    ...(asks ? { clientCertificate: 'require' } : {}),
  };
  return session === undefined ? config : { ...config, sessions: taking(trace, config, session) };
}

/** A moment when the session of a trace was made. */
const NOW = 1_790_000_000_000;

/** What the client of a trace resumes, made by the connection before. */
function sessionOf(trace: Trace, previous: Trace | undefined): Session | undefined {
  const offered = message(trace, 'client', 'client_hello').extensions.get(preSharedKey.clientHello);
  if (offered === undefined || previous === undefined) return undefined;
  const ticket = message(previous, 'server', 'new_session_ticket');
  if (!equal(ticket.ticket, offered.identities[0]?.identity ?? EMPTY))
    throw new Error(`${trace.title}: another ticket`);
  const { certificateList } = message(previous, 'server', 'certificate');
  return {
    version: 'TLS 1.3',
    cipherSuite: TLS13_SUITES.TLS_AES_128_GCM_SHA256.code,
    secret: valueIn(previous, 'server', 'generate resumption secret', 'expanded'),
    serverName: 'server',
    alpn: undefined,
    issued: NOW,
    authenticated: NOW,
    lifetime: ticket.ticketLifetime,
    ageAdd: ticket.ticketAgeAdd,
    maxEarlyData: ticket.extensions.get(earlyData.newSessionTicket) ?? 0,
    peerCertificates: certificateList.map(({ certData }) => ({ der: certData })),
    extendedMasterSecret: false,
    ticket: ticket.ticket,
    sessionId: EMPTY,
  };
}

/** Resumes exactly that session, at the time that its client says. */
function taking(trace: Trace, config: ServerConfig, session: Session): ServerSessions {
  const offered = message(trace, 'client', 'client_hello').extensions.get(preSharedKey.clientHello);
  const age = claimedAge(session, offered?.identities[0]?.obfuscatedTicketAge ?? 0);
  const sessions: ServerSessions = {
    now: () => NOW + age,
    tickets: { open: () => state(), seal: () => EMPTY },
    count: 0,
    earlyData: { max: session.maxEarlyData },
  };
  const state = () => {
    const binding = bindingOf(serverSetup({ ...config, sessions }), serverCredential(config));
    return encodeServerSession({ ...session, peerCertificates: [], binding });
  };
  return sessions;
}

function serverCredential({ credentials }: ServerConfig): Credential | undefined {
  return credentials === 'ask' ? undefined : credentials[0];
}

/** A chain of a trace and a key that signs as recorded, but only what the recorded signature is for. */
function credentialOf(trace: Trace, actor: Actor, crypto: CryptoProvider): Credential & { readonly key: PrivateKey } {
  const chain = message(trace, actor, 'certificate').certificateList.map(({ certData }) => certData);
  const { algorithm, signature } = message(trace, actor, 'certificate_verify');
  const recorded = schemeInfo(algorithm)?.name as SchemeName;
  const { spki } = keyOfLeaf(chain[0] ?? EMPTY) ?? { spki: EMPTY };
  const publicKey = crypto.importPublicKey(spki);
  return {
    chain,
    key: {
      type: publicKey.type,
      schemes: [recorded],
      spki,
      sign(scheme, data) {
        if (publicKey.verify(scheme, data, signature)) return signature;
        throw new Error(`${trace.title}: the recorded signature is not over what the ${actor} signs`);
      },
    },
  };
}
