import { type Allocator, allocate } from '../../bytes/index.ts';
import type { CryptoProvider, GroupName, SchemeName } from '../../crypto/index.ts';
import type { CertificateCompression, CommonConfig } from '../config.ts';
import { TlsError } from '../error.ts';
import { MAX_PLAINTEXT } from '../record/limits.ts';
import { TLS13_SUITES, type Tls13Suite, type Tls13SuiteName } from '../registry/cipher-suites.ts';
import { GROUPS } from '../registry/named-groups.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';

/** A configuration with its defaults filled in and checked against what the provider has. */
export interface Settings {
  readonly crypto: CryptoProvider;
  readonly allocate: Allocator;
  readonly suites: readonly Tls13Suite[];
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
  const suites = (config.cipherSuites ?? Object.values(TLS13_SUITES).map((suite) => suite.name))
    .map(knownSuite)
    .filter((suite) => config.cipherSuites !== undefined || capabilities.aeads.includes(suite.aead));
  for (const suite of suites) requireDeclared(capabilities.aeads, suite.aead, suite.name, crypto);
  const groups = config.groups ?? capabilities.defaultGroups;
  for (const group of groups) requireDeclared(capabilities.groups, group, group, crypto);
  // SHA-1 signatures are verified only on request: RFC 9155 forbids them, RFC 8446 section 4.2.3 calls them legacy.
  const schemes = config.signatureSchemes ?? capabilities.schemes.filter((scheme) => !scheme.endsWith('sha1'));
  const schemesCert = config.signatureSchemesCert ?? [];
  for (const scheme of [...schemes, ...schemesCert]) requireDeclared(capabilities.schemes, scheme, scheme, crypto);
  if (suites.length === 0 || groups.length === 0 || schemes.length === 0) {
    throw badConfiguration('cipherSuites, groups and signatureSchemes need at least one entry each');
  }
  checkAlpn(config.alpn ?? []);
  if (transportParameters !== undefined && (config.alpn ?? []).length === 0) throw badConfiguration('QUIC needs alpn');
  checkCompression(config.certificateCompression ?? []);
  checkNumber('recordSizeLimit', config.recordSizeLimit, 64, MAX_PLAINTEXT + 1);
  checkNumber('padTo', config.padTo, 1, MAX_PLAINTEXT + 1);
  checkNumber('keyUpdateAfter', config.keyUpdateAfter, 1, Number.MAX_SAFE_INTEGER);
  return {
    crypto,
    allocate: config.allocate ?? allocate,
    suites,
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

function knownSuite(name: Tls13SuiteName): Tls13Suite {
  if (Object.hasOwn(TLS13_SUITES, name)) return TLS13_SUITES[name];
  throw badConfiguration(`${JSON.stringify(name)} is not a cipher suite of TLS 1.3`);
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
