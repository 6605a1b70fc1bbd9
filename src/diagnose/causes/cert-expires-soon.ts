import type { Span } from '../../bytes/index.ts';
import { parseCertificate, X509Error } from '../../x509/index.ts';
import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding } from '../certificates.ts';
import { clockText } from '../clock.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import { targetText } from '../make-finding.ts';
import { certificatesReceived } from '../messages.ts';
import type { ChainProblem, PathCertificate } from '../observations.ts';
import { opensslClient } from '../reproduce.ts';
import { DAY, duration, instant } from '../words.ts';

/** Little of the lifetime is left. */
export const certExpiresSoon: Cause = {
  code: 'CERT_EXPIRES_SOON',
  severity: 'warning',
  step: 'cert',
  title: 'a certificate expires soon',
  meaning: 'Little of its lifetime is left.',
  provedBy: 'The bytes of notAfter against the clock of the run and the limit (`--expiry`).',
  remedy: 'Renew it now; see why automatic renewal did not.',
  alsoKnownAs: [],
  evaluate: (facts) =>
    facts.addresses.flatMap((address) => {
      const certificate = address.chain?.path.find((one) => one.sent !== undefined && isShort(facts, one));
      return certificate === undefined ? [] : finding(facts, address, certificate);
    }),
};

function finding(facts: Facts, address: AddressFacts, certificate: PathCertificate) {
  const left = duration(certificate.notAfter - facts.run.clock);
  const share = Math.floor(shareLeft(facts, certificate) * 100);
  const located = { address, problem: problemOf(address, certificate), certificate };
  const read = `${instant(certificate.notAfter)}; ${clockText(facts.run)}`;
  const bytes = bytesOf(located, 'notAfter', read, 2);
  return certificateFinding(certExpiresSoon, facts, located, {
    title: `${certificate.name} expires in ${left}, with ${share} % of its lifetime left`,
    fault: left,
    summary: `${targetText(facts)} works: certificate expires in ${left}`,
    evidence: [
      ...bytes,
      { kind: 'text', text: `valid ${instant(certificate.notBefore)} to ${instant(certificate.notAfter)}` },
    ],
    fix: { text: `renew it now, and see why automatic renewal on ${address.address} did not`, commands: [] },
    reproduce: [opensslClient(facts, address, '', 'openssl x509 -noout -dates')],
  });
}

/** Where its notAfter stands, as a verdict on the chain would say it. */
function problemOf({ recorded }: AddressFacts, { sent, notAfter }: PathCertificate): ChainProblem {
  const der = sent === undefined ? undefined : certificatesReceived(recorded)[sent];
  const span = der === undefined ? undefined : spanOfNotAfter(der);
  return {
    ...{ code: certExpiresSoon.code, message: `notAfter ${instant(notAfter)}`, spec: 'RFC 5280 section 4.1.2.5' },
    ...(sent === undefined ? {} : { sent }),
    ...(span === undefined ? {} : { span }),
  };
}

function spanOfNotAfter(der: Uint8Array): Span | undefined {
  try {
    return parseCertificate(der).spans.notAfter;
  } catch (error) {
    if (error instanceof X509Error) return undefined;
    throw error;
  }
}

function isShort(facts: Facts, certificate: PathCertificate): boolean {
  const { value, unit } = facts.run.settings.expiry;
  const left = certificate.notAfter - facts.run.clock;
  if (left < 0 || certificate.notBefore > facts.run.clock) return false;
  return unit === 'days' ? left < value * DAY : shareLeft(facts, certificate) * 100 < value;
}

function shareLeft(facts: Facts, { notBefore, notAfter }: PathCertificate): number {
  return (notAfter - facts.run.clock) / Math.max(notAfter - notBefore, 1);
}
