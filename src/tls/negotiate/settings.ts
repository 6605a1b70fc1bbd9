import { type Allocator, allocate } from '../../bytes/index.ts';
import type { CryptoProvider, GroupName, SchemeName } from '../../crypto/index.ts';
import type { CertificateCompression, CommonConfig } from '../config.ts';
import { TlsError } from '../error.ts';
import { MAX_PLAINTEXT } from '../record/limits.ts';
import { TLS13_SUITES, type Tls13Suite } from '../registry/cipher-suites.ts';
import { GROUPS, isElliptic } from '../registry/named-groups.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import { TLS12_SUITES, type Tls12Suite } from '../registry/tls12-suites.ts';
import { SPOKEN, type VersionName } from '../registry/versions.ts';

/** A configuration with its defaults filled in and checked against what the provider has. */
export interface Settings {
  readonly crypto: CryptoProvider;
  readonly allocate: Allocator;
  /** The newest first, at least one. */
  readonly versions: readonly VersionName[];
  /** Those of TLS 1.3; none where it is not spoken. */
  readonly suites: readonly Tls13Suite[];
  /** Those of TLS 1.2; none where it is not spoken. */
  readonly tls12Suites: readonly Tls12Suite[];
  /** Of both, in the order configured. */
  readonly suiteCodes: readonly number[];
  readonly groups: readonly GroupName[];
  readonly groupCodes: readonly number[];
  readonly schemes: readonly SchemeName[];
  readonly schemeCodes: readonly number[];
  /** Empty when the chain's schemes are not told apart. */
  readonly schemeCodesCert: readonly number[];
  readonly alpn: readonly string[];
  readonly certificateCompression: readonly CertificateCompression[];
  /** Ours, encoded; `undefined` unless the handshake is QUIC's. */
  readonly transportParameters: Uint8Array | undefined;
}

/** Most bytes of ALPN protocols, lengths included: a hello has 2^16 for all its extensions. */
const MAX_ALPN_LENGTH = 2 ** 14;

/** Most algorithms that compress_certificate has room for (RFC 8879 section 3). */
const MAX_COMPRESSION_ALGORITHMS = 127;

/** A configuration that can not work; thrown before anything is sent. */
export function badConfiguration(message: string): TlsError {
  return new TlsError({ code: 'BAD_CONFIGURATION', alert: null, fault: 'local', message, spec: 'docs/errors.md' });
}

/**
 * Fills in defaults.
 * @param transportParameters given where QUIC carries the handshake.
 * @throws TlsError BAD_CONFIGURATION
 */
export function settings(config: CommonConfig, transportParameters?: Uint8Array): Settings {
  const { crypto } = config;
  const { capabilities } = crypto;
  const known = config.cipherSuites?.map(knownSuite) ?? [
    ...Object.values(TLS13_SUITES),
    ...Object.values(TLS12_SUITES),
  ];
  const all = known.filter(({ aead }) => config.cipherSuites !== undefined || capabilities.aeads.includes(aead));
  for (const suite of all) requireDeclared(capabilities.aeads, suite.aead, suite.name, crypto);
  const allGroups = config.groups ?? capabilities.defaultGroups;
  for (const group of allGroups) requireDeclared(capabilities.groups, group, group, crypto);
  // SHA-1 signatures are verified only on request: RFC 9155 forbids them, RFC 8446 section 4.2.3 calls them legacy.
  const schemes = config.signatureSchemes ?? capabilities.schemes.filter((scheme) => !scheme.endsWith('sha1'));
  const schemesCert = config.signatureSchemesCert ?? [];
  for (const scheme of [...schemes, ...schemesCert]) requireDeclared(capabilities.schemes, scheme, scheme, crypto);
  if (all.length === 0 || allGroups.length === 0 || schemes.length === 0) {
    throw badConfiguration('cipherSuites, groups and signatureSchemes need at least one entry each');
  }
  if (new Set(allGroups).size < allGroups.length) throw badConfiguration('a group is listed twice');
  const suites = all.filter((suite) => !isTls12(suite));
  const tls12Suites = all.filter(isTls12);
  const wanted = transportParameters === undefined ? config.versions : (['TLS 1.3'] as const);
  const versions = spokenVersions(wanted, {
    'TLS 1.3': suites.length > 0 && schemes.some((scheme) => SCHEMES[scheme].tls13Handshake),
    'TLS 1.2': tls12Suites.length > 0 && allGroups.some(isElliptic),
  });
  const speaks = (suite: Tls13Suite | Tls12Suite) => versions.includes(isTls12(suite) ? 'TLS 1.2' : 'TLS 1.3');
  const groups = versions.includes('TLS 1.3') ? allGroups : allGroups.filter(isElliptic);
  checkAlpn(config.alpn ?? []);
  if (transportParameters !== undefined && (config.alpn ?? []).length === 0) throw badConfiguration('QUIC needs alpn');
  checkCompression(config.certificateCompression ?? []);
  checkNumber('recordSizeLimit', config.recordSizeLimit, 64, MAX_PLAINTEXT + 1);
  checkNumber('maxFragment', config.maxFragment, 64, MAX_PLAINTEXT);
  checkNumber('padTo', config.padTo, 1, MAX_PLAINTEXT + 1);
  checkNumber('keyUpdateAfter', config.keyUpdateAfter, 1, Number.MAX_SAFE_INTEGER);
  return {
    crypto,
    allocate: config.allocate ?? allocate,
    versions,
    suites: suites.filter(speaks),
    tls12Suites: tls12Suites.filter(speaks),
    suiteCodes: all.filter(speaks).map(({ code }) => code),
    groups,
    groupCodes: groups.map((group) => GROUPS[group]),
    schemes,
    schemeCodes: schemes.map((scheme) => SCHEMES[scheme].code),
    schemeCodesCert: schemesCert.map((scheme) => SCHEMES[scheme].code),
    alpn: config.alpn ?? [],
    certificateCompression: config.certificateCompression ?? [],
    transportParameters,
  };
}

