/** Faults of a certificate that its bytes prove and that all have one form: what, where, which rule, what to do. */
import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding, type LocatedProblem, problemsOf, roleOf } from '../certificates.ts';
import type { FindingCode, ForeignMessage } from '../finding.ts';

interface Defect {
  readonly code: FindingCode;
  readonly title: string;
  readonly meaning: string;
  readonly remedy: string;
  readonly alsoKnownAs: readonly ForeignMessage[];
  /** What else is to be said of it. */
  notes?(located: LocatedProblem): readonly string[];
}

/** Measured with a leaf of RSA 1,024. */
function whoRefusesShortRsa({ problem }: LocatedProblem): string[] {
  if (problem.depth !== 0 || !problem.message.includes('RSA key has')) return [];
  return ['curl and openssl refuse it, Node.js from version 24 too; Go, Java and Node.js 22 take it'];
}

/** Measured with an RSA leaf for keyEncipherment only, at TLS 1.2 and 1.3. */
function whoMindsKeyUsage({ problem, address }: LocatedProblem): string[] {
  if (problem.depth !== 0 || address.tls?.error?.code !== 'BAD_CERTIFICATE_KEY') return [];
  return problem.message === address.tls.error.message
    ? ['curl, openssl and Node.js take it all the same; RFC 8446 section 4.4.2.2 has a client refuse it']
    : [];
}

