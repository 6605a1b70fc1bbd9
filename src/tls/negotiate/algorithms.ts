import type { CryptoProvider, GroupName, SchemeName } from '../../crypto/index.ts';
import type { ClientConfig, CommonConfig } from '../config.ts';
import type { TlsError } from '../error.ts';
import { TLS13_SUITES, type Tls13Suite } from '../registry/cipher-suites.ts';
import { LEGACY_MEANS, LEGACY_SUITES, type LegacyMeans, meansOf } from '../registry/legacy-suites.ts';
import { GROUPS, isElliptic } from '../registry/named-groups.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import { type AeadSuite, isOfferedByDefault, TLS12_SUITES, type Tls12Suite } from '../registry/tls12-suites.ts';
import { SPOKEN, type VersionName } from '../registry/versions.ts';
import { badConfiguration } from './bad-configuration.ts';

/** What may be negotiated: a configuration's lists, with defaults, checked against what the provider has. */
export interface Algorithms {
  readonly crypto: CryptoProvider;
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
  /** Old means that a client stoops to. */
  readonly legacy: readonly LegacyMeans[];
}

type Wishes = Pick<
  CommonConfig,
  'crypto' | 'cipherSuites' | 'groups' | 'signatureSchemes' | 'signatureSchemesCert' | 'versions'
> &
  Pick<ClientConfig, 'legacy'>;

/** Wishes whose outcome is kept: as many contexts as a process is likely to have. */
const MAX_KNOWN = 8;

const known: { readonly wishes: Wishes; readonly algorithms: Algorithms }[] = [];

/**
 * Works out what may be negotiated; the same lists have the same outcome, which connections share.
 * @param isQuic whether QUIC carries the handshake, of which TLS 1.2 knows nothing.
 * @throws TlsError BAD_CONFIGURATION
 */
export function algorithms(config: Wishes, isQuic: boolean): Algorithms {
  const wishes = isQuic ? { ...config, versions: ['TLS 1.3'] as const } : config;
  const same = known.find((one) => areSame(one.wishes, wishes));
  if (same !== undefined) return same.algorithms;
  const outcome = workOut(wishes);
  known.unshift({ wishes: copyOf(wishes), algorithms: outcome });
  known.length = Math.min(known.length, MAX_KNOWN);
  return outcome;
}

function areSame(a: Wishes, b: Wishes): boolean {
  return (
    a.crypto === b.crypto &&
    areEqual(a.cipherSuites, b.cipherSuites) &&
    areEqual(a.groups, b.groups) &&
    areEqual(a.signatureSchemes, b.signatureSchemes) &&
    areEqual(a.signatureSchemesCert, b.signatureSchemesCert) &&
    areEqual(a.versions, b.versions) &&
    areEqual(a.legacy, b.legacy)
  );
}

