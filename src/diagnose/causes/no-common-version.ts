import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { failsWith, makeFinding } from '../make-finding.ts';
import { provedByChange, suspectRefusal } from '../refusal.ts';
import { opensslClient } from '../reproduce.ts';
import { offeredVersions, olderThanOffered } from '../versions.ts';
import { listed } from '../words.ts';

const ALERTS = { protocol_version: 10, handshake_failure: 1, internal_error: 1 };

/** No version of TLS is on both lists. */
export const noCommonVersion: Cause = {
  code: 'NO_COMMON_VERSION',
  severity: 'error',
  step: 'tls',
  title: 'no common version of TLS',
  meaning: 'No version of TLS is on both lists.',
  provedBy: 'The ServerHello of an older version, or one that comes as soon as other versions are offered.',
  remedy: 'Update the older side.',
  alsoKnownAs: [
    { client: 'curl', text: 'tlsv1 alert protocol version' },
    { client: 'openssl', text: 'tlsv1 alert protocol version' },
    { client: 'Node.js', text: 'EPROTO alert number 70' },
    { client: 'Go', text: 'protocol version not supported' },
    { client: 'Java', text: 'Received fatal alert: protocol_version' },
    { client: 'Chrome', text: 'ERR_SSL_VERSION_OR_CIPHER_MISMATCH' },
    { client: 'Firefox', text: 'SSL_ERROR_UNSUPPORTED_VERSION' },
  ],
  suspect: (address) => {
    const fit = { alerts: ALERTS, withoutAlert: 1 };
    const isTls12Alone = !offeredVersions(address.tls).includes('TLS 1.3');
    return [
      suspectRefusal('NO_COMMON_VERSION', 'versions:1.2', fit, address),
      isTls12Alone ? suspectRefusal('NO_COMMON_VERSION', 'versions:1.3', fit, address) : undefined,
    ].filter((one) => one !== undefined);
  },
  evaluate: (facts) => {
    const found = facts.addresses.flatMap((address) => byServerHello(facts, address));
    const seen = new Set(found.map(({ endpoint }) => endpoint));
    const others = { ...facts, addresses: facts.addresses.filter(({ endpoint }) => !seen.has(endpoint)) };
    return [
      ...found,
      ...(['versions:1.2', 'versions:1.3'] as const).flatMap((change) =>
        provedByChange(noCommonVersion, change, others, (address, { version }) =>
          isExcluded(address, version) ? texts(facts, address, version) : undefined,
        ),
      ),
    ];
  },
};

/** A server that does not know supported_versions answers with its own version at once (RFC 8446 section 4.2.1). */
function byServerHello(facts: Facts, address: AddressFacts): Finding[] {
  const hello = olderThanOffered(address);
  if (hello === undefined || !isExcluded(address, hello.version)) return [];
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

/** What came before TLS 1.2 must not be used any more (RFC 8996, RFC 7568); the user may leave out one of the others. */
function isExcluded(address: AddressFacts, version: string): boolean {
  return !offeredVersions(address.tls).includes(version);
}

function texts(facts: Facts, address: AddressFacts, version: string) {
  const offered = listed(offeredVersions(address.tls));
  const isNewer = version === 'TLS 1.3';
  const isTheUsers = isNewer || version === 'TLS 1.2';
  return {
    title: `the server speaks ${version}${isNewer ? '' : ' at most'}; ${offered} ${offered.includes(' and ') ? 'were' : 'alone was'} offered`,
    summary: failsWith(facts, `no common version, the server speaks ${version}${isNewer ? '' : ' at most'}`),
    fix: {
      text: isTheUsers
        ? `${facts.run.settings.input.versions === undefined ? '' : 'leave --tls out, or '}enable ${offered} on ${address.address}, e.g. ssl_protocols TLSv1.2 TLSv1.3 in nginx`
        : `update the server on ${address.address}, or enable TLS 1.2 and TLS 1.3`,
      commands: [],
    },
    // openssl may be set up to accept more than TLS 1.2.
    reproduce: [opensslClient(facts, address, isTheUsers ? '' : '-tls1_2')],
  };
}
