/** The counts in test/interop/bogo/ledger.md, written by `--ledger`; the words around them are by hand. */
import { readFileSync, writeFileSync } from 'node:fs';

const begin = '<!-- counts: begin -->';
const end = '<!-- counts: end -->';

/** Flags that ask for a feature, by the feature. What is in none of these stands by itself. */
const FEATURES = {
  'Encrypted ClientHello': /^-(enable-)?ech-|^-expect-(no-)?ech-|^-reject-unusable-ech|-ech-rewind$/,
  'Resumption and tickets': /^-resume-count|ticket|^-expect-(no-)?session/,
  'Early data': /early-data/,
  'TLS 1.1 and older': /^-max-version below/,
  Renegotiation: /renegotiat|^-no-legacy/,
  'Suites of TLS 1.2': /^-cipher/,
  'False start': /^-false-start/,
  'External PSKs': /^-new-psk-credential|^-psk-/,
  'Pre-shared keys of TLS 1.2': /^-psk(-identity)?$/,
  'Certificate compression': /cert-compression/,
  'ML-DSA': /^-key-file|23(08|09|10)$/,
  rsa_pkcs1_sha256_legacy: /1056$/,
  'GREASE and permutation': /^-enable-grease|^-permute-extensions/,
  'Pure ML-KEM groups': /^group 51[2-4]$/,
  'Channel ID': /channel-id/,
  'Compliance policies': /^-(fips|wpa|cnsa)/,
  DTLS: /^-dtls/,
  SRTP: /^-srtp/,
  'Delegated credentials': /delegated-credential/,
  'Handshake hints': /hint-mismatch|handshake-hints|^-on-(shim|handshaker)-/,
  ALPS: /application-settings|^-alps-/,
  'JDK 11 workaround': /^-jdk11/,
  NPN: /next-proto|-npn$/,
  PAKE: /spake2plus/,
  QUIC: /quic/,
  'Raw public keys': /rpk|cert-types/,
  'Resumption across names': /across-names/,
  'Server padding': /padding/,
  'Trust anchor ids': /trust-anchors|cert-properties/,
};

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
    ...table('unimplemented', tally(unimplemented.map(featureOf))),
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

/** @param {string} missing */
function featureOf(missing) {
  return Object.entries(FEATURES).find(([, flags]) => flags.test(missing))?.[0] ?? `\`${missing}\``;
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
