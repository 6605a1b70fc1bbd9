import type { Cause } from '../cause.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import { makeFinding, targetText } from '../make-finding.ts';
import type { PathCertificate } from '../observations.ts';
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
  return makeFinding(certExpiresSoon, facts, address, {
    title: `${certificate.name} expires in ${left}, with ${share} % of its lifetime left`,
    summary: `${targetText(facts)} works: certificate expires in ${left}`,
    evidence: [
      {
        kind: 'text',
        text: `valid ${instant(certificate.notBefore)} to ${instant(certificate.notAfter)}; now ${instant(facts.run.clock)}`,
      },
    ],
    proof: { kind: 'bytes', after: `notAfter ${instant(certificate.notAfter)}`, connections: [address.tcp.connection] },
    fix: { text: `renew it now, and see why automatic renewal on ${address.address} did not`, commands: [] },
    reproduce: [opensslClient(facts, address, '', 'openssl x509 -noout -dates')],
  });
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
