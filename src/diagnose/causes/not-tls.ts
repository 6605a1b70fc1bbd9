import { toLatin1 } from '../../bytes/index.ts';
import type { Cause, Hypothesis } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Evidence, Finding, Fix } from '../finding.ts';
import { failsWith, makeFinding, proofByProbe, symptomText } from '../make-finding.ts';
import { firstLine, isHttp, isPostgresql } from '../probes/answer.ts';
import type { ChangeId } from '../probes/change.ts';
import { curl, opensslClient, quote } from '../reproduce.ts';
import { endpointText } from '../target.ts';

/** A protocol that begins without TLS. */
interface Protocol {
  readonly name: string;
  /** The port that begins with TLS, where the protocol has one. */
  readonly tlsPort?: number;
  /** What `openssl s_client -starttls` calls it. */
  readonly starttls?: string;
  /** What repairs it, where that is not another port or STARTTLS. */
  readonly fix?: string;
}

/** Protocols that are told by the first bytes of their server. The first that fits is meant. */
const BANNERS: readonly (Protocol & { readonly first: RegExp })[] = [
  { name: 'plain HTTP', first: /^HTTP\/1\.[01] / },
  { name: 'SMTP', first: /^(220[ -].*\bE?SMTP\b|554[ -])/i, tlsPort: 465, starttls: 'smtp' },
  { name: 'FTP', first: /^220[ -].*ftp/i, tlsPort: 990, starttls: 'ftp' },
  { name: 'SMTP', first: /^220[ -].*(mail|postfix|exim)/i, tlsPort: 465, starttls: 'smtp' },
  {
    name: 'SMTP or FTP',
    first: /^220[ -]/,
    fix: 'use STARTTLS, or the port with TLS from the first byte: 465 for SMTP, 990 for FTP',
  },
  { name: 'IMAP', first: /^\* (OK|PREAUTH|BYE)/, tlsPort: 993, starttls: 'imap' },
  { name: 'POP3', first: /^\+OK/, tlsPort: 995, starttls: 'pop3' },
  { name: 'NNTP', first: /^20[01] /, tlsPort: 563, starttls: 'nntp' },
  { name: 'ManageSieve', first: /^"IMPLEMENTATION"/, starttls: 'sieve' },
  { name: 'SSH', first: /^SSH-/, fix: 'use the port that speaks TLS: SSH has a protection of its own and no TLS' },
  // https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html: packet 0, version 10 or an error.
  {
    name: 'MySQL',
    first: /^[\s\S]{2}\0\0[\n\xff]/,
    starttls: 'mysql',
    fix: 'let the client ask for TLS itself: --ssl-mode=VERIFY_IDENTITY',
  },
  { name: 'Redis', first: /^-(ERR|NOAUTH|DENIED) /, fix: 'use the port of tls-port, or turn that on in redis.conf' },
];

/** PostgreSQL says nothing before it was asked (and takes TLS at once only as `postgresql` by ALPN, from version 17). */
const POSTGRESQL: Protocol = {
  name: 'PostgreSQL',
  starttls: 'postgres',
  fix: 'let the client ask for TLS itself: sslmode=verify-full',
};

/** Its port, and that of the pooler before it. */
const POSTGRESQL_PORTS: ReadonlySet<number> = new Set([5432, 6432]);

/** The peer speaks another protocol. */
export const notTls: Cause = {
  code: 'NOT_TLS',
  severity: 'error',
  step: 'tls',
  title: 'the port does not speak TLS',
  meaning:
    'The peer speaks another protocol first: plain HTTP; the banner of SMTP, IMAP, POP3, FTP, NNTP, ManageSieve, SSH or MySQL; an error of Redis; or PostgreSQL, which says nothing until it is asked.',
  provedBy:
    "The first bytes of the peer; or a plain HTTP request, or PostgreSQL's request for TLS, that is answered where the ClientHello was not.",
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
    { client: 'Firefox', text: 'SSL_ERROR_RX_RECORD_TOO_LONG' },
  ],
  suspect({ symptom, port }) {
    if (symptom.kind !== 'closed' && symptom.kind !== 'reset' && symptom.kind !== 'silent') return undefined;
    if (symptom.received > 0) return undefined;
    const http: Hypothesis = {
      ...{ code: 'NOT_TLS', change: 'protocol:http', weight: 3 },
      ...{ alsoPassesWith: [], saysNothingOf: ['protocol:listen'] },
    };
    const isItsPort = POSTGRESQL_PORTS.has(port);
    // It closes on what it does not understand; elsewhere than at its port a silence is not worth another wait.
    if (symptom.kind !== 'closed' && !isItsPort) return http;
    return [http, { ...http, change: 'protocol:postgresql', weight: isItsPort ? 10 : 0.5 }];
  },
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => byFirstBytes(facts, address) ?? byProbe(facts, address) ?? []),
};

