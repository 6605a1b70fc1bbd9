/** What the engine needs to be an end of a published trace: its hello, its key pairs, its signatures. */
import { EMPTY, equal } from '../../src/bytes/index.ts';
import type { CryptoProvider, EphemeralShare, GroupName, PrivateKey, SchemeName } from '../../src/crypto/index.ts';
import { cookie } from '../../src/tls/extensions/cookie.ts';
import { keyShare } from '../../src/tls/extensions/key-share.ts';
import { supportedGroups } from '../../src/tls/extensions/supported-groups.ts';
import { makeDisguise } from '../../src/tls/hello/disguise.ts';
import type { Offer } from '../../src/tls/hello/offer.ts';
import type { ClientConfig, Credential, ServerConfig } from '../../src/tls/index.ts';
import { decodeMessage, type HandshakeMessage, type MessageOf } from '../../src/tls/messages/message.ts';
import { settings } from '../../src/tls/negotiate/settings.ts';
import { MAX_PLAINTEXT } from '../../src/tls/record/limits.ts';
import { HANDSHAKE_TYPES } from '../../src/tls/registry/handshake-types.ts';
import { GROUPS, groupForProvider } from '../../src/tls/registry/named-groups.ts';
import { schemeInfo } from '../../src/tls/registry/signature-schemes.ts';
import { keyOfLeaf } from './credentials.ts';
import { knownShare } from './replay.ts';
import { type Actor, messagesOf, type Trace } from './traces.ts';

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
export function offerOf(trace: Trace, provider: CryptoProvider): Offer {
  const [bytes = EMPTY] = messagesOf(trace, 'client');
  const hello = message(trace, 'client', 'client_hello');
  const crypto = traceCrypto(trace, 'client', provider, []);
  const asksFor = messagesOf(trace, 'server').some(([type]) => type === HANDSHAKE_TYPES.certificate_request);
  const config: ClientConfig = {
    crypto,
    serverName: 'server',
    cipherSuites: ['TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_256_GCM_SHA384'],
    groups: (hello.extensions.get(supportedGroups.clientHello) ?? []).flatMap((code) => groupForProvider(code) ?? []),
    requestOcsp: false,
    requestScts: false,
    recordSizeLimit: MAX_PLAINTEXT + 1,
    ...(asksFor ? { credential: credentialOf(trace, 'client', provider) } : {}),
  };
  return {
    config,
    settings: settings(config),
    random: hello.random,
    legacySessionId: hello.legacySessionId,
    shares: new Map([[GROUPS.x25519, crypto.group('x25519').generate()]]),
    cookie: undefined,
    psks: [],
    earlyData: false,
    disguise: makeDisguise(config, crypto),
    extensionIds: new Set(hello.extensions.ids()),
    bytes,
  };
}

/** A server that answers as the one of a trace. */
export function serverConfig(trace: Trace, crypto: CryptoProvider): ServerConfig {
  const { random, extensions } = message(trace, 'server', 'server_hello');
  const group = groupForProvider(extensions.get(keyShare.serverHello)?.group ?? 0);
  const retry = messagesOf(trace, 'client').filter(([type]) => type === HANDSHAKE_TYPES.client_hello).length > 1;
  const sent = retry ? message(trace, 'server', 'hello_retry_request').extensions.get(cookie.helloRetryRequest) : EMPTY;
  const asks = messagesOf(trace, 'server').some(([type]) => type === HANDSHAKE_TYPES.certificate_request);
  return {
    // The cookie is what is drawn before the random of the ServerHello.
    crypto: traceCrypto(trace, 'server', crypto, retry ? [sent ?? EMPTY, random] : [random]),
    cipherSuites: ['TLS_AES_128_GCM_SHA256'],
    groups: group === undefined ? [] : [group],
    recordSizeLimit: MAX_PLAINTEXT + 1,
    credentials: [credentialOf(trace, 'server', crypto)],
    ...(asks ? { clientCertificate: 'require' } : {}),
  };
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
