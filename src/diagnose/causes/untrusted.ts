/** Chains that end in nothing that is trusted. */
import type { Cause } from '../cause.ts';
import { certificateFinding, type LocatedProblem, pathText, problemsOf } from '../certificates.ts';
import type { Facts } from '../facts.ts';
import type { Evidence } from '../finding.ts';
import { opensslClient } from '../reproduce.ts';
import { count } from '../words.ts';

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

/** An intermediate was not sent, and the certificate says where it is published. */
export const chainIncomplete: Cause = {
  code: 'CHAIN_INCOMPLETE',
  severity: 'error',
  step: 'cert',
  title: 'an intermediate was not sent',
  meaning: 'An intermediate was not sent; the certificate says where it is published.',
  provedBy: "The last certificate's issuer is neither sent nor trusted, and its authorityInfoAccess names a place.",
  remedy: 'Send the whole chain.',
  alsoKnownAs: missingIssuerMessages(),
  evaluate: (facts) =>
    problemsOf(facts, 'CHAIN_INCOMPLETE').map((located) =>
      certificateFinding(chainIncomplete, facts, located, {
        ...missingIssuer(located),
        fault: 'intermediate not sent',
        notes: [`it is published at ${(located.problem.caIssuers ?? []).join(', ')}; that was not fetched`],
      }),
    ),
};

/** An issuer was not sent, and nothing says where it is to be had. */
export const unknownIssuer: Cause = {
  code: 'UNKNOWN_ISSUER',
  severity: 'error',
  step: 'cert',
  title: 'an issuer is neither sent nor trusted',
  meaning: 'An issuer was not sent, and nothing says where it is to be had.',
  provedBy: "The last certificate's issuer is neither sent nor trusted.",
  remedy: 'Send the whole chain.',
  alsoKnownAs: missingIssuerMessages(),
  evaluate: (facts) =>
    problemsOf(facts, 'UNKNOWN_ISSUER').map((located) =>
      certificateFinding(unknownIssuer, facts, located, {
        ...missingIssuer(located),
        fault: 'issuer neither sent nor trusted',
        notes: [`either an intermediate is missing, or the root is private and not in ${facts.run.settings.trust}`],
        reproduce: reproduce(facts, located),
      }),
    ),
};

function missingIssuerMessages(): Cause['alsoKnownAs'] {
  return [
    { client: 'openssl', text: 'unable to get local issuer certificate' },
    { client: 'curl', text: 'unable to get local issuer certificate' },
    { client: 'Node.js', text: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    { client: 'Go', text: 'certificate signed by unknown authority' },
    { client: 'Java', text: 'unable to find valid certification path' },
    { client: 'Chrome', text: 'ERR_CERT_AUTHORITY_INVALID' },
  ];
}

function missingIssuer(located: LocatedProblem) {
  const { address } = located;
  const sent = address.chain?.path.filter((one) => one.sent !== undefined).length ?? 0;
  return {
    title: `${count(sent, 'certificate')} sent, and the issuer of the last is neither sent nor trusted`,
    evidence: chainEvidence(located, 'its issuer is missing'),
    fix: {
      text: `send the intermediates behind the certificate on ${address.address} (fullchain.pem); for a private CA pass its root with --ca FILE`,
      commands: [],
    },
  };
}

/** The path as far as it goes, with its last certificate marked. */
function chainEvidence({ address, certificate }: LocatedProblem, caption: string): Evidence[] {
  const path = address.chain?.path ?? [];
  const text = pathText(path);
  const last = certificate?.name ?? path.at(-1)?.name ?? '';
  const start = text.lastIndexOf(last);
  return [{ kind: 'text', text, mark: { start, end: start + last.length }, caption }];
}

function reproduce(facts: Facts, { address }: LocatedProblem): string[] {
  return [opensslClient(facts, address, '-verify_return_error')];
}
