/**
 * The names that node:tls and OpenSSL have for versions.
 */
import { constants } from 'node:crypto';
import type { CommonConfig } from '../tls/index.ts';
import { argumentError } from './error.ts';

type VersionName = NonNullable<CommonConfig['versions']>[number];

/** node:tls's names of versions, the oldest first. The two that are spoken have ours beside them. */
const VERSIONS: readonly (readonly [string, VersionName | undefined])[] = [
  ['TLSv1', undefined],
  ['TLSv1.1', undefined],
  ['TLSv1.2', 'TLS 1.2'],
  ['TLSv1.3', 'TLS 1.3'],
];

/** `secureProtocol` by what it allows: a minimum and a maximum. */
const METHODS: ReadonlyMap<string, readonly [string, string]> = new Map(
  ['', '_client', '_server'].flatMap((side) => [
    [`TLS${side}_method`, ['TLSv1', 'TLSv1.3']],
    [`SSLv23${side}_method`, ['TLSv1', 'TLSv1.2']],
    ...['1', '1_1', '1_2'].map((version): [string, [string, string]] => {
      const name = `TLSv${version.replace('_', '.')}`;
      return [`TLSv${version}${side}_method`, [name, name]];
    }),
  ]),
);

/** node:tls's name of a version. */
export function versionNameOf(version: VersionName): string {
  return version === 'TLS 1.2' ? 'TLSv1.2' : 'TLSv1.3';
}

/**
 * The versions of a range that are spoken; `undefined` where nothing is asked for.
 * @throws code ERR_TLS_INVALID_PROTOCOL_VERSION, ERR_TLS_INVALID_PROTOCOL_METHOD, ERR_TLS_PROTOCOL_VERSION_CONFLICT
 */
export function parseVersions(
  minVersion: string | undefined,
  maxVersion: string | undefined,
  secureProtocol: string | undefined,
): readonly VersionName[] | undefined {
  if (secureProtocol !== undefined && (minVersion ?? maxVersion) !== undefined) {
    throw argumentError(
      'ERR_TLS_PROTOCOL_VERSION_CONFLICT',
      'secureProtocol goes with neither minVersion nor maxVersion',
    );
  }
  const [min, max] = secureProtocol === undefined ? [minVersion, maxVersion] : method(secureProtocol);
  if (min === undefined && max === undefined) return undefined;
  const range = VERSIONS.slice(place(min ?? 'TLSv1'), place(max ?? 'TLSv1.3') + 1);
  const versions = range.map(([, name]) => name).filter((name) => name !== undefined);
  if (versions.length > 0) return versions;
  throw argumentError('ERR_TLS_INVALID_PROTOCOL_VERSION', `no version from ${min} to ${max} is implemented`);
}

/**
 * Versions without those that `secureOptions` forbid; `undefined` where nothing is asked for.
 * @throws code ERR_TLS_INVALID_PROTOCOL_VERSION when none is left
 */
export function allowedVersions(
  versions: readonly VersionName[] | undefined,
  forbidden: number,
): readonly VersionName[] | undefined {
  const bits = { 'TLS 1.2': constants.SSL_OP_NO_TLSv1_2, 'TLS 1.3': constants.SSL_OP_NO_TLSv1_3 };
  if ((forbidden & (bits['TLS 1.2'] | bits['TLS 1.3'])) === 0) return versions;
  const allowed = (versions ?? (['TLS 1.2', 'TLS 1.3'] as const)).filter((name) => (forbidden & bits[name]) === 0);
  if (allowed.length > 0) return allowed;
  throw argumentError('ERR_TLS_INVALID_PROTOCOL_VERSION', 'secureOptions leaves no version');
}

function method(name: string): readonly [string, string] {
  const found = METHODS.get(name);
  if (found !== undefined) return found;
  throw argumentError('ERR_TLS_INVALID_PROTOCOL_METHOD', `unknown or disabled method: ${name}`);
}

function place(version: string): number {
  const at = VERSIONS.findIndex(([name]) => name === version);
  if (at >= 0) return at;
  throw argumentError('ERR_TLS_INVALID_PROTOCOL_VERSION', `'${version}' is not a TLS protocol version`);
}