const DEFECTS: readonly Defect[] = [
  {
    code: 'CERT_MISSING',
    title: 'the peer sent no certificate',
    meaning: 'The peer sent no certificate.',
    remedy: 'Configure one.',
    alsoKnownAs: [{ client: 'openssl', text: 'no peer certificate available' }],
  },
  {
    code: 'CERT_MALFORMED',
    title: 'a certificate is malformed',
    meaning: 'A certificate does not parse by X.690 and RFC 5280.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [{ client: 'Go', text: 'x509: malformed certificate' }],
  },
  {
    code: 'CERT_REVOKED',
    title: 'a certificate in the chain was revoked',
    meaning: 'A CRL of its issuer lists it.',
    remedy: 'Make a new key and have it certified.',
    alsoKnownAs: [
      { client: 'openssl', text: 'certificate revoked' },
      { client: 'Chrome', text: 'ERR_CERT_REVOKED' },
    ],
  },
  {
    code: 'ROOT_DISTRUSTED',
    title: 'a CA in the chain is distrusted',
    meaning: 'A CA that the trust store has only to refuse it.',
    remedy: 'Have it issued by another CA.',
    alsoKnownAs: [],
  },
  {
    code: 'CERT_SIGNATURE_INVALID',
    title: 'a signature in the chain is wrong',
    meaning: "The issuer's key did not make the signature.",
    remedy: 'Look for a mixed-up intermediate; else have it issued anew.',
    alsoKnownAs: [
      { client: 'openssl', text: 'certificate signature failure' },
      { client: 'Firefox', text: 'SEC_ERROR_BAD_SIGNATURE' },
      { client: 'Node.js', text: 'CERT_SIGNATURE_FAILURE' },
    ],
  },
  {
    code: 'SIGNATURE_ALGORITHM_MISMATCH',
    title: 'a certificate names two signature algorithms',
    meaning: 'The algorithm outside of what is signed is another than inside, or has other parameters.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [],
  },
  {
    code: 'CERT_SIGNATURE_WEAK',
    title: 'a signature in the chain is over SHA-1 or MD5',
    meaning: 'A signature over SHA-1 or MD5.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [
      { client: 'openssl', text: 'CA signature digest algorithm too weak' },
      { client: 'Go', text: 'insecure algorithm' },
      { client: 'GnuTLS', text: 'uses insecure algorithm' },
      { client: 'Firefox', text: 'SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED' },
    ],
  },
  {
    code: 'CERT_SIGNATURE_UNSUPPORTED',
    title: 'a signature algorithm is not understood',
    meaning: 'A signature algorithm that is not understood here.',
    remedy: 'Use RSA, ECDSA or Ed25519.',
    alsoKnownAs: [],
  },
  {
    code: 'CERT_KEY_WEAK',
    title: 'a key in the chain is too weak',
    meaning:
      'RSA below 2,048 bits or with an exponent that protects nothing, or DSA: in the leaf or in a CA above it. OpenSSL refuses it at security level 2, which distributions and newer versions have; clients on other libraries may still take it. No public CA issues it.',
    remedy: 'Make a new key, P-256 or RSA 2048, and have it certified.',
    alsoKnownAs: [
      { client: 'openssl', text: 'EE certificate key too weak' },
      { client: 'openssl', text: 'CA certificate key too weak' },
      { client: 'curl', text: 'EE certificate key too weak' },
      { client: 'Node.js', text: 'UNSPECIFIED EE certificate key too weak' },
      { client: 'Chrome', text: 'ERR_CERT_WEAK_KEY' },
      { client: 'Firefox', text: 'MOZILLA_PKIX_ERROR_INADEQUATE_KEY_SIZE' },
    ],
    notes: whoRefusesShortRsa,
  },
  {
    code: 'CERT_KEY_UNSUPPORTED',
    title: 'a key is outside the accepted range',
    meaning: 'A key outside the accepted range: too long, explicit curve parameters, another curve, an unknown kind.',
    remedy: 'Make a new key: P-256 or RSA 2048.',
    alsoKnownAs: [],
  },
  {
    code: 'ISSUER_NOT_CA',
    title: 'an issuer is no CA',
    meaning: 'A certificate that issued another may not.',
    remedy: "Use the CA's certificate as issuer.",
    alsoKnownAs: [
      { client: 'openssl', text: 'invalid CA certificate' },
      { client: 'Firefox', text: 'SEC_ERROR_CA_CERT_INVALID' },
    ],
  },
  {
    code: 'PATH_LENGTH_EXCEEDED',
    title: 'more intermediates than a CA allows',
    meaning: 'More intermediates than a CA above allows.',
    remedy: "Leave one out, or have the CA's certificate issued anew.",
    alsoKnownAs: [
      { client: 'openssl', text: 'path length constraint exceeded' },
      { client: 'Go', text: 'too many intermediates for path length constraint' },
      { client: 'Java', text: 'pathLenConstraint violated' },
      { client: 'Firefox', text: 'SEC_ERROR_PATH_LEN_CONSTRAINT_INVALID' },
    ],
  },
  {
    code: 'CERT_WRONG_PURPOSE',
    title: 'the certificate is not for servers',
    meaning: 'extKeyUsage or keyUsage leaves out what it is used for.',
    remedy: 'Have it issued for server authentication.',
    alsoKnownAs: [
      { client: 'openssl', text: 'unsuitable certificate purpose' },
      { client: 'Node.js', text: 'INVALID_PURPOSE' },
      { client: 'Firefox', text: 'SEC_ERROR_INADEQUATE_CERT_TYPE' },
      { client: 'Go', text: 'incompatible key usage' },
      { client: 'Java', text: 'Extended key usage does not permit use for TLS server authentication' },
    ],
    notes: whoMindsKeyUsage,
  },
  {
    code: 'CERT_UNKNOWN_EXTENSION',
    title: 'a critical extension is not understood',
    meaning: 'A critical extension that is not understood here.',
    remedy: 'Have it issued without, if clients are to accept it.',
    alsoKnownAs: [{ client: 'openssl', text: 'unhandled critical extension' }],
  },
  {
    code: 'NAME_CONSTRAINTS_VIOLATED',
    title: 'a CA may not issue for this name',
    meaning: 'A name in the certificate is outside of what a CA above it is limited to, or among what is taken out.',
    remedy: 'Have it issued by a CA that may, or without that name.',
    alsoKnownAs: [
      { client: 'openssl', text: 'permitted subtree violation' },
      { client: 'openssl', text: 'excluded subtree violation' },
      { client: 'Go', text: 'is not permitted by any constraint' },
      { client: 'Java', text: 'name constraints check failed' },
    ],
  },
  {
    code: 'NAME_CONSTRAINTS_UNSUPPORTED',
    title: 'a CA constrains a kind of name that is not evaluated',
    meaning:
      'A CA constrains names of a kind that is not evaluated here, the certificate has one, and so it is not accepted.',
    remedy: 'Have it issued without that name, or judge it with another client.',
    alsoKnownAs: [],
  },
  {
    code: 'POLICY_MISSING',
    title: 'the chain is valid for no policy, and one is required',
    meaning: 'A CA above requires a certificate policy, and the path is valid for none.',
    remedy: 'Have it issued under the policy that the CA requires.',
    alsoKnownAs: [{ client: 'openssl', text: 'no explicit policy' }],
  },
  {
    code: 'POLICY_MAPPING_INVALID',
    title: 'a CA maps anyPolicy',
    meaning: 'policyMappings name anyPolicy, which can not be mapped.',
    remedy: "Have the CA's certificate issued anew.",
    alsoKnownAs: [],
  },
  {
    code: 'REVOCATION_UNKNOWN',
    title: 'whether a certificate was revoked is not known',
    meaning: 'It was asked for, and no CRL that is of use says it.',
    remedy: 'Publish a current CRL.',
    alsoKnownAs: [{ client: 'openssl', text: 'unable to get certificate CRL' }],
  },
  {
    code: 'CERT_SERIAL_INVALID',
    title: 'a serial number is zero, negative or too long',
    meaning: 'A serial number that RFC 5280 does not allow.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [{ client: 'Go', text: 'x509: negative serial number' }],
  },
  {
    code: 'CERT_NAME_INVALID',
    title: 'a name is empty or malformed',
    meaning: 'An issuer, the subject of a CA or a DNS name in a form that RFC 5280 does not allow.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [],
  },
  {
    code: 'CERT_EXTENSION_INVALID',
    title: 'an extension is missing, misplaced or wrongly critical',
    meaning: 'An extension that a profile wants otherwise: that of RFC 5280 or of the Baseline Requirements.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [],
  },
  {
    code: 'CERT_UNIQUE_ID',
    title: 'a certificate has unique identifiers',
    meaning: 'issuerUniqueID or subjectUniqueID, which nobody uses.',
    remedy: 'Have it issued without.',
    alsoKnownAs: [],
  },
  {
    code: 'CERT_ENCODING_ODD',
    title: 'a certificate is encoded oddly',
    meaning: 'An encoding that the standards do not allow and that everybody reads.',
    remedy: 'Have it issued anew.',
    alsoKnownAs: [],
  },
  {
    code: 'CHAIN_LIMIT_EXCEEDED',
    title: 'the chain is too much work to judge',
    meaning: 'Judging the chain needs more work than a named limit allows.',
    remedy: 'Send only the chain.',
    alsoKnownAs: [],
  },
];

/** One cause for each defect. */
export const chainDefects: readonly Cause[] = DEFECTS.map(causeOf);

function causeOf(defect: Defect): Cause {
  const { notes, ...words } = defect;
  const cause: Cause = {
    ...words,
    severity: 'error',
    step: 'cert',
    provedBy: 'The bytes of the certificate, and the section that they are held against.',
    evaluate: (facts) =>
      problemsOf(facts, defect.code).map((located) => {
        const { problem, address } = located;
        const bytes = bytesOf(located, roleOf(located), problem.spec);
        return certificateFinding(cause, facts, located, {
          title: problem.message,
          fault: `${defect.title} (${roleOf(located)})`,
          // What only the trust store has did not cross.
          evidence: bytes.length > 0 ? bytes : [{ kind: 'text', text: `${problem.message} (${problem.spec})` }],
          notes: notes?.(located) ?? [],
          fix: {
            text: `${lowerFirst(defect.remedy.replace(/\.$/, ''))}; it is served on ${address.address}`,
            commands: [],
          },
        });
      }),
  };
  return cause;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.substring(1);
}
