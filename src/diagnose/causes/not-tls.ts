import { toLatin1 } from '../../bytes/index.ts';
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Evidence, Finding, Fix } from '../finding.ts';
import { failsWith, makeFinding, proofByProbe, symptomText } from '../make-finding.ts';
import { firstLine, isHttp } from '../probes/answer.ts';
import { curl, quote } from '../reproduce.ts';
import { endpointText } from '../target.ts';

/** Protocols that are told by the first bytes of their server, with the port that speaks TLS at once. */
const BANNERS: readonly {
  readonly name: string;
  readonly first: RegExp;
  readonly tlsPort?: number;
  readonly starttls?: string;
}[] = [
  { name: 'plain HTTP', first: /^HTTP\/1\.[01] / },
  { name: 'SMTP', first: /^220[ -](?!.*ftp).*(smtp|mail|postfix|exim|sendmail)/i, tlsPort: 465, starttls: 'smtp' },
  { name: 'IMAP', first: /^\* (OK|PREAUTH|BYE)/, tlsPort: 993, starttls: 'imap' },
  { name: 'POP3', first: /^\+OK/, tlsPort: 995, starttls: 'pop3' },
  { name: 'FTP', first: /^220[ -].*ftp/i, tlsPort: 990, starttls: 'ftp' },
  { name: 'SMTP or FTP', first: /^220[ -]/ },
  { name: 'SSH', first: /^SSH-/ },
];

/** The peer speaks another protocol. */
export const notTls: Cause = {
  code: 'NOT_TLS',
  severity: 'error',
  step: 'tls',
  title: 'the port does not speak TLS',
  meaning: "The peer answers in another protocol: plain HTTP, a mail server's banner.",
  provedBy: 'The first bytes of the peer; or a plain HTTP request that is answered where the ClientHello was not.',
  remedy: 'Use the TLS port, or turn TLS on.',
  alsoKnownAs: [
    { client: 'curl', text: 'wrong version number' },
    { client: 'openssl', text: 'wrong version number' },
    { client: 'Node.js', text: 'EPROTO wrong version number' },
    { client: 'Go', text: 'server gave HTTP response to HTTPS client' },
    { client: 'Go', text: 'first record does not look like a TLS handshake' },
    { client: 'Java', text: 'Unsupported or unrecognized SSL message' },
    { client: 'GnuTLS', text: 'An unexpected TLS packet was received' },
    { client: 'Chrome', text: 'ERR_SSL_PROTOCOL_ERROR' },
  ],
  suspect({ symptom }) {
    if (symptom.kind !== 'closed' && symptom.kind !== 'reset' && symptom.kind !== 'silent') return undefined;
    if (symptom.received > 0) return undefined;
    return {
      code: 'NOT_TLS',
      change: 'protocol:http',
      alsoPassesWith: [],
      saysNothingOf: ['protocol:listen'],
      weight: 3,
    };
  },
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => byFirstBytes(facts, address) ?? byProbe(facts, address) ?? []),
};

function byFirstBytes(facts: Facts, address: AddressFacts): Finding | undefined {
  if (address.symptom.kind !== 'not_tls' || address.tls === undefined) return undefined;
  const { first } = address.tls;
  return finding(facts, address, first, {
    kind: 'bytes',
    changed: undefined,
    proof: { kind: 'bytes', after: `"${firstLine(first)}"`, connections: [address.tcp.connection] },
  });
}

function byProbe(facts: Facts, address: AddressFacts): Finding | undefined {
  const answered = address.exchanges.find(({ change, received }) => change === 'protocol:http' && isHttp(received));
  if (answered === undefined) return undefined;
  return finding(facts, address, answered.received, {
    kind: 'probe',
    changed: 'an HTTP request without TLS is answered',
    proof: proofByProbe(address, answered, [], facts, symptomText(address)),
  });
}

interface Basis {
  readonly kind: 'bytes' | 'probe';
  readonly changed: string | undefined;
  readonly proof: Finding['proof'];
}

function finding(facts: Facts, address: AddressFacts, first: Uint8Array, basis: Basis): Finding {
  const banner = BANNERS.find((one) => one.first.test(toLatin1(first)));
  const name = banner?.name ?? 'not TLS';
  const isPlainHttp = isHttp(first);
  return makeFinding(notTls, facts, address, {
    title: banner === undefined ? 'the first bytes are not a TLS record' : `the port speaks ${name}, not TLS`,
    summary: failsWith(
      facts,
      banner === undefined ? 'the port does not speak TLS' : `the port speaks ${name}, not TLS`,
    ),
    where: { message: 'first bytes received', bytes: { start: 0, end: Math.min(first.length, 8) } },
    evidence: [
      {
        kind: 'bytes',
        bytes: first.subarray(0, 32),
        start: 0,
        mark: { start: 0, end: Math.min(first.length, 8) },
        reads: JSON.stringify(firstLine(first)),
        caption: `${name}; a TLS record begins with 16 03`,
      },
      ...(basis.changed === undefined ? [] : [{ kind: 'text', text: basis.changed } satisfies Evidence]),
    ],
    proof: basis.proof,
    notes: banner?.starttls === undefined ? [] : [`${name} begins in clear and changes to TLS on request (STARTTLS)`],
    fix: fixFor(facts, address, isPlainHttp, banner),
    reproduce: isPlainHttp
      ? [curl(facts, address), `curl -sI ${quote(httpUrl(facts))}`]
      : [`curl -s --max-time 2 ${quote(`telnet://${address.endpoint}`)} </dev/null`],
  });
}

function fixFor(
  facts: Facts,
  address: AddressFacts,
  isPlainHttp: boolean,
  banner: (typeof BANNERS)[number] | undefined,
): Fix {
  if (isPlainHttp) {
    return {
      text: `turn TLS on for ${address.endpoint}, or use ${httpUrl(facts)} or the port that has TLS`,
      commands: [],
    };
  }
  if (banner?.starttls !== undefined && banner.tlsPort !== undefined) {
    const { host } = facts.run.target;
    return {
      text: `use STARTTLS, or the port where ${banner.name} is over TLS: ${banner.tlsPort}`,
      commands: [`openssl s_client -connect ${quote(endpointText(host, address.port))} -starttls ${banner.starttls}`],
    };
  }
  return { text: `use the port that speaks TLS, or turn TLS on for ${address.endpoint}`, commands: [] };
}

function httpUrl({ run }: Facts): string {
  return `http://${endpointText(run.target.host, run.target.port)}/`;
}