function requireDeclared<T>(declared: readonly T[], wanted: T, name: string, crypto: CryptoProvider): void {
  if (!declared.includes(wanted)) throw badConfiguration(`${name} is not available from the ${crypto.name} provider`);
}

const SUITES: Readonly<Record<string, Tls13Suite | Tls12Suite>> = { ...TLS13_SUITES, ...TLS12_SUITES };

function knownSuite(name: string): Tls13Suite | Tls12Suite {
  const suite = Object.hasOwn(SUITES, name) ? SUITES[name] : undefined;
  if (suite !== undefined) return suite;
  throw badConfiguration(`${JSON.stringify(name)} is not a cipher suite that is implemented`);
}

function isTls12(suite: Tls13Suite | Tls12Suite): suite is Tls12Suite {
  return 'authentication' in suite;
}

/** The versions wanted that the rest of the configuration leaves something for, the newest first. */
function spokenVersions(
  wanted: readonly VersionName[] | undefined,
  possible: Readonly<Record<VersionName, boolean>>,
): VersionName[] {
  const all = Object.keys(SPOKEN) as VersionName[];
  const unknown = wanted?.find((version) => !all.includes(version));
  if (unknown !== undefined) throw badConfiguration(`${JSON.stringify(unknown)} is not a version that is spoken`);
  const versions = all.filter((version) => (wanted ?? all).includes(version) && possible[version]);
  if (versions.length > 0) return versions;
  throw badConfiguration(
    `nothing is left of ${(wanted ?? all).join(', ') || 'no versions'}: each needs a cipher suite, a group and a signature scheme of its own`,
  );
}

function checkAlpn(protocols: readonly string[]): void {
  const length = protocols.reduce((sum, protocol) => sum + 1 + protocol.length, 0);
  if (length > MAX_ALPN_LENGTH) throw badConfiguration(`alpn takes ${length} bytes, at most ${MAX_ALPN_LENGTH}`);
  for (const protocol of protocols) {
    if (protocol.length === 0 || protocol.length > 255 || /[^\x20-\x7e]/.test(protocol)) {
      throw badConfiguration(`ALPN protocol ${JSON.stringify(protocol)} is not 1 to 255 ASCII characters`);
    }
  }
}

function checkCompression(codecs: readonly CertificateCompression[]): void {
  const codes = codecs.map(({ algorithm }) => algorithm);
  for (const code of codes) checkNumber('certificateCompression algorithm', code, 1, 2 ** 16 - 1);
  if (new Set(codes).size < codes.length || codes.length > MAX_COMPRESSION_ALGORITHMS) {
    throw badConfiguration(`certificateCompression has an algorithm twice, or more than ${MAX_COMPRESSION_ALGORITHMS}`);
  }
}

/** @throws TlsError BAD_CONFIGURATION for what is given and no whole number in the range */
export function checkNumber(name: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  throw badConfiguration(`${name} is ${value}, expected a whole number from ${min} to ${max}`);
}
