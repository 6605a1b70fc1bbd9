/** The chain cases of BoringSSL's pki/testdata/verify_certificate_chain_unittest. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { OID } from '../../../src/asn1/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import {
  ANY_PURPOSE,
  type ChainInput,
  certificatesFromPem,
  PURPOSES,
  type PurposeRules,
  RootStore,
  type ValidationRules,
  validateChain,
} from '../../../src/x509/index.ts';
import { type Case, type Summary, summarize } from './suite.ts';

/** What DEFAULT is where a case leaves the time open. */
const DEFAULT_TIME = Date.UTC(2021, 9, 5, 12);

/** What that suite asks for: anchors are a name and a key, the leaf's keyUsage is nobody's business. */
const RULES: Partial<ValidationRules> = {
  minRsaBits: 1024,
  sha1: true,
  trustedLeaf: 'never',
  anchors: { validity: false, constraints: false, basicConstraints: 'never' },
};

const DIGITAL_SIGNATURE = { keyUsage: ['digitalSignature'], keyUsageAlone: true } as const;

/** The GSMA's use of RCS with MLS, and the two extensions that go with it. */
const MLS = '2.23.146.2.1.3';
const MLS_EXTENSIONS = ['2.23.146.2.1.4', '2.23.146.2.1.5'];

const SIGNING = [OID.codeSigning, OID.OCSPSigning, OID.timeStamping];

/** id-kp-documentSigning (RFC 9336). */
const DOCUMENT_SIGNING = '1.3.6.1.5.5.7.3.36';

const server: PurposeRules = { ...PURPOSES.server, keyUsage: [] };
const client: PurposeRules = { ...PURPOSES.client, keyUsage: [] };
const strict = { any: 'nowhere', forbidden: SIGNING } as const;
const strictLeaf = { any: 'issuers', required: 'leaf', forbidden: SIGNING } as const;

const KEY_PURPOSES: Readonly<Record<string, PurposeRules>> = {
  ANY_EKU: ANY_PURPOSE,
  SERVER_AUTH: server,
  CLIENT_AUTH: client,
  SERVER_AUTH_STRICT: { ...server, ...strict, required: 'leaf' },
  SERVER_AUTH_STRICT_LEAF: { ...server, ...strictLeaf },
  CLIENT_AUTH_STRICT: { ...client, ...strict, required: 'everybody' },
  CLIENT_AUTH_STRICT_LEAF: { ...client, ...strictLeaf },
  MLS_CLIENT_AUTH: {
    ...ANY_PURPOSE,
    ...DIGITAL_SIGNATURE,
    purposes: [MLS],
    any: 'nowhere',
    required: 'everybody',
    alone: true,
  },
  C2PA_MANIFEST: {
    ...ANY_PURPOSE,
    purposes: [OID.emailProtection, DOCUMENT_SIGNING],
    any: 'nowhere',
    required: 'leaf',
    issuers: false,
  },
  C2PA_TIMESTAMPING: { ...ANY_PURPOSE, purposes: [OID.timeStamping], any: 'nowhere', required: 'leaf', issuers: false },
};

/** Runs every `.test` below a folder. */
export function runChains(folder: string): Summary {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.test'));
  return summarize(
    'chains',
    files.sort().map((name) => runCase(folder, name)),
  );
}

function runCase(folder: string, name: string): Case {
  const path = join(folder, name);
  const text = readFileSync(path, 'utf8');
  const [settings = '', errors = ''] = text.split('expected_errors:');
  const fields = new Map(settings.split('\n').map((line) => [line.replace(/:.*/, ''), line.replace(/^[^:]*:\s*/, '')]));
  const chain = certificatesFromPem(readFileSync(resolve(dirname(path), fields.get('chain') ?? ''), 'utf8'));
  const verdict = validateChain({ ...inputOf(fields, chain), crypto: nodeCrypto, name: undefined });
  const found: string[] = verdict.findings.map(({ code, depth }) => `${code}@${depth ?? '-'}`);
  const wanted = fields.get('expected_user_constrained_policy_set');
  const isExpected = !errors.includes('ERROR:');
  if (wanted !== undefined && isExpected) {
    const [is, should] = [[...verdict.policies].sort(), wanted.split(/,\s*/).sort()];
    if (is.join() !== should.join()) found.push(`policies ${is.join()} instead of ${should.join()}`);
  }
  return {
    id: name,
    expected: isExpected ? 'accept' : 'reject',
    actual: found.length === 0 ? 'accept' : 'reject',
    found,
  };
}

function inputOf(
  fields: ReadonlyMap<string, string>,
  chain: readonly Uint8Array[],
): Omit<ChainInput, 'crypto' | 'name'> {
  const trust = fields.get('last_cert_trust') ?? '';
  const keyPurpose = fields.get('key_purpose') ?? '';
  const purpose = KEY_PURPOSES[keyPurpose];
  if (purpose === undefined) throw new Error(`key_purpose ${keyPurpose} is not known`);
  const last = chain.slice(-1);
  const isLeaf = trust.includes('LEAF');
  const isAnchor = trust.includes('TRUSTED_ANCHOR') && chain.length > 1;
  const constrained = /WITH_(EXPIRATION_AND_)?CONSTRAINTS/.test(trust);
  return {
    sent: chain,
    roots: new RootStore(isAnchor || (isLeaf && chain.length === 1) ? last : [], trust === 'DISTRUSTED' ? last : []),
    at: timeOf(fields.get('utc_time') ?? 'DEFAULT'),
    purpose,
    rules: {
      ...RULES,
      sha1: fields.get('digest_policy') !== 'STRONG',
      leafMayBeCa: !keyPurpose.includes('STRICT'),
      understood: keyPurpose.startsWith('MLS') ? MLS_EXTENSIONS : [],
      ...(isLeaf && { trustedLeaf: trust.includes('REQUIRE_SELF_SIGNED') ? 'self_signed' : 'any' }),
      anchors: {
        validity: trust.includes('WITH_EXPIRATION'),
        constraints: constrained,
        basicConstraints: constrained && trust.includes('REQUIRE_BASIC_CONSTRAINTS') ? 'v3' : 'never',
      },
    },
  };
}

/** A UTCTime. */
function timeOf(text: string): number {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined) return DEFAULT_TIME;
  const [year = 0, month = 1, ...rest] = parts;
  return Date.UTC(2000 + year, month - 1, ...rest);
}
