import type { CryptoProvider } from '../../crypto/index.ts';
import type { ChainObservation, ChainProblem, ChainRequest, PathCertificate } from '../../diagnose/index.ts';
import {
  type Certificate,
  type ChainFinding,
  type ChainVerdict,
  type Purpose,
  type RootStore,
  referenceIdentity,
  shortName,
  validateChain,
} from '../../x509/index.ts';

/** By what a chain is judged. */
interface Judge {
  readonly roots: RootStore;
  readonly crypto: CryptoProvider;
  readonly purpose: Purpose;
}

/** Judges a chain: the whole verdict, and what is to be noted of it. */
export function judgeChain(
  { connection, sent, fetched = [], identity, clock }: ChainRequest,
  { roots, crypto, purpose }: Judge,
): { readonly observation: ChainObservation; readonly verdict: ChainVerdict } {
  const name = referenceIdentity(identity);
  const found = fetched.flatMap(({ connection: from = 0, certificates }) =>
    certificates.map((der, index) => ({ der, connection: from, index })),
  );
  const ders = found.map(({ der }) => der);
  const verdict = validateChain({ sent, fetched: ders, roots, name, at: clock, crypto, purpose });
  const { trusted, anchored, path, findings } = verdict;
  const places = path.map((certificate, depth): Partial<PathCertificate> => {
    const at = verdict.sent[depth];
    if (at !== undefined) return { sent: at };
    const from = found[verdict.fetched[depth] ?? -1];
    if (from === undefined) return { anchor: certificate.der };
    return { fetched: { connection: from.connection, index: from.index } };
  });
  const observation: ChainObservation = {
    ...{ kind: 'chain', connection, time: clock, identity },
    ...(fetched.length === 0 ? {} : { fetched: fetched.flatMap((one) => one.connection ?? []) }),
    ...{ trusted, anchored },
    path: path.map((certificate, depth) => ({ ...pathCertificate(certificate), ...places[depth] })),
    problems: findings.map(problem),
  };
  return { observation, verdict };
}

function pathCertificate(certificate: Certificate): PathCertificate {
  const { notBefore, notAfter } = certificate;
  return { name: shortName(certificate), notBefore, notAfter };
}

function problem({ code, depth, sent, span, message, spec, caIssuers, identity }: ChainFinding): ChainProblem {
  return {
    code,
    message,
    spec,
    ...(depth === undefined ? {} : { depth }),
    ...(sent === undefined ? {} : { sent }),
    ...(span === undefined ? {} : { span }),
    ...(caIssuers === undefined ? {} : { caIssuers }),
    ...(identity === undefined
      ? {}
      : {
          presented: identity.presented.map(({ text, span: at }) => ({ text, span: at })),
          nearMisses: identity.nearMisses,
        }),
  };
}
