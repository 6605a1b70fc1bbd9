import { describe, expect, it, test } from 'vitest';
import { chainOf, codes, issue, type Request, validate } from '../../test/x509/support.ts';
import { der, OID } from '../asn1/index.ts';
import { RootStore } from './roots.ts';
import { ANY_PURPOSE, PURPOSES, type PurposeRules, type ValidationRules } from './rules.ts';

const { root, intermediate, leaf } = chainOf();
const sent = [leaf.der, intermediate.der];

function judged(change: Parameters<typeof chainOf>[0], rules: Partial<ValidationRules>): string[] {
  const chain = chainOf(change);
  return codes(validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], { rules }));
}

const anchors = { validity: false, constraints: false, basicConstraints: 'never' } as const;

describe('what an anchor binds', () => {
  test.each<[string, Partial<Request>, Partial<ValidationRules['anchors']>]>([
    ['CERT_EXPIRED@2', { notAfter: 1 }, { validity: true }],
    ['PATH_LENGTH_EXCEEDED@2', { ca: { pathLength: 0 } }, { constraints: true }],
    ['CERT_WRONG_PURPOSE@2', { extendedKeyUsage: [OID.clientAuth] }, { constraints: true }],
    ['ISSUER_NOT_CA@2', { keyUsage: ['digitalSignature'] }, { constraints: true }],
    [
      'CERT_UNKNOWN_EXTENSION@2',
      { extraExtensions: [{ oid: '1.2.3', critical: true, value: der.nothing() }] },
      { constraints: true },
    ],
  ])('%s', (code, change, rules) => {
    const old = { ...change, ...(change.notAfter === undefined ? {} : { notBefore: 0 }) };
    expect(judged({ root: old }, { anchors })).toEqual([]);
    expect(judged({ root: old }, { anchors: { ...anchors, ...rules } })).toEqual([code]);
  });

  it('is whether it says that it is a CA', () => {
    const plain = { extraExtensions: [{ oid: OID.basicConstraints, critical: true, value: der.sequence() }] };
    expect(judged({ root: plain }, { anchors })).toEqual([]);
    expect(judged({ root: plain }, { anchors: { ...anchors, constraints: true } })).toEqual(['ISSUER_NOT_CA@2']);
  });
});

describe('a trusted leaf', () => {
  const alone = (rules: Partial<ValidationRules>) => codes(validate([leaf.der], [leaf.der], { rules }));
  const own = issue({ name: 'shop.example', names: ['shop.example'] });

  it('is enough where it is to be', () => {
    expect(alone({ trustedLeaf: 'any' })).toEqual([]);
    expect(alone({ trustedLeaf: 'self_signed' })).toEqual(['UNKNOWN_ISSUER@0']);
    expect(codes(validate([own.der], [own.der]))).toEqual([]);
    expect(codes(validate([own.der], [own.der], { rules: { trustedLeaf: 'never' } }))).toEqual(['CERT_SELF_SIGNED@0']);
  });
});

test('a distrusted CA is refused wherever it stands', () => {
  expect(codes(validate(sent, [], { roots: new RootStore([root.der], [intermediate.der]) }))).toEqual([
    'ROOT_DISTRUSTED@1',
  ]);
  const again = issue({ name: 'Test Intermediate', by: root, ca: {} });
  expect(codes(validate([leaf.der, again.der], [], { roots: new RootStore([root.der], [intermediate.der]) }))).toEqual([
    'ROOT_DISTRUSTED@1',
  ]);
  expect(codes(validate(sent, [], { roots: new RootStore([root.der], [leaf.der.subarray(1)]) }))).toEqual([]);
});

test('SHA-1 is accepted by those who accept it', () => {
  const old = chainOf({ intermediate: { type: 'rsa' } });
  const signed = issue({ name: 'shop.example', by: old.intermediate, names: ['shop.example'] });
  expect(codes(validate([signed.der, old.intermediate.der], [old.root.der], { rules: { sha1: true } }))).toEqual([]);
});

test('intermediates are counted, self-issued ones not', () => {
  const below = (count: number) => codes(validate(sent, [root.der], { rules: { maxIntermediates: count } }));
  expect(below(1)).toEqual([]);
  expect(below(0)).toEqual(['CHAIN_LIMIT_EXCEEDED@-']);
  const again = issue({ name: 'New key', subject: { commonName: 'Test Root' }, by: root, ca: {} });
  const end = issue({ name: 'shop.example', by: again, names: ['shop.example'] });
  expect(codes(validate([end.der, again.der], [root.der], { rules: { maxIntermediates: 0 } }))).toEqual([]);
});