function areEqual(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** Lists of its own: a caller may change theirs. */
function copyOf(wishes: Wishes): Wishes {
  const { crypto, cipherSuites, groups, signatureSchemes, signatureSchemesCert, versions, legacy } = wishes;
  return {
    crypto,
    ...(cipherSuites && { cipherSuites: [...cipherSuites] }),
    ...(groups && { groups: [...groups] }),
    ...(signatureSchemes && { signatureSchemes: [...signatureSchemes] }),
    ...(signatureSchemesCert && { signatureSchemesCert: [...signatureSchemesCert] }),
    ...(versions && { versions: [...versions] }),
    ...(legacy && { legacy: [...legacy] }),
  };
}

function workOut(config: Wishes): Algorithms {
  const { crypto } = config;
  const { capabilities } = crypto;
  const legacy = [...(config.legacy ?? [])];
  for (const means of legacy) checkMeans(means);
  const all = config.cipherSuites?.map((name) => namedSuite(name, legacy, crypto)) ?? defaultSuites(legacy, crypto);
  const allGroups = config.groups ?? capabilities.defaultGroups;
  for (const group of allGroups) requireDeclared(capabilities.groups, group, group, crypto);
  // SHA-1 signatures are verified only on request: RFC 9155 forbids them, RFC 8446 section 4.2.3 calls them legacy.
  const withSha1 = legacy.includes('sha1-signatures');
  const schemes = [
    ...(config.signatureSchemes ?? capabilities.schemes.filter((scheme) => withSha1 || !scheme.endsWith('sha1'))),
  ];
  const schemesCert = config.signatureSchemesCert ?? [];
  for (const scheme of [...schemes, ...schemesCert]) requireDeclared(capabilities.schemes, scheme, scheme, crypto);
  if (all.length === 0 || allGroups.length === 0 || schemes.length === 0) {
    throw badConfiguration('cipherSuites, groups and signatureSchemes need at least one entry each');
  }
  if (new Set(allGroups).size < allGroups.length) throw badConfiguration('a group is listed twice');
  const suites = all.filter((suite) => !isTls12(suite));
  const tls12Suites = all.filter(isTls12);
  const versions = spokenVersions(config.versions, {
    'TLS 1.3': suites.length > 0 && schemes.some((scheme) => SCHEMES[scheme].tls13Handshake),
    'TLS 1.2': allGroups.some(isElliptic) ? tls12Suites.length > 0 : tls12Suites.some(needsNoCurve),
  });
  const speaks = (suite: Tls13Suite | Tls12Suite) => versions.includes(isTls12(suite) ? 'TLS 1.2' : 'TLS 1.3');
  const groups = versions.includes('TLS 1.3') ? [...allGroups] : allGroups.filter(isElliptic);
  return {
    crypto,
    versions,
    suites: suites.filter(speaks),
    tls12Suites: tls12Suites.filter(speaks),
    suiteCodes: all.filter(speaks).map(({ code }) => code),
    groups,
    groupCodes: groups.map((group) => GROUPS[group]),
    schemes,
    schemeCodes: schemes.map((scheme) => SCHEMES[scheme].code),
    schemeCodesCert: schemesCert.map((scheme) => SCHEMES[scheme].code),
    legacy,
  };
}

function requireDeclared<T>(declared: readonly T[], wanted: T, name: string, crypto: CryptoProvider): void {
  if (!declared.includes(wanted)) throw unavailable(name, crypto);
}

function unavailable(name: string, { name: provider }: CryptoProvider): TlsError {
  return badConfiguration(`${name} is not available from the ${provider} provider`);
}

const MODERN: readonly (Tls13Suite | AeadSuite)[] = [...Object.values(TLS13_SUITES), ...Object.values(TLS12_SUITES)];

const SUITES = new Map<string, Tls13Suite | Tls12Suite>([
  ...MODERN.map((suite) => [suite.name, suite] as const),
  ...LEGACY_SUITES,
]);

function checkMeans(means: string): void {
  const all: readonly string[] = LEGACY_MEANS;
  if (!all.includes(means)) {
    throw badConfiguration(`legacy has ${JSON.stringify(means)}, expected some of ${all.join(', ')}`);
  }
}

/** What is offered by one who names no suites: old ones last, and only where all that is old about them was named. */
function defaultSuites(legacy: readonly LegacyMeans[], crypto: CryptoProvider): (Tls13Suite | Tls12Suite)[] {
  const old = [...LEGACY_SUITES.values()].filter((suite) => meansOf(suite).every((means) => legacy.includes(means)));
  return [...MODERN.filter(isOfferedByDefault), ...old].filter((suite) => isAvailable(suite, crypto));
}

/** A suite by its name, if it may be offered. @throws TlsError BAD_CONFIGURATION */
function namedSuite(name: string, legacy: readonly LegacyMeans[], crypto: CryptoProvider): Tls13Suite | Tls12Suite {
  const suite = SUITES.get(name);
  if (suite === undefined) throw badConfiguration(`${JSON.stringify(name)} is not a cipher suite that is implemented`);
  const missing = isTls12(suite) ? meansOf(suite).filter((means) => !legacy.includes(means)) : [];
  if (missing.length > 0) throw badConfiguration(`${name} needs a client with legacy: ${missing.join(', ')}`);
  if (!isAvailable(suite, crypto)) throw unavailable(name, crypto);
  return suite;
}

function isAvailable(suite: Tls13Suite | Tls12Suite, { capabilities, legacy }: CryptoProvider): boolean {
  if (isTls12(suite) && meansOf(suite).length > 0 && legacy === undefined) return false;
  if ('aead' in suite) return capabilities.aeads.includes(suite.aead);
  return legacy?.blockCiphers.includes(suite.blockCipher) === true;
}

function needsNoCurve({ keyExchange }: Tls12Suite): boolean {
  return keyExchange !== 'ecdhe';
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
