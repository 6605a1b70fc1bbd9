/**
 * The screens over recorded real runs. scripts/record.mjs records the runs anew; `npx vitest run test/cli -u` renders
 * them anew.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { recordedIn } from '../../src/cli/commands/explain-versions.ts';
import { parseRuns } from '../../src/cli/run-file.ts';
import { paint } from '../../src/cli/terminal.ts';
import {
  CAUSES,
  chainLines,
  judge,
  messageLines,
  type Report,
  reportLines,
  runToJson,
} from '../../src/diagnose/index.ts';
import { comparisonLines, versionLines, versionRunOf, widthOf } from '../../src/explain/index.ts';
import { chainsOf } from '../../src/node/probe/index.ts';

const data = join(import.meta.dirname, 'data');
const names = readdirSync(data)
  .filter((file) => file.endsWith('.run.json'))
  .map((file) => file.substring(0, file.length - '.run.json'.length));

function readRuns(name: string) {
  return parseRuns(readFileSync(join(data, `${name}.run.json`), 'utf8'), name);
}

function reportOf(name: string): Report {
  const [run] = readRuns(name);
  if (run === undefined) throw new Error(`${name} holds no run`);
  return judge(run);
}

const plain = { color: false, plain: false };

describe.each(names)('%s', (name) => {
  test('its screen', async () => {
    const screen = paint(reportLines(reportOf(name), { verbose: false }), plain);
    await expect(screen).toMatchFileSnapshot(join(data, `${name}.golden.txt`));
  });

  test('its messages', async () => {
    const report = reportOf(name);
    const lines = [...reportLines(report, { verbose: true }), ...messageLines(report.facts.run, { fields: false })];
    await expect(paint(lines, plain)).toMatchFileSnapshot(join(data, `${name}.messages.golden.txt`));
  });

  test('every run survives JSON', () => {
    const runs = readRuns(name);
    const text = JSON.stringify({ schema: 'hellofin/1', tool: 'hellofin', runs: runs.map(runToJson) });
    expect(parseRuns(text, name)).toEqual(runs);
  });

  test('each finding says what, why and what to do', () => {
    const { findings, facts } = reportOf(name);
    const fetches = facts.run.observations.flatMap((one) => (one.kind === 'fetch' ? (one.connection ?? []) : []));
    const connections = facts.addresses.flatMap(({ tcp, exchanges, versionProbes, handshakes }) =>
      [tcp, ...exchanges, ...versionProbes, ...handshakes.map((probe) => probe.tcp)].map(
        ({ connection }) => connection,
      ),
    );
    for (const { code, title, summary, evidence, proof, fix, docs } of findings) {
      expect(CAUSES.map((cause) => cause.code)).toContain(code);
      for (const text of [title, summary, fix.text, docs]) expect(text).not.toBe('');
      expect(evidence.length).toBeGreaterThan(0);
      expect([...connections, ...fetches]).toEqual(expect.arrayContaining([...proof.connections]));
      expect(fix.text).not.toMatch(/\b(maybe|perhaps|try)\b/);
    }
    expect(names).toContain(name);
  });
});

/** What must be found in each run: the goldens would follow a mistake when they are rendered anew. */
const expected: Record<string, readonly string[]> = {
  healthy: [],
  'healthy-ipv6': [],
  'hello-retry-request': [],
  expired: ['CERT_EXPIRED'],
  'expires-soon': ['CERT_EXPIRES_SOON'],
  'renewed-not-reloaded': ['CERT_EXPIRED'],
  'expired-intermediate': ['CERT_EXPIRED'],
  'wrong-clock': ['CLOCK_WRONG'],
  'weak-key': ['CERT_KEY_WEAK'],
  'wrong-name': ['NAME_MISMATCH'],
  'default-certificate': ['NAME_MISMATCH'],
  'no-san': ['NAME_MISMATCH'],
  'self-signed': ['CERT_SELF_SIGNED'],
  'no-intermediate': ['CHAIN_INCOMPLETE'],
  'unknown-issuer': ['UNKNOWN_ISSUER'],
  'private-root': ['UNKNOWN_ISSUER'],
  'plain-http': ['NOT_TLS'],
  'smtp-banner': ['NOT_TLS'],
  silent: ['PEER_SILENT'],
  resetting: ['RESET_BEFORE_DATA'],
  closing: ['CLOSED_BEFORE_DATA'],
  'client-cert': ['CLIENT_CERT_REQUIRED'],
  'client-cert-expired': ['CLIENT_CERT_REJECTED'],
  tampered: ['HANDSHAKE_TAMPERED'],
  'alpn-ignored': ['ALPN_UNEXPECTED'],
  'refuses-name': ['SNI_REJECTED'],
  'alpn-refused': ['ALPN_REFUSED'],
  'no-common-version': ['NO_COMMON_VERSION'],
  'tls12-only': ['TLS13_NOT_SUPPORTED'],
  'session-lost': ['SESSION_NOT_RESUMED'],
  'sessions-tls1.2': [],
  'sessions-tls1.3': [],
  'old-cipher-suites': ['OLD_CIPHER_SUITES_ONLY', 'TLS13_NOT_SUPPORTED'],
  versions: ['OLD_VERSION_ENABLED'],
  'no-common-cipher-suite': ['NO_COMMON_CIPHER_SUITE'],
  'no-common-group': ['NO_COMMON_GROUP'],
  'name-not-found': ['NAME_NOT_RESOLVED'],
  'name-without-address': ['NAME_NOT_RESOLVED'],
  refused: ['TCP_REFUSED'],
  'resolver-unreachable': [],
};

test('every recorded run gives the findings that it was recorded for', () => {
  const found = Object.fromEntries(names.map((name) => [name, reportOf(name).findings.map(({ code }) => code)]));
  expect(found).toEqual(expected);
});

test.each(['healthy', 'no-intermediate', 'unknown-issuer', 'self-signed', 'tls12-only'])(
  'the certificates of %s',
  async (name) => {
    const report = reportOf(name);
    const lines = chainLines(chainsOf(report), { clock: report.facts.run.clock, verbose: true });
    await expect(paint(lines, plain)).toMatchFileSnapshot(join(data, `${name}.certificates.golden.txt`));
  },
);

test('every field with its bytes', async () => {
  const [run] = readRuns('hello-retry-request');
  const lines = run === undefined ? [] : messageLines(run, { fields: true });
  await expect(paint(lines, plain)).toMatchFileSnapshot(join(data, 'hello-retry-request.bytes.golden.txt'));
});

/** As `explain` prints them, over recorded runs. */
function explained(versions: readonly ('1.2' | '1.3')[]) {
  return versions.map((version) => versionRunOf(recordedIn(reportOf(`sessions-tls${version}`), `TLS ${version}`)));
}

describe('handshakes explained', () => {
  test.each([80, 60, 120])('both versions, in %i columns', async (width) => {
    const [one, other] = explained(['1.2', '1.3']);
    const lines = one === undefined || other === undefined ? [] : comparisonLines([one, other], width);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    await expect(paint(lines, plain)).toMatchFileSnapshot(join(data, `both-versions.${width}.explain.golden.txt`));
  });

  test.each(['1.2', '1.3'] as const)('TLS %s', async (version) => {
    const [run] = explained([version]);
    const lines = run === undefined ? [] : versionLines(run, 80);
    await expect(paint(lines, plain)).toMatchFileSnapshot(join(data, `tls${version}.explain.golden.txt`));
  });
});
