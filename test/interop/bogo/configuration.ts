/** The runner's flags made into a configuration of the engine. */
import type { GroupName, SchemeName } from '../../../src/crypto/index.ts';
import {
  type ClientConfig,
  type CommonConfig,
  type LegacyMeans,
  QuicHandshake,
  type ServerConfig,
  TlsConnection,
  type Trace,
} from '../../../src/tls/index.ts';
import { settings } from '../../../src/tls/negotiate/settings.ts';
import { groupForProvider } from '../../../src/tls/registry/named-groups.ts';
import { SCHEMES, schemeInfo } from '../../../src/tls/registry/signature-schemes.ts';
import { SPOKEN, type VersionName } from '../../../src/tls/registry/versions.ts';
import { ALL_ALGORITHMS, oneAlgorithm } from './compression.ts';
import type { ShimCredential } from './credentials.ts';
import { Unimplemented } from './flags.ts';
import type { Options } from './options.ts';
import { shimCrypto } from './provider.ts';
import type { Memory } from './sessions.ts';

/** What the runner takes for the defaults of a shim: X25519MLKEM768 is offered, P-521 is not. */
const DEFAULT_GROUPS: readonly GroupName[] = ['X25519MLKEM768', 'x25519', 'secp256r1', 'secp384r1'];

/** As above: neither P-521 nor Ed25519 is verified unless told to. */
const DEFAULT_SCHEMES: readonly SchemeName[] = [
  'ecdsa_secp256r1_sha256',
  'rsa_pss_rsae_sha256',
  'rsa_pkcs1_sha256',
  'ecdsa_secp384r1_sha384',
  'rsa_pss_rsae_sha384',
  'rsa_pkcs1_sha384',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha512',
];

/** What the runner's cases take for granted of a client; 3DES goes by name. */
const LEGACY: readonly LegacyMeans[] = ['rsa-key-transport', 'cbc', '3des'];

/** The runner's longest chain has 51. */
const MAX_CERTIFICATES = 64;

/** The engine for one connection. @throws Unimplemented, TlsError BAD_CONFIGURATION */
export function createEngine(
  options: Options,
  credentials: readonly ShimCredential[],
  memory: Memory,
  trace: Trace | undefined,
): TlsConnection | QuicHandshake {
  let common = commonConfig(options, trace);
  if (options.quic) {
    if (options.quicUseLegacyCodepoint !== 0) throw new Unimplemented('-quic-use-legacy-codepoint 1 over QUIC');
    const of = { alpn: [], transportParameters: options.quicTransportParams };
    if (options.server) return QuicHandshake.server({ ...of, ...serverConfig(options, credentials, memory, common) });
    const { sessions, ...config } = clientConfig(options, credentials, memory, common);
    if (sessions === undefined) return QuicHandshake.client({ ...of, ...config });
    const earlyData = sessions.earlyData !== undefined;
    return QuicHandshake.client({ ...of, ...config, sessions: { ...sessions, earlyData } });
  }
  if (options.quicTransportParams.length > 0) common = { ...common, ...misplaced(options) };
  return options.server
    ? TlsConnection.server(serverConfig(options, credentials, memory, common))
    : TlsConnection.client(clientConfig(options, credentials, memory, common));
}

/** What no type allows, and a caller without types may give. */
function misplaced({ quicTransportParams: transportParameters }: Options): object {
  return { transportParameters };
}

function commonConfig(options: Options, trace: Trace | undefined): CommonConfig {
  return {
    crypto: shimCrypto,
    allocate: (length) => Buffer.allocUnsafe(length),
    groups: options.curves.length > 0 ? options.curves.map(toGroup) : DEFAULT_GROUPS,
    versions: versionsOf(options),
    ...(options.cipher !== '' && { cipherSuites: suitesOf(options) }),
    signatureSchemes: schemesOf(options),
    ...compressionOf(options),
    maxChain: { certificates: MAX_CERTIFICATES, ...(options.maxCertList > 0 && { bytes: options.maxCertList }) },
    ...(!options.renegotiateIgnore && { maxRenegotiations: 0 }),
    ...(options.maxSendFragment > 0 && { maxFragment: options.maxSendFragment }),
    ...(trace && { trace, traceSecrets: options.exportTrafficSecrets }),
  };
}

/** Beside schemes of TLS 1.2 alone one of TLS 1.3, which is offered with nothing else by no engine of ours. */
function schemesOf({ verifyPrefs }: Options): readonly SchemeName[] {
  if (verifyPrefs.length === 0) return DEFAULT_SCHEMES;
  const schemes = verifyPrefs.map(toScheme);
  return schemes.some((scheme) => SCHEMES[scheme].tls13Handshake) ? schemes : [...schemes, 'ecdsa_secp256r1_sha256'];
}

type Suites = NonNullable<CommonConfig['cipherSuites']>;

/** Those of the range that are spoken. @throws Unimplemented where there is none */
function versionsOf({ minVersion, maxVersion, noTls1, noTls11, noTls12, noTls13 }: Options): readonly VersionName[] {
  // Nothing is wanted, rather than something that is not spoken.
  if (noTls1 && noTls11 && noTls12 && noTls13) return [];
  const isWanted = (code: number, isOff: boolean) =>
    !isOff && code >= minVersion && (maxVersion === 0 || code <= maxVersion);
  const versions: VersionName[] = [];
  if (isWanted(SPOKEN['TLS 1.3'], noTls13)) versions.push('TLS 1.3');
  if (isWanted(SPOKEN['TLS 1.2'], noTls12)) versions.push('TLS 1.2');
  if (versions.length === 0) throw new Unimplemented('-max-version below TLS 1.2');
  return versions;
}

