import { type Line, type Style, styled } from '../../explain/index.ts';
import { versionName } from '../../tls/wire.ts';
import type { Facts } from '../facts.ts';
import { VERSION_PROBES } from '../probes/change.ts';
import { type Versions, versionsOf } from '../versions.ts';
import { listed, shortVersion } from '../words.ts';

/** The versions of every server that was asked for them; what is alike is said once. */
export function versionLines({ addresses }: Facts): Line[] {
  const texts = new Map<string, { readonly versions: Versions; readonly at: string[] }>();
  for (const address of addresses) {
    const versions = versionsOf(address);
    if (versions === undefined) continue;
    const text = versionsText(versions);
    const alike = texts.get(text) ?? { versions, at: [] };
    alike.at.push(address.address);
    texts.set(text, alike);
  }
  return [...texts].map(([text, { versions, at }]): Line => {
    const [sign, style] = markOf(versions);
    return ['  VERS  ', styled(style, sign), ` ${text}${texts.size > 1 ? ` (${listed(at)})` : ''}`];
  });
}

/** `1.3 preferred · 1.2 · not 1.1, 1.0, SSL 3.0`. */
function versionsText({ list, preferred }: Versions): string {
  const named = (isSupported: boolean | undefined) =>
    list.filter((one) => one.isSupported === isSupported).map(({ version }) => version);
  const spoken = named(true).map(
    (version) => `${shortVersion(version)}${version === preferred?.version ? ' preferred' : ''}`,
  );
  const group = (word: string, versions: readonly string[]) =>
    versions.length === 0 ? [] : [`${word} ${versions.map(shortVersion).join(', ')}`];
  // No connection was left for these, where the server's answer says nothing of those.
  const unasked = VERSION_PROBES.flatMap(({ version: code }) =>
    code === undefined || list.some((one) => one.code === code) ? [] : [versionName(code)],
  );
  const unknown = [...named(undefined), ...unasked];
  return [...spoken, ...group('not', named(false)), ...group('not measured', unknown)].join(' · ');
}

function markOf({ list }: Versions): readonly [sign: string, style: Style] {
  const isOn = (name: string) => list.find(({ version }) => version === name)?.isSupported;
  if (list.every(({ isSupported }) => isSupported !== true)) return ['?', 'warn'];
  const hasOld = list.some(({ version, isSupported }) => isSupported === true && version < 'TLS 1.2');
  if (isOn('TLS 1.2') !== true && isOn('TLS 1.3') !== true) return ['✖', 'bad'];
  return hasOld ? ['▲', 'warn'] : ['✔', 'good'];
}
