/** The two faults of a server that wants a client certificate: none was given, or the one given is refused. */
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Evidence, Finding, Proof } from '../finding.ts';
import { handshakeText, probeWith, proofByHandshake } from '../handshakes.ts';
import { type FindingParts, failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { alertReceived, certificatesIn, findMessage } from '../messages.ts';
import { acceptedAuthorities, authorityNames, type OwnFault, ownCertificate } from '../own-certificate.ts';
import { curl } from '../reproduce.ts';
import { instant, listed } from '../words.ts';

/** Alerts by which a server refuses what it got in place of a certificate it likes (RFC 8446 section 4.4.2.4 and 6.2). */
const REFUSALS: ReadonlySet<string> = new Set([
  'certificate_required',
  'bad_certificate',
  'unsupported_certificate',
  'certificate_revoked',
  'certificate_expired',
  'certificate_unknown',
  'unknown_ca',
  'access_denied',
  'handshake_failure',
  'decrypt_error',
]);

/** The server wants a client certificate and got none. */
export const clientCertRequired: Cause = {
  code: 'CLIENT_CERT_REQUIRED',
  severity: 'error',
  step: 'tls',
  title: 'a client certificate is required',
  meaning: 'The server wants a client certificate and got none.',
  provedBy:
    'Its CertificateRequest, the empty Certificate that answered it, and the alert that followed; nginx completes the handshake and says it in a page of HTTP 400.',
  remedy: 'Give one: `--cert` and `--key`.',
  alsoKnownAs: [
    { client: 'curl', text: 'tlsv13 alert certificate required' },
    { client: 'openssl', text: 'tlsv13 alert certificate required' },
    { client: 'Node.js', text: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' },
    { client: 'Go', text: 'remote error: tls: certificate required' },
    { client: 'Chrome', text: 'ERR_BAD_SSL_CLIENT_AUTH_CERT' },
    { client: 'Firefox', text: 'SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT' },
  ],
  evaluate: (facts) =>
    refusedAt(facts, false).map((address) => {
      const authorities = authorityNames(acceptedAuthorities(address.recorded));
      return makeFinding(clientCertRequired, facts, address, {
        ...proofOf(address),
        title: `the server asks for a client certificate and ${outcomeText(address)} without one`,
        summary: failsWith(facts, 'a client certificate is required'),
        notes: [
          authorities.length === 0
            ? 'it does not say of which CAs'
            : `it takes certificates of ${listed(authorities)}; Go and Java send none that is not of these`,
        ],
        fix: {
          text: `connect with a certificate that the server accepts${authorities.length === 0 ? '' : `, of ${listed(authorities)}`}: --cert FILE --key FILE`,
          commands: [],
        },
        reproduce: [curl(facts, address)],
      });
    }),
};

/** The server refuses the client certificate that it got. */
export const clientCertRejected: Cause = {
  code: 'CLIENT_CERT_REJECTED',
  severity: 'error',
  step: 'tls',
  title: 'the client certificate is refused',
  meaning:
    'The server refuses the client certificate that it got: it expired, it is not for clients, none of the CAs that the server names issued it, or the server alone knows why.',
  provedBy:
    'Its CertificateRequest, our Certificate, and the alert that followed. The dates, the purpose and the issuer of our own certificate are read here; a handshake without one tells whether one is needed. Where no alert came, only the end of the connection: the handshake that completes without one, and ends again with it.',
  remedy: 'Use one that its CA issued, for clients, and that is in date.',
  alsoKnownAs: [
    { client: 'curl', text: 'alert certificate expired' },
    { client: 'curl', text: 'alert unsupported certificate' },
    { client: 'curl', text: 'alert unknown ca' },
    { client: 'Go', text: 'remote error: tls: bad certificate' },
  ],
  asks: (address) => {
    if (isRefused(address) && hasSent(address) === true) return ['handshake:client_certificate:none'];
    if (!isEndedAfterOurs(address)) return [];
    // An end says nothing of its reason: that it passes without, and fails again with, does.
    return ['handshake:client_certificate:none', ...(passesWithout(address) ? (['handshake:none'] as const) : [])];
  },
  evaluate: (facts) => [
    ...refusedAt(facts, true).map((address) => rejection(facts, address)),
    ...facts.addresses
      .filter((address) => isEndedAfterOurs(address) && passesWithout(address) && failsAgain(address))
      .map((address) => ({ ...rejection(facts, address), proof: byEnd(facts, address) })),
  ],
};

/** Faults that an alert is the usual word for (RFC 8446 section 6.2), as servers on OpenSSL, Go and Java say it. */
const SAYS: Readonly<Record<string, OwnFault['kind']>> = {
  certificate_expired: 'expired',
  unsupported_certificate: 'purpose',
  unknown_ca: 'issuer',
};

function rejection(facts: Facts, address: AddressFacts): Finding {
  const own = ownCertificate(address.recorded, facts.run);
  const authorities = authorityNames(acceptedAuthorities(address.recorded));
  const said = address.symptom.kind === 'alert' ? SAYS[address.symptom.name] : undefined;
  const faults = own?.faults ?? [];
  const fault = faults.find(({ kind }) => kind === said) ?? faults[0];
  const { proof, evidence, where } = proofOf(address);
  const reason = fault === undefined ? saidBy(address) : WHY[fault.kind].title;
  return makeFinding(clientCertRejected, facts, address, {
    proof,
    title: `the server refuses the client certificate: ${reason}`,
    summary: failsWith(facts, `the client certificate is refused, ${reason}`),
    where: fault === undefined ? where : { message: 'our Certificate message', bytes: fault.span },
    evidence: [...(fault === undefined ? [] : faultEvidence(address, fault)), ...evidence, ...withoutOne(address)],
    notes: [
      ...faults.filter((one) => one !== fault).map(({ kind }) => `also: ${WHY[kind].title}`),
      ...(own === undefined || fault !== undefined
        ? []
        : [`nothing wrong with it is seen from here: ${own.name}, of ${own.issuer}, until ${instant(own.notAfter)}`]),
      ...(authorities.length === 0 ? [] : [`the server takes certificates of ${listed(authorities)}`]),
      ...(fault?.kind === 'issuer' ? ['Go and Java send none in this case: there it looks as if none were given'] : []),
      ...(said === 'expired' && fault?.kind !== 'expired'
        ? ["it says expired: its clock, or a CA's certificate that it has"]
        : []),
    ],
    fix: {
      text:
        fault === undefined
          ? `look at the log of ${address.endpoint}: it says why`
          : `${WHY[fault.kind].fix}${fault.kind === 'issuer' ? ofThese(authorities) : ''}`,
      commands: [],
    },
    reproduce: [curl(facts, address, '--cert FILE --key FILE')],
  });
}

/** What each fault is called, and what repairs it. */
const WHY: Readonly<Record<OwnFault['kind'], { readonly title: string; readonly fix: string }>> = {
  expired: { title: 'it expired', fix: 'renew the client certificate' },
  not_yet_valid: { title: 'it is not valid yet', fix: 'compare the clock of whoever issued it with a third' },
  purpose: {
    title: 'it is not for clients',
    fix: 'use a certificate for client authentication, of a private CA: public ones issue for servers only',
  },
  issuer: {
    title: 'its issuer is none that the server names',
    fix: 'use a client certificate of a CA that the server names',
  },
};

function faultEvidence({ recorded }: AddressFacts, { span, reads, caption }: OwnFault): Evidence[] {
  const message = findMessage(recorded, 'sent', 'certificate')?.bytes;
  if (message === undefined) return [];
  return [
    {
      kind: 'bytes',
      bytes: message.subarray(span.start, span.start + 32),
      start: span.start,
      mark: span,
      reads,
      caption,
    },
  ];
}

/** The same handshake without a certificate: whether one is needed at all. */
function withoutOne(address: AddressFacts): Evidence[] {
  const bare = probeWith(address, 'handshake:client_certificate:none');
  if (bare === undefined || bare.symptom.kind === 'unreached') return [];
  const isOptional = bare.symptom.kind === 'none' ? ': one is not needed' : '';
  return [{ kind: 'text', text: `with no client certificate: ${handshakeText(bare)}${isOptional}` }];
}

function ofThese(authorities: readonly string[]): string {
  return authorities.length === 0 ? '' : `: ${listed(authorities)}`;
}

/** How the server took it: by an alert, or in words behind a handshake that it completed. */
function saidBy(address: AddressFacts): string {
  const says = address.http?.says;
  return says === undefined ? symptomText(address) : `"${says}"`;
}

function outcomeText({ http }: AddressFacts): string {
  return http?.says === undefined ? 'ends the connection' : `answers ${http.status ?? ''} "${http.says}"`;
}

/** Addresses that refused our Certificate, which held one or was empty. */
function refusedAt(facts: Facts, withCertificate: boolean): AddressFacts[] {
  return facts.addresses.filter((address) => isRefused(address) && hasSent(address) === withCertificate);
}

/** By an alert about certificates, or by nginx's page of it: it completes the handshake and says so in HTTP. */
function isRefused({ symptom, negotiated, http }: AddressFacts): boolean {
  if (!negotiated.certificateRequested) return false;
  return http?.says !== undefined || (symptom.kind === 'alert' && REFUSALS.has(symptom.name));
}

/** The end of the connection, without an alert, behind a Certificate of ours that held one. */
function isEndedAfterOurs(address: AddressFacts): boolean {
  const { symptom, negotiated } = address;
  const isEnd = symptom.kind === 'closed' || symptom.kind === 'reset';
  return isEnd && negotiated.certificateRequested && hasSent(address) === true;
}

function passesWithout(address: AddressFacts): boolean {
  return probeWith(address, 'handshake:client_certificate:none')?.symptom.kind === 'none';
}

function failsAgain(address: AddressFacts): boolean {
  const again = probeWith(address, 'handshake:none')?.symptom.kind;
  return again === 'closed' || again === 'reset';
}

function byEnd(facts: Facts, address: AddressFacts): Proof {
  const bare = probeWith(address, 'handshake:client_certificate:none');
  if (bare === undefined) return proofOf(address).proof;
  return proofByHandshake(facts, address, bare, { before: symptomText(address), after: handshakeText(bare) });
}

/** Whether our Certificate held one; `undefined` where none was sent, not even an empty one. */
function hasSent({ tls }: AddressFacts): boolean | undefined {
  const certificates = certificatesIn(tls, 'sent');
  return certificates === undefined ? undefined : certificates.length > 0;
}

function proofOf(address: AddressFacts): Required<Pick<FindingParts, 'where' | 'evidence' | 'proof'>> {
  const request = findMessage(address.tls, 'received', 'certificate_request');
  const alert = alertReceived(address.tls);
  const bare = probeWith(address, 'handshake:client_certificate:none');
  const place: Finding['where'] = { message: 'CertificateRequest message', bytes: { start: 0, end: 4 } };
  const answer = alert === undefined ? saidBy(address) : `alert ${alert.code} ${alert.name ?? ''}`;
  return {
    where: place,
    evidence: [
      {
        kind: 'bytes',
        bytes: (request?.bytes ?? new Uint8Array(0)).subarray(0, 16),
        start: 0,
        mark: { start: 0, end: 1 },
        reads: 'certificate_request',
        caption: `sent by the server; our Certificate was answered by ${answer}`,
      },
    ],
    proof: {
      kind: 'bytes',
      after: listed(['CertificateRequest', 'our Certificate', answer]),
      connections: [address, ...(bare === undefined ? [] : [bare])].map(({ tcp }) => tcp.connection),
    },
  };
}
