/** Chains that end in nothing that is trusted. */
import { equal } from '../../bytes/index.ts';
import { type Certificate, parseCertificate, X509Error } from '../../x509/index.ts';
import { fetchesOf, lookedFor, repairedChain } from '../aia.ts';
import type { Cause } from '../cause.ts';
import { certificateFinding, type LocatedProblem, pathText, problemsOf } from '../certificates.ts';
import type { AddressFacts, Facts } from '../facts.ts';
import type { Evidence, Finding, TextEvidence } from '../finding.ts';
import { targetText } from '../make-finding.ts';
import { certificatesReceived } from '../messages.ts';
import type { ChainObservation, PathCertificate } from '../observations.ts';
import { hellofinCommand, opensslClient } from '../reproduce.ts';
import { count, listed } from '../words.ts';

/** The leaf is signed with its own key and not trusted. */
export const certSelfSigned: Cause = {
  code: 'CERT_SELF_SIGNED',
  severity: 'error',
  step: 'cert',
  title: 'the certificate is self-signed',
  meaning: 'The leaf is signed with its own key and not trusted.',
  provedBy: 'Issuer and subject are the same, and its own key verifies its signature.',
  remedy: 'Have a CA issue it, or trust it on purpose: `--ca`.',
  alsoKnownAs: [
    { client: 'openssl', text: 'self-signed certificate' },
    { client: 'curl', text: 'self-signed certificate' },
    { client: 'Node.js', text: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { client: 'Go', text: 'certificate signed by unknown authority' },
    { client: 'Java', text: 'unable to find valid certification path' },
    { client: 'Chrome', text: 'ERR_CERT_AUTHORITY_INVALID' },
    { client: 'Firefox', text: 'MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT' },
  ],
  evaluate: (facts) =>
    problemsOf(facts, 'CERT_SELF_SIGNED').map((located) =>
      certificateFinding(certSelfSigned, facts, located, {
        title: 'the certificate is signed with its own key',
        fault: 'self-signed certificate',
        evidence: chainEvidence(located, 'signed itself'),
        fix: {
          text: `have a CA issue the certificate of ${located.address.address}; if it is meant to be like this, trust it with --ca FILE`,
          commands: [],
        },
        reproduce: reproduce(facts, located),
      }),
    ),
};

/** The chain ends in a root that the trust store does not have. */
export const rootUntrusted: Cause = {
  code: 'ROOT_UNTRUSTED',
  severity: 'error',
  step: 'cert',
  title: 'the root is not trusted',
  meaning: 'The chain ends in a root that the trust store does not have.',
  provedBy: 'The path of signatures up to a self-signed certificate, which is not among the trusted roots.',
  remedy: 'Use a public CA, or pass the private root: `--ca`.',
  alsoKnownAs: [
    { client: 'openssl', text: 'self-signed certificate in certificate chain' },
    { client: 'curl', text: 'self-signed certificate in certificate chain' },
    { client: 'Node.js', text: 'SELF_SIGNED_CERT_IN_CHAIN' },
    { client: 'Go', text: 'certificate signed by unknown authority' },
    { client: 'Java', text: 'unable to find valid certification path' },
    { client: 'Chrome', text: 'ERR_CERT_AUTHORITY_INVALID' },
    { client: 'Firefox', text: 'SEC_ERROR_UNKNOWN_ISSUER' },
  ],
  evaluate: (facts) =>
    problemsOf(facts, 'ROOT_UNTRUSTED').map((located) =>
      certificateFinding(rootUntrusted, facts, located, {
        title: `the chain ends in a root that is not in ${facts.run.settings.trust}`,
        fault: `${located.certificate?.name ?? 'the root'} is not a trusted root`,
        evidence: chainEvidence(located, 'not trusted'),
        notes: ['a private CA looks like this, and so does a proxy that inspects TLS: compare the name of the root'],
        fix: {
          text: 'if the root is yours, pass it with --ca FILE; else use a certificate of a public CA',
          commands: [],
        },
        reproduce: reproduce(facts, located),
      }),
    ),
};

/** Issuers were not sent, and with what is published at the places that the certificates name the chain validates. */
export const chainIncomplete: Cause = {
  code: 'CHAIN_INCOMPLETE',
  severity: 'error',
  step: 'cert',
  title: 'an intermediate was not sent',
  meaning: 'An intermediate was not sent. Clients that fetch or cache it connect, the others do not.',
  provedBy:
    "The same chain validates with the certificates fetched from where the sent ones' authorityInfoAccess says that their issuer is published.",
  remedy: 'Send the whole chain; `hellofin cert HOST --full-chain` prints it.',
  alsoKnownAs: missingIssuerMessages(),
  evaluate: (facts) =>
    problemsOf(facts, 'CHAIN_INCOMPLETE').flatMap((located) => {
      const repaired = provedRepair(facts, located);
      return repaired === undefined ? [] : [incomplete(facts, located, repaired)];
    }),
};

/** An issuer was not sent, and nothing that could be found makes the chain end in a trusted root. */
export const unknownIssuer: Cause = {
  code: 'UNKNOWN_ISSUER',
  severity: 'error',
  step: 'cert',
  title: 'an issuer is neither sent nor trusted',
  meaning: 'An issuer was not sent, and nothing that was found leads to a trusted root.',
  provedBy:
    "The last certificate's issuer is neither sent nor trusted, and what its authorityInfoAccess names, if anything, gave no chain that validates.",
  remedy: 'Send the whole chain; for a private CA pass its root: `--ca`.',
  alsoKnownAs: missingIssuerMessages(),
  evaluate: (facts) =>
    [
      ...problemsOf(facts, 'CHAIN_INCOMPLETE').filter((located) => provedRepair(facts, located) === undefined),
      ...problemsOf(facts, 'UNKNOWN_ISSUER'),
    ].map((located) => {
      const path = located.address.chain?.path ?? [];
      const sent = certificatesReceived(located.address.recorded).length;
      const of = sent === sentCount(path) ? 'the last' : (path.at(-1)?.name ?? 'the first');
      return certificateFinding(unknownIssuer, facts, located, {
        title: `${count(sent, 'certificate')} sent, and the issuer of ${of} is neither sent nor trusted`,
        evidence: chainEvidence(located, 'its issuer is missing'),
        fix: {
          text: `send the intermediates behind the certificate on ${located.address.address} (fullchain.pem); for a private CA pass its root with --ca FILE`,
          commands: [],
        },
        fault: 'issuer neither sent nor trusted',
        notes: [
          ...namesakeNotes(located),
          ...searchNotes(facts, located),
          `either an intermediate is missing, or the root is private and not in ${facts.run.settings.trust}`,
        ],
        reproduce: reproduce(facts, located),
      });
    }),
};

/** The chain with what was fetched, where nothing is wrong with it that is not wrong with what was sent. */
function provedRepair(facts: Facts, { address }: LocatedProblem): ChainObservation | undefined {
  const repaired = repairedChain(facts, address);
  const known = address.chain?.problems ?? [];
  const isSound = repaired?.problems.every(({ code, sent }) =>
    known.some((one) => one.code !== 'CHAIN_INCOMPLETE' && one.code === code && one.sent === sent),
  );
  return repaired?.anchored === true && isSound === true ? repaired : undefined;
}

function incomplete(facts: Facts, located: LocatedProblem, { path, fetched = [] }: ChainObservation): Finding {
  const { address } = located;
  const missing = path.filter((one) => one.fetched !== undefined);
  const connections = new Set(missing.flatMap((one) => one.fetched?.connection ?? []));
  const urls = fetchesOf(facts)
    .filter((one) => connections.has(one.connection ?? 0))
    .map(({ url }) => url);
  const names = listed(missing.map(({ name }) => name));
  const command = `${hellofinCommand(facts, address, 'cert')} --full-chain > fullchain.pem`;
  return certificateFinding(chainIncomplete, facts, located, {
    title: `${sentText(address, path)}, ${path.length - 1} needed`,
    fault: '',
    summary: `${targetText(facts)} fails in some clients: ${missing.length === 1 ? 'intermediate' : 'intermediates'} not sent`,
    where: null,
    evidence: [{ ...markedPath(path, missing), caption: `not sent; found by AIA ${listed(urls)}` }],
    proof: {
      kind: 'probe',
      changed: `certificates: as sent -> with ${names} from ${listed(urls)}`,
      before: 'no trusted root',
      after: `a path to ${path.at(-1)?.name ?? ''}`,
      connections: [address.tcp.connection, ...fetched],
    },
    // Measured with OpenSSL, curl, Node.js and Java; each has its own words for it, which alsoKnownAs has.
    notes: ['OK where clients fetch or cache it; curl, Node, Java fail: "unable to get local issuer certificate"'],
    fix: { text: command, commands: [command] },
  });
}

function missingIssuerMessages(): Cause['alsoKnownAs'] {
  return [
    { client: 'openssl', text: 'unable to get local issuer certificate' },
    { client: 'curl', text: 'unable to get local issuer certificate' },
    { client: 'Node.js', text: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    { client: 'Go', text: 'certificate signed by unknown authority' },
    { client: 'Java', text: 'unable to find valid certification path' },
    { client: 'Chrome', text: 'ERR_CERT_AUTHORITY_INVALID' },
    { client: 'Firefox', text: 'SEC_ERROR_UNKNOWN_ISSUER' },
  ];
}

/** How many were sent, and how many of them are of use where that is not all. */
function sentText({ recorded }: AddressFacts, path: readonly PathCertificate[]): string {
  const sent = certificatesReceived(recorded).length;
  const used = sentCount(path);
  return `${count(sent, 'certificate')} sent${used === sent ? '' : `, ${used} of the chain`}`;
}

/** What was done to find the missing issuer, and what came of it. */
function searchNotes(facts: Facts, { address }: LocatedProblem): string[] {
  const { offline } = facts.run.settings;
  const [first] = repairedChain(facts, address)?.problems ?? [];
  const places = lookedFor(facts, address);
  const notes = places.map(({ url, end }) => {
    if (end?.status === 'found') return `${url} gives certificates, none of which is the issuer`;
    if (end !== undefined) return `fetching ${end.url} gave nothing: ${end.detail ?? end.status}`;
    return `it is said to be published at ${url}, which was not fetched${offline === true ? ' (--offline)' : ''}`;
  });
  // Where every place was asked, the notes say all that is known of them.
  const isTold = first?.code === 'CHAIN_INCOMPLETE' && places.every(({ end }) => end !== undefined);
  return first === undefined || isTold ? notes : [...notes, `with what was fetched: ${first.message}`];
}

/** An issuer that was issued anew with another key, or a chain file of another certificate. */
function namesakeNotes({ address }: LocatedProblem): string[] {
  const sent = certificatesReceived(address.recorded).map((der) => parsed(der));
  const last = sent[address.chain?.path.at(-1)?.sent ?? -1];
  if (last === undefined) return [];
  const hasItsName = sent.some((one) => one !== undefined && one !== last && equal(one.subject.der, last.issuer.der));
  return hasItsName ? [`a certificate of the issuer's name was sent, and is not the one that signed`] : [];
}

function parsed(der: Uint8Array): Certificate | undefined {
  try {
    return parseCertificate(der);
  } catch (error) {
    if (error instanceof X509Error) return undefined;
    throw error;
  }
}

function sentCount(path: readonly PathCertificate[]): number {
  return path.filter((one) => one.sent !== undefined).length;
}

/** The path as far as it goes, with its last certificate marked. */
function chainEvidence({ address, certificate }: LocatedProblem, caption: string): Evidence[] {
  const path = address.chain?.path ?? [];
  const last = certificate ?? path.at(-1);
  return [{ ...markedPath(path, last === undefined ? [] : [last]), caption }];
}

/** A path with those certificates marked, and what is between them. */
function markedPath(path: readonly PathCertificate[], marked: readonly PathCertificate[]): TextEvidence {
  const isTrusted = path.at(-1)?.anchor !== undefined;
  const [first, last] = [marked[0], marked.at(-1)];
  const until = (end: PathCertificate | undefined) =>
    pathText(path.slice(0, end === undefined ? 0 : path.indexOf(end) + 1));
  const start = until(first).length - (first?.name.length ?? 0);
  return {
    kind: 'text',
    text: `${pathText(path)}${isTrusted ? ' (trusted)' : ''}`,
    mark: { start, end: until(last).length },
  };
}

function reproduce(facts: Facts, { address }: LocatedProblem): string[] {
  return [opensslClient(facts, address, '-verify_return_error')];
}
