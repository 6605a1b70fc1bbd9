import type { Span } from '../../bytes/index.ts';
import { parseIp } from '../../x509/index.ts';
import type { Cause } from '../cause.ts';
import { certificateFinding, type LocatedProblem, problemsOf } from '../certificates.ts';
import type { Facts } from '../facts.ts';
import type { Evidence } from '../finding.ts';
import { findMessage } from '../messages.ts';
import type { ChainProblem } from '../observations.ts';
import { opensslClient, quote } from '../reproduce.ts';
import { listed } from '../words.ts';

/** Why a name almost matches, by x509's word for it. */
const NEAR: Readonly<Record<string, (name: string) => string>> = {
  wildcard_one_label: (name) => `${name} is there: a wildcard stands for exactly one label`,
  wildcard_form: (name) => `${name} is there: a wildcard is a whole left-most label under at least two others`,
  www: (name) => `${name} is there: the names differ by the leading www.`,
  similar: (name) => `a similar name is served here: ${name}`,
  ip_as_dns: (name) =>
    `${name} stands in the certificate as a DNS name; an address is looked for among its addresses (RFC 9525 section 6.4)`,
  common_name: (name) =>
    `${name} stands in the subject's common name only: not a server's name (RFC 9525 section 2), though some clients take it`,
};

/** No name in the certificate is the one asked for. */
export const nameMismatch: Cause = {
  code: 'NAME_MISMATCH',
  severity: 'error',
  step: 'cert',
  title: 'the certificate is for another name',
  meaning: 'No name in the certificate is the one asked for (RFC 9525).',
  provedBy: "The names in the certificate's subjectAltName against the name in the ClientHello.",
  remedy: 'Correct the name, or have a certificate issued for it.',
  alsoKnownAs: [
    { client: 'openssl', text: 'hostname mismatch' },
    { client: 'curl', text: 'no alternative certificate subject name matches target' },
    { client: 'Node.js', text: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { client: 'Go', text: 'certificate is valid for' },
    { client: 'Java', text: 'No subject alternative DNS name matching' },
    { client: 'Chrome', text: 'ERR_CERT_COMMON_NAME_INVALID' },
  ],
  evaluate: (facts) => problemsOf(facts, 'NAME_MISMATCH').map((located) => finding(facts, located)),
};

function finding(facts: Facts, located: LocatedProblem) {
  const { address, problem } = located;
  const { identity } = facts.run.settings;
  return {
    ...certificateFinding(nameMismatch, facts, located, {
      title:
        problem.presented?.length === 0
          ? 'the certificate has no subjectAltName'
          : 'no name in the certificate matches',
      fault: `no certificate for ${identity}`,
      evidence: [evidenceOf(facts, located)],
      notes: (problem.nearMisses ?? []).map(({ text, reason }) => NEAR[reason]?.(text) ?? text),
      fix: { text: `correct the name, or add a virtual host and certificate for ${identity}`, commands: [] },
      reproduce: [opensslClient(facts, address, `${verifyOption(identity)} ${quote(identity)} -verify_return_error`)],
    }),
    summary: `${address.endpoint} has no certificate for ${identity}`,
  };
}

function evidenceOf(facts: Facts, located: LocatedProblem): Evidence {
  const { input, identity } = facts.run.settings;
  const { address, problem } = located;
  const asked =
    input.serverName === undefined
      ? { label: 'asked for', value: identity, source: 'no SNI sent' }
      : { label: 'sent SNI', value: input.serverName, source: nameInHello(located, input.serverName) };
  return {
    kind: 'table',
    rows: [asked, { label: 'got', value: presentedText(problem), source: `certificate of ${address.address}` }],
  };
}

function presentedText({ presented = [] }: ChainProblem): string {
  return presented.length === 0 ? 'no name' : listed(presented.map(({ text }) => text)).replace(' and ', ', ');
}

/** Where the server name stands in the ClientHello. */
function nameInHello({ address }: LocatedProblem, name: string): string {
  const hello = findMessage(address.tls, 'sent', 'client_hello')?.bytes;
  const span = hello === undefined ? undefined : indexOfAscii(hello, name);
  return span === undefined ? 'ClientHello' : `ClientHello ${span.start}..${span.end - 1}`;
}

function indexOfAscii(bytes: Uint8Array, text: string): Span | undefined {
  for (let start = 0; start + text.length <= bytes.length; start++) {
    let length = 0;
    while (length < text.length && bytes[start + length] === text.charCodeAt(length)) length++;
    if (length === text.length) return { start, end: start + length };
  }
  return undefined;
}

function verifyOption(identity: string): string {
  return parseIp(identity) === undefined ? '-verify_hostname' : '-verify_ip';
}
