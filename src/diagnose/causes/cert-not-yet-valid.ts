import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding, problemsOf, roleOf } from '../certificates.ts';
import { clockText } from '../clock.ts';
import { opensslClient } from '../reproduce.ts';
import { duration, instant } from '../words.ts';
import { isOfClock, NOT_YET_VALID } from './clock-wrong.ts';

/** notBefore is in the future. */
export const certNotYetValid: Cause = {
  code: 'CERT_NOT_YET_VALID',
  severity: 'error',
  step: 'cert',
  title: 'a certificate is not yet valid',
  meaning: 'notBefore is in the future.',
  provedBy:
    'The bytes of notBefore against the clock of the run; where HTTP is spoken, the clock of the server is asked too (CLOCK_WRONG).',
  remedy: 'Correct the clock, or wait.',
  alsoKnownAs: NOT_YET_VALID,
  evaluate: (facts) =>
    problemsOf(facts, 'CERT_NOT_YET_VALID')
      .filter((located) => !isOfClock(facts, located))
      .map((located) => {
        const { address, certificate } = located;
        const notBefore = certificate?.notBefore ?? 0;
        const now = facts.run.clock;
        const role = roleOf(located);
        const read = `${instant(notBefore)}; ${clockText(facts.run)}`;
        const bytes = bytesOf(located, 'notBefore', read, 2);
        return certificateFinding(certNotYetValid, facts, located, {
          title: role === 'certificate' ? 'notBefore is in the future' : `notBefore of the ${role} is in the future`,
          fault: `${role} is not valid for another ${duration(notBefore - now)}`,
          evidence: bytes.length > 0 ? bytes : [{ kind: 'text', text: `notBefore ${read}` }],
          fix: {
            text: `compare the clock of this machine (${instant(now)}) with another; if it is right, serve the earlier certificate until ${instant(notBefore)}`,
            commands: ['date -u'],
          },
          reproduce: [opensslClient(facts, address, '', 'openssl x509 -noout -startdate')],
        });
      }),
};
