/** The two faults of a server that wants a client certificate: none was given, or the one given is refused. */
import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Finding } from '../finding.ts';
import { type FindingParts, failsWith, makeFinding, symptomText } from '../make-finding.ts';
import { alertReceived, decodeFound, findMessage } from '../messages.ts';
import { curl } from '../reproduce.ts';
import { listed } from '../words.ts';

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
  provedBy: 'Its CertificateRequest, the empty Certificate that answered it, and the alert that followed.',
  remedy: 'Give one: `--cert` and `--key`.',
  alsoKnownAs: [
    { client: 'curl', text: 'tlsv13 alert certificate required' },
    { client: 'openssl', text: 'tlsv13 alert certificate required' },
    { client: 'Node.js', text: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' },
    { client: 'Go', text: 'remote error: tls: certificate required' },
    { client: 'Chrome', text: 'ERR_BAD_SSL_CLIENT_AUTH_CERT' },
  ],
  evaluate: (facts) =>
    refusedAt(facts, false).map((address) =>
      makeFinding(clientCertRequired, facts, address, {
        ...proofOf(address),
        title: 'the server asks for a client certificate and ends the connection without one',
        summary: failsWith(facts, 'a client certificate is required'),
        fix: { text: 'connect with a certificate that the server accepts: --cert FILE --key FILE', commands: [] },
        reproduce: [curl(facts, address)],
      }),
    ),
};

/** The server refuses the client certificate that it got. */
export const clientCertRejected: Cause = {
  code: 'CLIENT_CERT_REJECTED',
  severity: 'error',
  step: 'tls',
  title: 'the client certificate is refused',
  meaning: 'The server refuses the client certificate that it got.',
  provedBy: 'Its CertificateRequest, our Certificate, and the alert that followed.',
  remedy: 'Use one that its CA issued and that is in date.',
  alsoKnownAs: [
    { client: 'curl', text: 'alert certificate expired' },
    { client: 'curl', text: 'alert unsupported certificate' },
    { client: 'curl', text: 'alert unknown ca' },
    { client: 'Go', text: 'remote error: tls: bad certificate' },
  ],
  evaluate: (facts) =>
    refusedAt(facts, true).map((address) =>
      makeFinding(clientCertRejected, facts, address, {
        ...proofOf(address),
        title: `the server refuses the client certificate: ${symptomText(address)}`,
        summary: failsWith(facts, `the client certificate is refused, ${symptomText(address)}`),
        fix: {
          text: 'use a client certificate that a CA of the server issued, for client authentication, and that is in date',
          commands: [],
        },
        reproduce: [curl(facts, address, '--cert FILE --key FILE')],
      }),
    ),
};

/** Addresses where an alert about certificates answered our Certificate, which held one or was empty. */
function refusedAt(facts: Facts, withCertificate: boolean): AddressFacts[] {
  return facts.addresses.filter((address) => {
    const { symptom, tls, negotiated } = address;
    if (symptom.kind !== 'alert' || !negotiated.certificateRequested || !REFUSALS.has(symptom.name)) return false;
    const certificate = decodeFound(tls, 'sent', 'certificate');
    if (certificate === undefined) return false;
    return certificate.certificateList.length > 0 === withCertificate;
  });
}

function proofOf(address: AddressFacts): Pick<FindingParts, 'where' | 'evidence' | 'proof'> {
  const request = findMessage(address.tls, 'received', 'certificate_request');
  const alert = alertReceived(address.tls);
  const place: Finding['where'] = { message: 'CertificateRequest message', bytes: { start: 0, end: 4 } };
  return {
    where: place,
    evidence: [
      {
        kind: 'bytes',
        bytes: (request?.bytes ?? new Uint8Array(0)).subarray(0, 16),
        start: 0,
        mark: { start: 0, end: 1 },
        reads: 'certificate_request',
        caption: `sent by the server; answered by ${alert === undefined ? 'an end' : `alert ${alert.code} ${alert.name ?? ''}`}`,
      },
    ],
    proof: {
      kind: 'bytes',
      after: listed(['CertificateRequest', 'our Certificate', symptomText(address)]),
      connections: [address.tcp.connection],
    },
  };
}
