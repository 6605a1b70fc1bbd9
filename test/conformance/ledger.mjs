/** The counts in test/interop/bogo/ledger.md, written by `--ledger`; the words around them are by hand. */
import { readFileSync, writeFileSync } from 'node:fs';

const begin = '<!-- counts: begin -->';
const end = '<!-- counts: end -->';

/**
 * What a flag that the shim does not know asks for, and why it is not there. What is in none of these stands by itself.
 * @type {readonly (readonly [feature: string, flags: RegExp, reason: string])[]}
 */
const FEATURES = [
  ['Encrypted ClientHello', /^-(enable-)?ech-|^-expect-(no-)?ech-|^-reject-unusable-ech|-ech-rewind$/, 'not yet'],
  ['Tickets in the form of BoringSSL', /^-ticket-key/, 'the runner rewrites them; ours are sealed otherwise'],
  ['TLS 1.1 and older', /^-max-version below/, 'recognised, never spoken'],
  ['Renegotiation', /renegotiat/, 'refused (RFC 8446 has none; with it go the attacks of RFC 5746)'],
  ['Suites of TLS 1.2', /^-cipher/, "lists with suites that a server of ours does not have, or in OpenSSL's language"],
  ['False start', /^-false-start/, 'RFC 7918 is experimental, and TLS 1.3 has the round trip without it'],
  ['Pre-shared keys of TLS 1.2', /^-psk(-identity)?$/, 'RFC 4279: TLS 1.3 has them with forward secrecy'],
  ['rsa_pkcs1_sha256_legacy', /1056$/, 'PKCS #1 v1.5 in TLS 1.3, for keys in old hardware'],
  ['Group hints', /^-server-supported-groups-hint/, 'a draft'],
  ['Equal preference of groups', /^-curves-flags/, 'groups are in an order here'],
  ['Channel ID', /channel-id/, 'never published as an RFC'],
  ['Compliance policies', /^-(fips|wpa|cnsa)/, 'names for lists that are configured here one by one'],
  ['SRTP', /^-srtp/, 'RFC 5764 is for DTLS'],
  ['Delegated credentials', /delegated-credential/, 'RFC 9345 is optional, and few have certificates for it'],
  ['Handshake hints', /hint-mismatch|handshake-hints|^-on-(shim|handshaker)-/, 'of BoringSSL alone'],
  ['ALPS', /application-settings|-alps(-|$)/, 'a draft that expired'],
  ['JDK 11 workaround', /^-jdk11/, 'for one old release of one peer'],
  ['NPN', /next-proto|-npn$/, 'ALPN took its place (RFC 7301)'],
  ['PAKE', /spake2plus/, 'a draft'],
  ["QUIC's code point of the drafts", /^-quic/, 'RFC 9001 has another since 2021'],
  ['Raw public keys', /rpk|cert-types/, 'RFC 7250: certificates only'],
  ['Resumption across names', /across-names/, 'a session is for one name'],
  ['Server padding', /padding/, 'a draft'],
  ['Trust anchor ids', /trust-anchors|cert-properties/, 'a draft'],
  [
    '`tls-unique`',
    /^-tls-unique/,
    'RFC 9266 has `tls-exporter` for all versions; this one is not unique before RFC 7627',
  ],
  [
    'Hashes in place of client certificates',
    /sha256-client-cert/,
    'sessions keep the chain, so that a resumption can be judged anew',
  ],
  [
    'Protocols that were not offered',
    /^-allow-unknown-alpn/,
    'RFC 7301 section 3.2 has the server choose from the list',
  ],
  [
    'Writes in the middle of the handshake',
    /^-early-write-after-message|^-handshake-twice/,
    'early data is given before the handshake',
  ],
  ['MD5 with SHA-1', /^signature scheme 65281/, "the signature of TLS 1.1, by a number that is BoringSSL's own"],
  ['Malformed SCT lists of our own', /^-signed-cert-timestamps/, 'a credential takes SCTs, not their list'],
];

/**
 * @param {string} path
 * @param {{ pass: number, tls: number, quic: number, fail: number, unimplemented: number, disabled: number }} summary
 * @param {Record<string, string>} reasons why tests are disabled, by pattern
 * @param {readonly { readonly name: string }[]} disabled tests that are
 * @param {readonly string[]} unimplemented what was missing, once per test
 */
export function writeLedger(path, summary, reasons, disabled, unimplemented) {
  const { pass, tls, quic, fail } = summary;
  const lines = [
    `${pass} pass (without Encrypted ClientHello: ${tls} over TLS, ${quic} over QUIC), ${fail} fail, ${summary.unimplemented} unimplemented, ${summary.disabled} disabled.`,
    '',
    ...table('disabled because', byReason(reasons, disabled)),
    '',
    '| tests | unimplemented | because |',
    '| --- | --- | --- |',
    ...tally(unimplemented.map(featureOf)).map(([what, count]) => `| ${count} | ${what} |`),
  ];
  const text = readFileSync(path, 'utf8');
  const [head = '', rest = ''] = text.split(begin);
  const [, tail = ''] = rest.split(end);
  writeFileSync(path, `${head}${begin}\n${lines.join('\n')}\n${end}${tail}`);
}

/** @param {Record<string, string>} reasons @param {readonly { readonly name: string }[]} disabled */
function byReason(reasons, disabled) {
  const patterns = Object.entries(reasons).map(([pattern, reason]) => ({ matches: glob(pattern), reason }));
  return tally(disabled.map(({ name }) => patterns.find(({ matches }) => matches.test(name))?.reason ?? '?'));
}

/** The runner's patterns have `*` and nothing else. @param {string} pattern */
function glob(pattern) {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^$()[\]{}|\\]/g, '\\$&'))
      .join('.*')}$`,
  );
}

/** Two cells: the feature and the reason. @param {string} missing */
function featureOf(missing) {
  const found = FEATURES.find(([, flags]) => flags.test(missing));
  return found === undefined ? `\`${missing}\` | ?` : `${found[0]} | ${found[2]}`;
}

/** @param {readonly string[]} items @returns {[string, number][]} the most frequent first */
function tally(items) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** @param {string} title @param {[string, number][]} rows */
function table(title, rows) {
  return [`| tests | ${title} |`, '| --- | --- |', ...rows.map(([what, count]) => `| ${count} | ${what} |`)];
}
