/** NIST's PKITS: path validation with policies and CRLs, one path for each case. */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OID } from '../../../src/asn1/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import {
  ANY_PURPOSE,
  type Certificate,
  type PolicyInput,
  parseCertificate,
  RootStore,
  type SignatureVerifier,
  validateChain,
  X509Error,
} from '../../../src/x509/index.ts';
import { inheritedSpki } from './dsa.ts';
import { type Case, type Summary, summarize } from './suite.ts';

type Policies = string | readonly string[];

interface PkitsCase {
  readonly section: string;
  readonly name: string;
  readonly certs: readonly string[];
  readonly crls: readonly string[];
  readonly should_validate: boolean;
  readonly user_constrained_policy_set?: Policies;
  readonly initial_policy_set?: Policies;
  readonly initial_explicit_policy?: boolean;
  readonly initial_policy_mapping_inhibit?: boolean;
  readonly initial_inhibit_any_policy?: boolean;
}

/** When the cases are to be judged: all of them are of 2010 to 2030. */
const AT = Date.UTC(2011, 3, 15);

/** 2.16.840.1.101.3.2.1.48.N. */
const POLICY_ARC = '2.16.840.1.101.3.2.1.48';

/** Runs the cases of a folder with `pkits.json`, `certs` and `crls`. */
export function runPkits(folder: string): Summary {
  const { tests } = JSON.parse(readFileSync(join(folder, 'pkits.json'), 'utf8')) as {
    readonly tests: readonly PkitsCase[];
  };
  return summarize(
    'pkits',
    tests.map((one) => runCase(folder, one)),
  );
}

function runCase(folder: string, one: PkitsCase): Case {
  const certs = one.certs.map((name) => readFileSync(join(folder, 'certs', `${name}.crt`)));
  const [root, ...others] = certs.map((der) => new Uint8Array(der));
  const crls = one.crls.map((name) => new Uint8Array(readFileSync(join(folder, 'crls', `${name}.crl`))));
  const verdict = validateChain({
    sent: [...others].reverse(),
    roots: new RootStore(root === undefined ? [] : [root]),
    name: undefined,
    at: AT,
    crypto: nodeCrypto,
    purpose: ANY_PURPOSE,
    policies: policiesOf(one),
    revocation: { mode: 'hard', crls },
    rules: {
      dsa: true,
      sha1: true,
      minRsaBits: 1024,
      anchors: { validity: true, constraints: false, basicConstraints: 'v3' },
    },
    verifier: dsaVerifier(certs.flatMap(parseOrNothing)),
  });
  const found: string[] = verdict.findings.map(({ code, depth }) => `${code}@${depth ?? '-'}`);
  const wanted = one.user_constrained_policy_set;
  if (wanted !== undefined && one.should_validate) {
    const [is, should] = [[...verdict.policies].sort(), (oids(wanted) ?? [OID.anyPolicy]).sort()];
    if (is.join() !== should.join()) found.push(`policies ${is.join()} instead of ${should.join()}`);
  }
  const expected = one.should_validate ? 'accept' : 'reject';
  return { id: `${one.section}/${one.name}`, expected, actual: found.length === 0 ? 'accept' : 'reject', found };
}

function policiesOf(one: PkitsCase): PolicyInput {
  const initialPolicySet = one.initial_policy_set === undefined ? undefined : oids(one.initial_policy_set);
  return {
    ...(initialPolicySet === undefined ? {} : { initialPolicySet }),
    explicitPolicy: one.initial_explicit_policy === true,
    inhibitMapping: one.initial_policy_mapping_inhibit === true,
    inhibitAnyPolicy: one.initial_inhibit_any_policy === true,
  };
}

/** `undefined` for any policy. */
function oids(policies: Policies): string[] | undefined {
  const names = [policies].flat().filter((name) => name !== '');
  if (names.includes('anyPolicy')) return undefined;
  return names.map((name) => {
    const number = /^NIST-test-policy-(\d+)$/.exec(name)?.[1];
    if (number === undefined) throw new Error(`the policy ${name} is not known`);
    return `${POLICY_ARC}.${number}`;
  });
}

function parseOrNothing(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(new Uint8Array(der))];
  } catch (error) {
    if (error instanceof X509Error) return [];
    throw error;
  }
}

const DSA_WITH_SHA1 = '1.2.840.10040.4.3';

/** DSA with SHA-1, parameters inherited (RFC 3279 section 2.3.2): nothing but PKITS has it. */
function dsaVerifier(certificates: readonly Certificate[]): SignatureVerifier {
  return (signed, issuer) => {
    if (signed.signatureAlgorithm.oid !== DSA_WITH_SHA1) return undefined;
    const spki = inheritedSpki(issuer, certificates);
    if (spki === undefined) return 'bad_key';
    const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
    return verify('sha1', signed.tbs, key, signed.signature) ? 'valid' : 'invalid';
  };
}
