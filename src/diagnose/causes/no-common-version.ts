import { versionName } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { decodeFound, findMessage } from '../messages.ts';
import { provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';

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
    ...provedByChange(noCommonVersion, 'versions:1.2', facts, (address, { version }) => texts(facts, address, version)),
  ],
};

/** A server that does not know supported_versions answers with its own version at once (RFC 8446 section 4.2.1). */
function byServerHello(facts: Facts, address: AddressFacts): Finding[] {
  if (address.symptom.kind !== 'incompatible' || address.symptom.code !== 'NO_COMMON_VERSION') return [];
  const hello = decodeFound(address.tls, 'received', 'server_hello');
  const bytes = findMessage(address.tls, 'received', 'server_hello')?.bytes;
  if (hello === undefined || bytes === undefined) return [];
  const version = versionName(hello.legacyVersion);
  // msg_type and length come before legacy_version (RFC 8446 section 4).
  const span = { start: 4, end: 6 };
  return [
    makeFinding(noCommonVersion, facts, address, {
      ...texts(facts, address, version),
      where: { message: 'ServerHello message', bytes: span },
      evidence: [
        {
          kind: 'bytes',
          bytes: bytes.subarray(0, 12),
          start: 0,
          mark: span,
          reads: 'legacy_version, and no supported_versions',
          caption: `${version}; the ClientHello offers TLS 1.3`,
        },
      ],
      proof: { kind: 'bytes', after: `ServerHello, ${version}`, connections: [address.tcp.connection] },
    }),
  ];
}

function texts(facts: Facts, address: AddressFacts, version: string) {
  const isOld = version !== 'TLS 1.2';
  return {
    title: `the server speaks ${version} at most; TLS 1.3 was offered`,
    summary: failsWith(facts, `no common version, the server stops at ${version}`),
    notes: isOld ? [] : ['a client that offers TLS 1.2 gets a ServerHello'],
    fix: {
      text: isOld
        ? `update the server on ${address.address}, or enable TLS 1.2 and TLS 1.3`
        : `enable TLS 1.3 on ${address.address}, e.g. ssl_protocols TLSv1.2 TLSv1.3 in nginx`,
      commands: [],
    },
    reproduce: [opensslClient(facts, address, '-tls1_3')],
  };
}
