import { VERSIONS } from '../../tls/wire.ts';
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { makeFinding, targetText } from '../make-finding.ts';
import { opensslClient } from '../reproduce.ts';
import { helloEvidence, type VersionSupport, versionsOf } from '../versions.ts';
import { listed } from '../words.ts';

/** What forbids each, and openssl's flag for it where it still has one. */
const OLD: ReadonlyMap<number, { readonly rfc: string; readonly flag?: string }> = new Map([
  [VERSIONS.ssl3, { rfc: 'RFC 7568' }],
  [VERSIONS.tls10, { rfc: 'RFC 8996', flag: '-tls1' }],
  [VERSIONS.tls11, { rfc: 'RFC 8996', flag: '-tls1_1' }],
]);

/** Versions that must not be used any more are enabled. */
export const oldVersionEnabled: Cause = {
  code: 'OLD_VERSION_ENABLED',
  severity: 'warning',
  step: 'tls',
  title: 'a version before TLS 1.2 is enabled',
  meaning: 'SSL 3.0, TLS 1.0 or TLS 1.1 is enabled, which RFC 7568 and RFC 8996 forbid.',
  provedBy: 'The ServerHello of that version, which answers a ClientHello that offers nothing newer.',
  remedy: 'Switch it off; every client of the last ten years has TLS 1.2.',
  alsoKnownAs: [
    { client: 'Go', text: 'tls: server selected unsupported protocol version 302' },
    { client: 'openssl', text: 'unsupported protocol' },
    { client: 'Node.js', text: 'ERR_SSL_UNSUPPORTED_PROTOCOL' },
  ],
  evaluate: (facts) => facts.addresses.flatMap((address) => finding(facts, address)),
};

function finding(facts: Facts, address: AddressFacts): Finding[] {
  const { list } = versionsOf(address) ?? { list: [] };
  const old = list.filter(({ code, isSupported }) => isSupported === true && OLD.has(code));
  if (old.length === 0) return [];
  const names = old.map(({ version }) => version);
  const rfcs = [...new Set(old.map(({ code }) => OLD.get(code)?.rfc ?? ''))];
  const evidence = old.flatMap((one) => evidenceOf(one) ?? []);
  const [shown] = evidence;
  const flags = old.flatMap(({ code }) => OLD.get(code)?.flag ?? []);
  return [
    makeFinding(oldVersionEnabled, facts, address, {
      title: `${listed(names)} ${names.length === 1 ? 'is' : 'are'} enabled, which ${listed(rfcs)} ${rfcs.length === 1 ? 'forbids' : 'forbid'}`,
      summary: `${targetText(facts)} still speaks ${listed(names)}`,
      where: shown === undefined ? null : { message: 'ServerHello message', bytes: shown.mark },
      evidence,
      proof: {
        kind: 'bytes',
        after: listed(old.map(({ version }) => `ServerHello, ${version}`)),
        connections: old.map(({ exchange }) => exchange.connection),
      },
      fix: {
        text: `switch ${listed(names)} off on ${address.address}, e.g. ssl_protocols TLSv1.2 TLSv1.3 in nginx`,
        commands: [],
      },
      reproduce: flags.map((flag) => opensslClient(facts, address, `${flag} -cipher ALL:@SECLEVEL=0`)),
    }),
  ];
}

function evidenceOf({ version, exchange }: VersionSupport) {
  return helloEvidence(exchange, `${version}, where nothing newer was offered`);
}