test('critical extensions may be understood elsewhere', () => {
  const change = { leaf: { extraExtensions: [{ oid: '1.2.3', critical: true, value: der.nothing() }] } };
  expect(judged(change, {})).toEqual(['CERT_UNKNOWN_EXTENSION@0']);
  expect(judged(change, { understood: ['1.2.3'] })).toEqual([]);
  const microsoft = { oid: OID.applicationPolicies, critical: true, value: der.sequence() };
  expect(judged({ leaf: { extraExtensions: [microsoft] } }, {})).toEqual([]);
  expect(judged({ leaf: { extraExtensions: [microsoft], extendedKeyUsage: [] } }, {})).toEqual([
    'CERT_UNKNOWN_EXTENSION@0',
  ]);
});

describe('uses', () => {
  const used = (
    usages: readonly string[],
    above: readonly string[],
    rules: Partial<PurposeRules>,
    leafChange: Partial<Request> = {},
  ) => {
    const chain = chainOf({
      leaf: { extendedKeyUsage: usages, ...leafChange },
      intermediate: { extendedKeyUsage: above },
    });
    return codes(
      validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], {
        purpose: { ...PURPOSES.server, ...rules },
      }),
    ).join();
  };
  const { serverAuth, clientAuth, anyExtendedKeyUsage: any, codeSigning } = OID;

  test.each<[string, readonly string[], readonly string[], Partial<PurposeRules>]>([
    ['', [serverAuth], [], {}],
    ['', [any], [any], {}],
    ['CERT_WRONG_PURPOSE@0', [any], [any], { any: 'issuers' }],
    ['CERT_WRONG_PURPOSE@0,CERT_WRONG_PURPOSE@1', [any], [any], { any: 'nowhere' }],
    ['', [], [], {}],
    ['CERT_WRONG_PURPOSE@0', [], [], { required: 'leaf' }],
    ['CERT_WRONG_PURPOSE@0,CERT_WRONG_PURPOSE@1', [], [], { required: 'everybody' }],
    ['CERT_WRONG_PURPOSE@1', [serverAuth], [clientAuth], {}],
    ['', [serverAuth], [clientAuth], { issuers: false }],
    ['CERT_WRONG_PURPOSE@0', [serverAuth, codeSigning], [serverAuth, codeSigning], { forbidden: [codeSigning] }],
    ['CERT_WRONG_PURPOSE@0,CERT_WRONG_PURPOSE@1', [serverAuth, clientAuth], [serverAuth, clientAuth], { alone: true }],
  ])('%s: %j under %j', (expected, usages, above, rules) => {
    expect(used(usages, above, rules)).toBe(expected);
  });

  it('are of the keyUsage too', () => {
    const only = { keyUsage: ['digitalSignature'], keyUsageAlone: true } as const;
    expect(used([serverAuth], [], only)).toBe('');
    expect(used([serverAuth], [], only, { keyUsage: [] })).toBe('CERT_WRONG_PURPOSE@0');
    expect(used([serverAuth], [], only, { keyUsage: ['digitalSignature', 'keyAgreement'] })).toBe(
      'CERT_WRONG_PURPOSE@0',
    );
    const chain = chainOf({ leaf: { keyUsage: ['cRLSign'], extendedKeyUsage: [clientAuth] } });
    expect(
      codes(validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], { purpose: ANY_PURPOSE })),
    ).toEqual([]);
  });
});

test('every path that was tried is told with its reason', () => {
  const stranger = issue({ name: 'Other Root', ca: {} });
  const expired = issue({ name: 'Test Intermediate', by: root, ca: {}, notAfter: 1, notBefore: 0 });
  const crossed = issue({ name: 'Test Intermediate', by: stranger, ca: {} });
  const { tried, trusted, path } = validate([leaf.der, expired.der, crossed.der], [root.der]);
  expect(trusted).toBe(false);
  expect(path).toHaveLength(3);
  expect(tried.map(({ anchored, findings }) => [anchored, ...findings.map(({ code }) => code)])).toEqual([
    [false, 'UNKNOWN_ISSUER'],
    [true, 'CERT_EXPIRED'],
  ]);
  expect(validate([leaf.der, expired.der, intermediate.der], [root.der]).tried).toHaveLength(1);
});

test('a signature may be verified elsewhere', () => {
  const forged = chainOf({ leaf: { key: stranger() } });
  const input = [forged.leaf.der, forged.intermediate.der];
  expect(codes(validate(input, [forged.root.der]))).toContain('CERT_SIGNATURE_INVALID@0');
  expect(codes(validate(input, [forged.root.der], { verifier: () => 'valid' }))).toEqual([]);
});

function stranger() {
  return issue({ name: 'forger' }).key;
}
