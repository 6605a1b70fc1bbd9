import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding, problemsOf, roleOf } from '../certificates.ts';
import { opensslClient } from '../reproduce.ts';
import { duration, instant } from '../words.ts';

/** notBefore is in the future. */
export const certNotYetValid: Cause = {
  code: 'CERT_NOT_YET_VALID',
  severity: 'error',
  step: 'cert',
  title: 'a certificate is not yet valid',
  meaning: 'notBefore is in the future.',
  provedBy: 'The bytes of notBefore against the clock of the run.',
  remedy: 'Correct the clock, or wait.',
  alsoKnownAs: [
    { client: 'openssl', text: 'certificate is not yet valid' },
    { client: 'curl', text: 'certificate is not yet valid' },
    { client: 'Node.js', text: 'CERT_NOT_YET_VALID' },
    { client: 'Go', text: 'certificate has expired or is not yet valid' },
    { client: 'Chrome', text: 'ERR_CERT_DATE_INVALID' },
  ],
  evaluate: (facts) =>
    problemsOf(facts, 'CERT_NOT_YET_VALID').map((located) => {
      const { address, certificate } = located;
      const notBefore = certificate?.notBefore ?? 0;
      const now = facts.run.clock;
      const role = roleOf(located);
      return certificateFinding(certNotYetValid, facts, located, {
        title: role === 'certificate' ? 'notBefore is in the future' : `notBefore of the ${role} is in the future`,
        fault: `${role} is not valid for another ${duration(notBefore - now)}`,
        evidence: bytesOf(located, 'notBefore', `${instant(notBefore)}; now ${instant(now)}`, 2),
        fix: {
          text: `compare the clock of this machine (${instant(now)}) with another; if it is right, serve the earlier certificate until ${instant(notBefore)}`,
          commands: ['date -u'],
        },
        reproduce: [opensslClient(facts, address, '', 'openssl x509 -noout -startdate')],
      });
    }),
};
