import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding, type LocatedProblem, problemsOf, roleOf } from '../certificates.ts';
import { clockText, expiredText } from '../clock.ts';
import type { Facts } from '../facts.ts';
import { opensslClient } from '../reproduce.ts';
import { day, duration, instant } from '../words.ts';
import { isOfClock } from './clock-wrong.ts';

/** notAfter is in the past. */
export const certExpired: Cause = {
  code: 'CERT_EXPIRED',
  severity: 'error',
  step: 'cert',
  title: 'a certificate expired',
  meaning:
    'notAfter is in the past: of the leaf, or of an issuer above it, which most clients report in the same words.',
  provedBy:
    'The bytes of notAfter against the clock of the run; where HTTP is spoken, the clock of the server is asked too (CLOCK_WRONG).',
  remedy: 'Renew it, then reload the server; above the leaf, serve the current chain.',
  alsoKnownAs: [
    { client: 'openssl', text: 'certificate has expired' },
    { client: 'curl', text: 'certificate has expired' },
    { client: 'Node.js', text: 'CERT_HAS_EXPIRED' },
    { client: 'Go', text: 'certificate has expired or is not yet valid' },
    { client: 'Java', text: 'validity check failed' },
    { client: 'Chrome', text: 'ERR_CERT_DATE_INVALID' },
    { client: 'Firefox', text: 'SEC_ERROR_EXPIRED_CERTIFICATE' },
    { client: 'Firefox', text: 'SEC_ERROR_EXPIRED_ISSUER_CERTIFICATE' },
  ],
  evaluate: (facts) =>
    problemsOf(facts, 'CERT_EXPIRED')
      .filter((located) => !isOfClock(facts, located))
      .map((located) => finding(facts, located)),
};

function finding(facts: Facts, located: LocatedProblem) {
  const { certificate } = located;
  const notAfter = certificate?.notAfter ?? 0;
  const now = facts.run.clock;
  const ago = duration(now - notAfter);
  const newer = newerElsewhere(facts, located);
  const role = roleOf(located);
  const read = `${instant(notAfter)}; ${clockText(facts.run)}`;
  // The tag and the length of the time come before its text.
  const bytes = bytesOf(located, `"${asn1Time(notAfter)}"`, read, 2);
  return certificateFinding(certExpired, facts, located, {
    title: role === 'certificate' ? 'notAfter is in the past' : `notAfter of the ${role} is in the past`,
    fault: `${role} ${expiredText(facts.run, ago)}`,
    // What only the trust store has did not cross.
    evidence: bytes.length > 0 ? bytes : [{ kind: 'text', text: `notAfter ${read}` }],
    notes: [...(newer === undefined ? [] : [newer]), ...leafNote(facts, located)],
    fix: { text: newer === undefined ? repairOf(facts, located, role) : reload(located), commands: [] },
    reproduce: [reproduce(facts, located)],
  });
}

function reload({ address }: LocatedProblem): string {
  return `reload the server on ${address.address}, e.g. nginx -s reload`;
}

/** Who has to replace what: the leaf and the intermediates are the server's, the root is the client's. */
function repairOf(facts: Facts, { address, certificate }: LocatedProblem, role: string): string {
  if (role === 'certificate') {
    return `renew the certificate, then reload the server on ${address.address}, e.g. nginx -s reload`;
  }
  if (certificate?.sent === undefined) {
    return `update ${facts.run.settings.trust}: the ${role} in it expired; its successor is the CA's to name`;
  }
  return `serve the current chain: replace the ${role} in the chain file on ${address.address}, then reload`;
}

/** What other tools say of an expired issuer reads as if the leaf had expired. */
function leafNote({ run }: Facts, { address, certificate }: LocatedProblem): string[] {
  const [leaf] = address.chain?.path ?? [];
  if (leaf === undefined || leaf === certificate || leaf.notAfter < run.clock) return [];
  return [
    `the certificate of the server itself is valid until ${day(leaf.notAfter)}: renewing that alone helps nothing`,
  ];
}

/** The leaf's dates; above it the depth that the verification names. */
function reproduce(facts: Facts, { address, problem }: LocatedProblem): string {
  const isLeaf = (problem.depth ?? 0) === 0;
  if (isLeaf) return opensslClient(facts, address, '', 'openssl x509 -noout -enddate');
  return opensslClient(facts, address, '2>&1', "grep -A1 'error:num=10'");
}

/** Another address, or another server behind this one, that serves a certificate of the same name that is still valid: it was renewed and not reloaded. */
function newerElsewhere(facts: Facts, { address, certificate }: LocatedProblem): string | undefined {
  for (const other of facts.addresses) {
    const leaf = other.chain?.path[0];
    // Only a chain that is accepted is one to take over; an expired intermediate says nothing of the leaf.
    if (other === address || leaf === undefined || leaf.name !== certificate?.name) continue;
    if (other.chain?.trusted !== true || leaf.notAfter <= certificate.notAfter) continue;
    return `${other.address} serves a newer one (to ${day(leaf.notAfter)}): renewed, not reloaded`;
  }
  // Servers behind one address, which take turns.
  for (const { chain } of address.handshakes) {
    const leaf = chain?.path[0];
    if (chain?.trusted !== true || leaf === undefined || leaf.name !== certificate?.name) continue;
    if (leaf.notAfter <= certificate.notAfter) continue;
    return `connection ${chain.connection} to the same address got a newer one (to ${day(leaf.notAfter)}): of several servers behind it one was not reloaded`;
  }
  return undefined;
}

/** The time as the certificate writes it (RFC 5280 section 4.1.2.5). */
function asn1Time(epoch: number): string {
  const text = new Date(epoch).toISOString().replace(/[-:T]/g, '').substring(0, 14);
  return `${Number(text.substring(0, 4)) < 2050 ? text.substring(2) : text}Z`;
}