/** The suites of TLS 1.3, and those of TLS 1.2 that a list of names has. @throws Unimplemented for any other list */
function suitesOf({ cipher, server }: Options): Suites {
  const { suites, tls12Suites } = settings({ crypto: shimCrypto, ...(!server && { legacy: LEGACY }) });
  const wanted = cipher.split(':').flatMap((name) => {
    const named = tls12Suites.filter((known) => known.name === name || (name === '3DES' && known.name.includes(name)));
    if (named.length === 0) throw new Unimplemented(`-cipher ${name}`);
    return named.map((suite) => suite.name);
  });
  return [...suites.map(({ name }) => name), ...wanted];
}

function compressionOf(options: Options): Pick<CommonConfig, 'certificateCompression'> {
  if (options.installCertCompressionAlgs) return { certificateCompression: ALL_ALGORITHMS };
  const code = options.installOneCertCompressionAlg;
  return code === 0 ? {} : { certificateCompression: [oneAlgorithm(code)] };
}

function clientConfig(
  options: Options,
  credentials: readonly ShimCredential[],
  memory: Memory,
  common: CommonConfig,
): ClientConfig {
  const asks =
    options.async ||
    options.useOldClientCertCallback ||
    options.failCertCallback ||
    options.expectPeerVerifyPref.length > 0 ||
    credentials.length > 1 ||
    credentials.some(({ mustMatchIssuer }) => mustMatchIssuer);
  const credential = asks ? 'ask' : credentials[0]?.credential;
  return {
    ...common,
    ...(options.hostName !== '' && { serverName: options.hostName }),
    ...keySharesOf(options),
    // Early data is given at once; its pieces are records of their size.
    ...(options.repeatShimInitialWrite > 1 && { maxFragment: options.shimInitialWrite.length }),
    ...(options.advertiseAlpn !== '' && { alpn: splitAlpn(options.advertiseAlpn) }),
    ...(credential && { credential }),
    legacy: legacyOf(options),
    requestOcsp: options.enableOcspStapling,
    requestScts: options.enableSignedCertTimestamps,
    requireCredential: true,
    fallbackScsv: options.fallbackScsv,
    requireSecureRenegotiation: options.noLegacyServerConnect,
    grease: options.enableGrease,
    permuteExtensions: options.permuteExtensions,
    ...memory.client(options),
  };
}

function serverConfig(
  options: Options,
  credentials: readonly ShimCredential[],
  memory: Memory,
  common: CommonConfig,
): ServerConfig {
  const asks =
    options.async ||
    options.useEarlyCallback ||
    options.failEarlyCallback ||
    options.failDdosCallback ||
    options.failCertCallback ||
    options.useOcspCallback ||
    options.selectEmptyAlpn ||
    options.expectAdvertisedAlpn !== '' ||
    options.expectPeerVerifyPref.length > 0 ||
    credentials.some(({ mustMatchIssuer }) => mustMatchIssuer);
  return {
    ...common,
    ...alpnOf(options),
    credentials: asks ? 'ask' : credentials.map(({ credential }) => credential),
    clientCertificate: options.requireAnyClientCertificate ? 'require' : options.verifyPeer ? 'request' : 'none',
    ...(options.useClientCaList !== '' && { certificateAuthorities: splitNames(options.useClientCaList) }),
    serverPreference: options.serverPreference,
    ...memory.server(options),
  };
}

/** Old means of clients; SHA-1 only where it is asked for, for there are tests of its absence. */
function legacyOf({ cipher, verifyPrefs }: Options): readonly LegacyMeans[] {
  const means = cipher === '' ? LEGACY.filter((old) => old !== '3des') : LEGACY;
  return verifyPrefs.some((code) => schemeInfo(code)?.name.endsWith('sha1')) ? [...means, 'sha1-signatures'] : means;
}

/** Where no shares are named, the runner wants one of each kind: a classical and a post-quantum one. */
function keySharesOf({ keyShares, curves }: Options): Pick<ClientConfig, 'keyShares'> {
  if (keyShares !== undefined) return { keyShares: keyShares.map(toGroup) };
  const groups = curves.map(toGroup);
  const [first] = groups;
  if (first === undefined) return {};
  const other = groups.find((group) => group.includes('MLKEM') !== first.includes('MLKEM'));
  return { keyShares: other === undefined ? [first] : [first, other] };
}

/** Rejection is a list that shares nothing with any client's, and so is none over QUIC. */
function alpnOf(options: Options): Pick<CommonConfig, 'alpn'> {
  const rejects = options.rejectAlpn || (options.quic && (options.declineAlpn || options.selectAlpn === ''));
  if (rejects) return { alpn: ['not what any client offers'] };
  if (options.declineAlpn) return {};
  return options.selectAlpn === '' ? {} : { alpn: [options.selectAlpn] };
}

/** DER names as the runner writes them: hexadecimal with commas, or a word for none. */
export function splitNames(list: string): Uint8Array[] {
  if (list === '<NULL>' || list === '<EMPTY>') return [];
  return list.split(',').map((name) => Buffer.from(name, 'hex'));
}

/** A ProtocolNameList without its own length. */
function splitAlpn(list: string): string[] {
  const names: string[] = [];
  for (let at = 0; at < list.length; ) {
    const length = list.charCodeAt(at);
    names.push(list.substring(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return names;
}

function toGroup(code: number): GroupName {
  const group = groupForProvider(code);
  if (group === undefined || !shimCrypto.capabilities.groups.includes(group)) throw new Unimplemented(`group ${code}`);
  return group;
}

function toScheme(code: number): SchemeName {
  const scheme = schemeInfo(code)?.name;
  if (scheme === undefined || !shimCrypto.capabilities.schemes.includes(scheme)) {
    throw new Unimplemented(`signature scheme ${code}`);
  }
  return scheme;
}
