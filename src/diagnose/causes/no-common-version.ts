import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { olderThanOffered } from '../versions.ts';

const ALERTS = { protocol_version: 10, handshake_failure: 1, internal_error: 1 };

/** No version of TLS is on both lists. */
export const noCommonVersion: Cause = {
  code: 'NO_COMMON_VERSION',
  severity: 'error',
  step: 'tls',
  title: 'no common version of TLS',
  meaning: 'No version of TLS is on both lists.',
  provedBy: 'The ServerHello of an older version, or one that comes as soon as older versions are offered.',
  remedy: 'Update the older side.',
  alsoKnownAs: [
    { client: 'curl', text: 'tlsv1 alert protocol version' },
    { client: 'openssl', text: 'tlsv1 alert protocol version' },
    { client: 'Node.js', text: 'EPROTO alert number 70' },
    { client: 'Go', text: 'protocol version not supported' },
    { client: 'Java', text: 'Received fatal alert: protocol_version' },
    { client: 'Chrome', text: 'ERR_SSL_VERSION_OR_CIPHER_MISMATCH' },
  ],
  suspect: (address) =>
    suspectRefusal('NO_COMMON_VERSION', 'versions:1.2', { alerts: ALERTS, withoutAlert: 1 }, address),
  evaluate: (facts) => [
    ...facts.addresses.flatMap((address) => byServerHello(facts, address)),
    ...provedByChange(noCommonVersion, 'versions:1.2', facts, (address, { version }) =>
      isOld(version) ? texts(facts, address, version) : undefined,
    ),
  ],
};

/** A server that does not know supported_versions answers with its own version at once (RFC 8446 section 4.2.1). */
function byServerHello(facts: Facts, address: AddressFacts): Finding[] {
  const hello = olderThanOffered(address);
  if (hello === undefined || !isOld(hello.version)) return [];
  const { version, connection, where, evidence } = hello;
  return [
    makeFinding(noCommonVersion, facts, address, {
      ...texts(facts, address, version),
      where,
      evidence: [evidence],
      proof: { kind: 'bytes', after: `ServerHello, ${version}`, connections: [connection] },
    }),
  ];
}

/** RFC 8996 and RFC 7568: what came before TLS 1.2 must not be used any more. */
function isOld(version: string): boolean {
  return version !== 'TLS 1.2' && version !== 'TLS 1.3';
}

function texts(facts: Facts, address: AddressFacts, version: string) {
  return {
    title: `the server speaks ${version} at most; TLS 1.3 was offered`,
    summary: failsWith(facts, `no common version, the server stops at ${version}`),
    fix: { text: `update the server on ${address.address}, or enable TLS 1.2 and TLS 1.3`, commands: [] },
    reproduce: [opensslClient(facts, address, '-tls1_3')],
  };
}
