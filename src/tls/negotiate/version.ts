import { equal, fromHex } from '../../bytes/index.ts';
import { illegalParameter, TlsError } from '../error.ts';
import { supportedVersions } from '../extensions/supported-versions.ts';
import type { ClientHello } from '../messages/client-hello.ts';
import type { HelloRetryRequest, ServerHello } from '../messages/server-hello.ts';
import { CIPHER_SUITES } from '../registry/cipher-suites.ts';
import { SPOKEN, VERSIONS, type VersionName, versionName } from '../registry/versions.ts';

/** How the random of a server that speaks TLS 1.3 ends when it chose TLS 1.2, or less (RFC 8446 section 4.1.3). */
const SENTINELS = { tls12: fromHex('444f574e47524401'), older: fromHex('444f574e47524400') };

/**
 * The version that a server answers a ClientHello with: the newest that both speak.
 * @param own the newest first.
 * @throws TlsError NO_COMMON_VERSION, INAPPROPRIATE_FALLBACK
 */
export function chooseVersion(own: readonly VersionName[], hello: ClientHello): VersionName {
  if (hello.legacyVersion === VERSIONS.ssl3) throw ssl3('client_hello');
  const listed = hello.extensions.get(supportedVersions.clientHello);
  // Without the extension it is TLS 1.2 at most, even if legacy_version says more (RFC 8446 section 4.2.1).
  const offered = listed ?? [Math.min(hello.legacyVersion, VERSIONS.tls12)];
  const version = own.find((name) => offered.includes(SPOKEN[name]));
  // A client that fell back although this server speaks what it tried at first was attacked (RFC 7507 section 3).
  if (version !== own[0] && hello.cipherSuites.includes(CIPHER_SUITES.TLS_FALLBACK_SCSV)) {
    throw new TlsError({
      code: 'INAPPROPRIATE_FALLBACK',
      alert: 'inappropriate_fallback',
      fault: 'peer',
      message: `client fell back to ${offered.map(versionName).join(', ')}, this server speaks ${own[0]}`,
      spec: 'RFC 7507 section 3',
    });
  }
  if (version !== undefined) return version;
  throw noCommonVersion(
    `client offers ${offered.map(versionName).join(', ')}, expected ${own.join(' or ')} among them`,
  );
}

/**
 * The version that a server's hello selects, which has to be one of the offered.
 * @param offered the newest first.
 * @param retried what a HelloRetryRequest selected before: it is binding (RFC 8446 section 4.1.4).
 * @throws TlsError NO_COMMON_VERSION, ILLEGAL_PARAMETER, DOWNGRADE_DETECTED
 */
export function selectedVersion(
  offered: readonly VersionName[],
  reply: ServerHello | HelloRetryRequest,
  retried?: VersionName,
): VersionName {
  if (reply.legacyVersion === VERSIONS.ssl3) throw ssl3('server_hello');
  const codec = reply.type === 'server_hello' ? supportedVersions.serverHello : supportedVersions.helloRetryRequest;
  const selected = reply.extensions.get(codec);
  if (selected !== undefined) {
    if (selected === VERSIONS.tls13 && offered.includes('TLS 1.3')) return 'TLS 1.3';
    throw illegalParameter(
      `selected_version is ${versionName(selected)}, which was not offered`,
      'RFC 8446 section 4.2.1',
    );
  }
  if (retried !== undefined) {
    throw illegalParameter(`server_hello is not of ${retried}, as the HelloRetryRequest was`, 'RFC 8446 section 4.1.4');
  }
  if (offered.includes('TLS 1.3')) checkDowngrade(reply);
  const isTls12 = reply.type === 'server_hello' && reply.legacyVersion === VERSIONS.tls12;
  if (isTls12 && offered.includes('TLS 1.2')) return 'TLS 1.2';
  throw noCommonVersion(`server chose ${versionName(reply.legacyVersion)}, expected ${offered.join(' or ')}`);
}

/**
 * 32 bytes for a ServerHello of TLS 1.2, which tell a client that offered more if this server speaks more.
 * @param own the newest first.
 */
export function tls12Random(own: readonly VersionName[], random: Uint8Array): Uint8Array {
  if (own.includes('TLS 1.3')) random.set(SENTINELS.tls12, random.length - SENTINELS.tls12.length);
  return random;
}

function checkDowngrade({ random }: ServerHello | HelloRetryRequest): void {
  const end = random.subarray(random.length - SENTINELS.tls12.length);
  if (!equal(end, SENTINELS.tls12) && !equal(end, SENTINELS.older)) return;
  throw new TlsError({
    code: 'DOWNGRADE_DETECTED',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: 'the server speaks TLS 1.3 and was led to believe that this client does not',
    spec: 'RFC 8446 section 4.1.3',
  });
}

function noCommonVersion(message: string): TlsError {
  return new TlsError({
    code: 'NO_COMMON_VERSION',
    alert: 'protocol_version',
    fault: 'incompatible',
    message,
    spec: 'RFC 8446 section 4.2.1',
  });
}

/** A hello whose legacy_version is SSL 3.0 ends the handshake, whatever else it offers (RFC 8446 appendix D.5). */
function ssl3(message: 'client_hello' | 'server_hello'): TlsError {
  return new TlsError({
    code: 'NO_COMMON_VERSION',
    alert: 'protocol_version',
    fault: 'incompatible',
    message: `${message} has legacy_version SSL 3.0, which must not be used`,
    spec: 'RFC 8446 appendix D.5',
  });
}
