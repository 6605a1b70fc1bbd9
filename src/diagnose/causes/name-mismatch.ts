import { parseIp } from '../../x509/index.ts';
import type { Cause } from '../cause.ts';
import { certificateFinding, type LocatedProblem, problemsOf } from '../certificates.ts';
import type { AddressFacts, Facts, HandshakeProbe } from '../facts.ts';
import { findText } from '../find-text.ts';
import type { Evidence } from '../finding.ts';
import { handshakeText, probeWith, sameLeaf } from '../handshakes.ts';
import { findMessage } from '../messages.ts';
import type { ChainProblem } from '../observations.ts';
import { asksFor, type HandshakeChangeId } from '../probes/handshake-change.ts';
import { opensslClient, quote } from '../reproduce.ts';
import { listed } from '../words.ts';

/** Why a name almost matches, by x509's word for it. */
const NEAR: Readonly<Record<string, (name: string) => string>> = {
  wildcard_one_label: (name) => `${name} is there: a wildcard stands for exactly one label`,
  wildcard_form: (name) => `${name} is there: a wildcard is a whole left-most label under at least two others`,
  www: (name) => `${name} is there: the names differ by the leading www.`,
  similar: (name) => `a similar name stands in the certificate: ${name}`,
  ip_as_dns: (name) =>
    `${name} stands in the certificate as a DNS name; an address is looked for among its addresses (RFC 9525 section 6.4)`,
  // Measured with each of these clients.
  common_name: (name) =>
    `${name} stands in the subject's common name only, which is no server's name (RFC 9525 section 2): curl, openssl, Node.js, Java and GnuTLS take it all the same, Go and Chrome do not`,
};

/** Near misses that are a host's name, which may be served here. */
const HOSTS: ReadonlySet<string> = new Set(['www', 'similar']);

/** No name in the certificate is the one asked for. */
export const nameMismatch: Cause = {
  code: 'NAME_MISMATCH',
  severity: 'error',
  step: 'cert',
  title: 'the certificate is for another name',
  meaning: 'No name in the certificate is the one asked for (RFC 9525).',
  provedBy:
    "The names in the certificate's subjectAltName against the name in the ClientHello; a handshake without that name tells a default virtual host, one with a similar name whether that is served.",
  remedy: 'Correct the name, or have a certificate issued for it.',
  alsoKnownAs: [
    { client: 'openssl', text: 'hostname mismatch' },
    { client: 'curl', text: 'no alternative certificate subject name matches target' },
    { client: 'Node.js', text: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    { client: 'Go', text: 'certificate is valid for' },
    { client: 'Go', text: 'certificate relies on legacy Common Name field, use SANs instead' },
    { client: 'Java', text: 'No subject alternative DNS name matching' },
    { client: 'Chrome', text: 'ERR_CERT_COMMON_NAME_INVALID' },
    { client: 'Firefox', text: 'SSL_ERROR_BAD_CERT_DOMAIN' },
  ],
  asks(address, facts) {
    const problem = address.chain?.problems.find(({ code }) => code === 'NAME_MISMATCH');
    if (problem === undefined) return [];
    const similar = similarNameOf(problem);
    const bare = probeWith(address, 'handshake:server_name:none');
    return [
      ...(facts.run.settings.input.serverName === undefined ? [] : (['handshake:server_name:none'] as const)),
      // Two servers behind one address may have different certificates: that would look like a choice by name.
      ...(sameLeaf(address.recorded, bare?.tls) === false ? REPEATS : []),
      ...(similar === undefined ? [] : [similar]),
    ];
  },
  evaluate: (facts) => problemsOf(facts, 'NAME_MISMATCH').map((located) => finding(facts, located)),
};

/** The unchanged handshake twice in a row: of two servers in turn both are met. */
const REPEATS: readonly HandshakeChangeId[] = ['handshake:none', 'handshake:none:again'];

/** The probe that asks for the nearest miss that is a host's name. */
function similarNameOf({ nearMisses = [] }: ChainProblem): HandshakeChangeId | undefined {
  const near = nearMisses.find(({ reason }) => HOSTS.has(reason));
  return near === undefined ? undefined : asksFor(near.text);
}

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
      notes: notesOf(located),
      fix: { text: `correct the name, or add a virtual host and certificate for ${identity}`, commands: [] },
      // Without a name openssl takes the common name: what is missing shows in the certificate.
      reproduce: [
        problem.presented?.length === 0
          ? opensslClient(facts, address, '', 'openssl x509 -noout -subject -ext subjectAltName')
          : opensslClient(facts, address, `${verifyOption(identity)} ${quote(identity)} -verify_return_error`),
      ],
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
  const got = { label: 'got', value: presentedText(problem), source: `certificate of ${address.address}` };
  const bare = probeWith(address, 'handshake:server_name:none');
  if (bare === undefined) return { kind: 'table', rows: [asked, got] };
  const same = sameLeaf(address.recorded, bare.tls);
  if (same === true) return { kind: 'table', rows: [asked, { ...got, source: 'same without SNI: default vhost' }] };
  return { kind: 'table', rows: [asked, got, { label: 'no SNI', ...withoutName(address, bare, same) }] };
}

/** What the server does without a name, where that is not the same. */
function withoutName(address: AddressFacts, bare: HandshakeProbe, same: false | undefined) {
  if (same === undefined) return { value: handshakeText(bare), source: 'no default vhost seen' };
  const repeats = REPEATS.every((id) => sameLeaf(address.recorded, probeWith(address, id)?.tls) === true);
  const problem = bare.chain?.problems.find(({ code }) => code === 'NAME_MISMATCH');
  const value =
    problem === undefined ? `a certificate for ${bare.chain?.identity ?? 'the name'}` : presentedText(problem);
  return { value, source: repeats ? 'another vhost' : 'another certificate' };
}

function notesOf({ address, problem }: LocatedProblem): string[] {
  const similar = similarNameOf(problem);
  const served = similar === undefined ? undefined : probeWith(address, similar);
  const notes = (problem.nearMisses ?? []).map(({ text, reason }) =>
    // Asked for by its name, it gave a chain that is accepted for it.
    served?.chain?.trusted === true && served.chain.identity === text.toLowerCase()
      ? `a similar name is served here: ${text}`
      : (NEAR[reason]?.(text) ?? text),
  );
  const isNameless = problem.presented?.length === 0;
  return isNameless && notes.length === 0 ? ['its subject has another name too: no client takes it'] : notes;
}

function presentedText({ presented = [] }: ChainProblem): string {
  return presented.length === 0 ? 'no name' : listed(presented.map(({ text }) => text)).replace(' and ', ', ');
}

/** Where the server name stands in the ClientHello. */
function nameInHello({ address }: LocatedProblem, name: string): string {
  const hello = findMessage(address.tls, 'sent', 'client_hello')?.bytes;
  const span = hello === undefined ? undefined : findText(hello, name);
  return span === undefined ? 'ClientHello' : `ClientHello ${span.start}..${span.end - 1}`;
}

function verifyOption(identity: string): string {
  return parseIp(identity) === undefined ? '-verify_hostname' : '-verify_ip';
}