function byFirstBytes(facts: Facts, address: AddressFacts): Finding | undefined {
  if (address.symptom.kind !== 'not_tls' || address.tls === undefined) return undefined;
  const { first } = address.tls;
  const text = toLatin1(first);
  const proof = { kind: 'bytes', after: `"${firstLine(first)}"`, connections: [address.tcp.connection] } as const;
  return finding(facts, address, first, { protocol: BANNERS.find((one) => one.first.test(text)), proof, more: [] });
}

function byProbe(facts: Facts, address: AddressFacts): Finding | undefined {
  const before = symptomText(address);
  const answered = (change: ChangeId, isIt: (bytes: Uint8Array) => boolean) =>
    address.exchanges.find((one) => one.change === change && isIt(one.received));
  const http = answered('protocol:http', isHttp);
  if (http !== undefined) {
    const proof = proofByProbe(address, http, [], facts, before);
    const more = ['an HTTP request without TLS is answered'];
    return finding(facts, address, http.received, { protocol: { name: 'plain HTTP' }, proof, more });
  }
  const postgresql = answered('protocol:postgresql', isPostgresql);
  if (postgresql === undefined) return undefined;
  const proof = proofByProbe(address, postgresql, [], facts, before);
  const isWilling = postgresql.received[0] === 0x53;
  const more = [`its request for TLS is answered: ${isWilling ? 'S, it has TLS' : 'N, TLS is off'}`];
  const protocol = isWilling
    ? POSTGRESQL
    : {
        ...POSTGRESQL,
        fix: 'turn TLS on there, ssl = on in postgresql.conf, and let the client ask for it: sslmode=verify-full',
      };
  return finding(facts, address, postgresql.received, { protocol, proof, more });
}

interface Basis {
  readonly protocol: Protocol | undefined;
  readonly proof: Finding['proof'];
  readonly more: readonly string[];
}

function finding(facts: Facts, address: AddressFacts, first: Uint8Array, { protocol, proof, more }: Basis): Finding {
  const name = protocol?.name ?? 'not TLS';
  const isPlainHttp = isHttp(first);
  const bytes = { start: 0, end: Math.min(first.length, 8) };
  return makeFinding(notTls, facts, address, {
    title: protocol === undefined ? 'the first bytes are not a TLS record' : `the port speaks ${name}, not TLS`,
    summary: failsWith(
      facts,
      protocol === undefined ? 'the port does not speak TLS' : `the port speaks ${name}, not TLS`,
    ),
    where: { message: 'first bytes received', bytes },
    evidence: [
      {
        kind: 'bytes',
        bytes: first.subarray(0, 32),
        start: 0,
        mark: bytes,
        reads: JSON.stringify(firstLine(first)),
        caption: `${name}; a TLS record begins with 16 03`,
      },
      ...more.map((text): Evidence => ({ kind: 'text', text })),
    ],
    proof,
    notes: protocol?.starttls === undefined ? [] : [`${name} begins in clear and changes to TLS on request (STARTTLS)`],
    fix: fixFor(facts, address, isPlainHttp, protocol),
    reproduce: reproduce(facts, address, isPlainHttp, protocol),
  });
}

function reproduce(
  facts: Facts,
  address: AddressFacts,
  isPlainHttp: boolean,
  protocol: Protocol | undefined,
): string[] {
  if (isPlainHttp) {
    const { host } = facts.run.target;
    // The name may lead elsewhere, or nowhere, from a colleague's place.
    const there = host === address.address ? '' : `--connect-to ${quote(`::${address.endpoint}`)} `;
    return [curl(facts, address), `curl -sI ${there}${quote(httpUrl(facts))}`];
  }
  if (protocol?.name === POSTGRESQL.name)
    return [opensslClient(facts, address), opensslClient(facts, address, '-starttls postgres')];
  return [`curl -s --max-time 2 ${quote(`telnet://${address.endpoint}`)} </dev/null`];
}

function fixFor(facts: Facts, address: AddressFacts, isPlainHttp: boolean, protocol: Protocol | undefined): Fix {
  if (isPlainHttp) {
    return {
      text: `turn TLS on for ${address.endpoint}, or use ${httpUrl(facts)} or the port that has TLS`,
      commands: [],
    };
  }
  const { starttls, tlsPort } = protocol ?? {};
  const { host } = facts.run.target;
  const place = tlsPort === undefined ? '' : `, or the port where ${protocol?.name} is over TLS: ${tlsPort}`;
  const text =
    protocol?.fix ??
    (starttls === undefined
      ? `use the port that speaks TLS, or turn TLS on for ${address.endpoint}`
      : `use STARTTLS${place}`);
  const shows = `openssl s_client -connect ${quote(endpointText(host, address.port))} -starttls ${starttls}`;
  return { text, commands: starttls === undefined ? [] : [shows] };
}

function httpUrl({ run }: Facts): string {
  return `http://${endpointText(run.target.host, run.target.port)}/`;
}
