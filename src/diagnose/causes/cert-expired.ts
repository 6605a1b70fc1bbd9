import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding, type LocatedProblem, problemsOf, roleOf } from '../certificates.ts';
import type { Facts } from '../facts.ts';
import { opensslClient } from '../reproduce.ts';
import { day, duration, instant } from '../words.ts';

/** notAfter is in the past. */
export const certExpired: Cause = {
  code: 'CERT_EXPIRED',
  severity: 'error',
  step: 'cert',
  title: 'a certificate expired',
  meaning: 'notAfter is in the past.',
  provedBy: 'The bytes of notAfter against the clock of the run.',
  remedy: 'Renew it, then reload the server.',
  alsoKnownAs: [
    { client: 'openssl', text: 'certificate has expired' },
    { client: 'curl', text: 'certificate has expired' },
    { client: 'Node.js', text: 'CERT_HAS_EXPIRED' },
    { client: 'Go', text: 'certificate has expired or is not yet valid' },
    { client: 'Java', text: 'validity check failed' },
    { client: 'Chrome', text: 'ERR_CERT_DATE_INVALID' },
  ],
  evaluate: (facts) => problemsOf(facts, 'CERT_EXPIRED').map((located) => finding(facts, located)),
};

function finding(facts: Facts, located: LocatedProblem) {
  const { address, certificate } = located;
  const notAfter = certificate?.notAfter ?? 0;
  const now = facts.run.clock;
  const ago = duration(now - notAfter);
  const newer = newerElsewhere(facts, located);
  const role = roleOf(located);
  return certificateFinding(certExpired, facts, located, {
    title: role === 'certificate' ? 'notAfter is in the past' : `notAfter of the ${role} is in the past`,
    fault: `${role} expired ${ago} ago`,
    // The tag and the length of the time come before its text.
    evidence: bytesOf(located, `"${asn1Time(notAfter)}"`, `${instant(notAfter)}; now ${instant(now)}`, 2),
    notes: newer === undefined ? [] : [newer],
    fix:
      newer === undefined
        ? {
            text:
              role === 'certificate'
                ? `renew the certificate, then reload the server on ${address.address}, e.g. nginx -s reload`
                : `serve the current ${role}: replace it in the chain file on ${address.address}, then reload`,
            commands: [],
          }
        : { text: `reload the server on ${address.address}, e.g. nginx -s reload`, commands: [] },
    reproduce: [opensslClient(facts, address, '', 'openssl x509 -noout -enddate')],
  });
}

/** Another address that serves a certificate of the same name that is still valid: it was renewed and not reloaded. */
function newerElsewhere(facts: Facts, { address, certificate }: LocatedProblem): string | undefined {
  for (const other of facts.addresses) {
    const leaf = other.chain?.path[0];
    if (other === address || leaf === undefined || leaf.name !== certificate?.name) continue;
    if (leaf.notAfter <= facts.run.clock) continue;
    return `${other.address} serves a newer one (to ${day(leaf.notAfter)}): renewed, not reloaded`;
  }
  return undefined;
}

/** The time as the certificate writes it (RFC 5280 section 4.1.2.5). */
function asn1Time(epoch: number): string {
  const text = new Date(epoch).toISOString().replace(/[-:T]/g, '').substring(0, 14);
  return `${Number(text.substring(0, 4)) < 2050 ? text.substring(2) : text}Z`;
}
