import { describe, expect, it, test } from 'vitest';
import { type CrlInput, crl, reason } from '../../test/x509/crls.ts';
import {
  chainOf,
  codes,
  DAY,
  type Issued,
  issue,
  keyOf,
  NOW,
  type Request,
  validate,
} from '../../test/x509/support.ts';
import { DerReader, der, OID } from '../asn1/index.ts';
import { parseCrl } from './crl.ts';
import { X509Error } from './error.ts';
import { decodeDistributionPoints, decodeIssuingDistributionPoint } from './extensions/distribution-points.ts';
import { encodeName } from './name.ts';

const { root, intermediate, leaf } = chainOf();
const other = issue({ name: 'Other', by: intermediate });
const ofRoot = crl({ by: root });

function judge(
  crls: readonly Uint8Array[],
  mode: 'hard' | 'soft' = 'hard',
  sent: readonly Issued[] = [leaf, intermediate],
) {
  return validate(
    sent.map((one) => one.der),
    [root.der],
    { revocation: { mode, crls } },
  );
}

const uri = (text: string) => der.implicit(6, der.ia5String(text));
const directory = (name: string) => der.explicit(4, encodeName({ commonName: name }));
const fullName = (...names: readonly Uint8Array[]) => der.implicit(0, der.sequence(...names));
const pointName = (...names: readonly Uint8Array[]) => der.explicit(0, fullName(...names));

function idp(...fields: readonly Uint8Array[]) {
  return { oid: OID.issuingDistributionPoint, critical: true, value: der.sequence(...fields) };
}

function points(...fields: readonly (readonly Uint8Array[])[]): Partial<Request> {
  const value = der.sequence(...fields.map((one) => der.sequence(...one)));
  return { extraExtensions: [{ oid: OID.cRLDistributionPoints, critical: false, value }] };
}

const flag = (number: number) => der.implicit(number, der.boolean(true));
const reasons = (number: number, ...bits: readonly number[]) =>
  der.implicit(number, der.namedBits(Array.from({ length: 9 }, (_, bit) => bits.includes(bit))));

const UNKNOWN = ['REVOCATION_UNKNOWN@0'];

describe('a CRL', () => {
  it('says who was revoked', () => {
    expect(codes(judge([crl({ by: intermediate }), ofRoot]))).toEqual([]);
    expect(codes(judge([crl({ by: intermediate, revoked: [{ of: other }] }), ofRoot]))).toEqual([]);
    expect(codes(judge([crl({ by: intermediate, revoked: [{ of: leaf }] }), ofRoot]))).toEqual(['CERT_REVOKED@0']);
    expect(codes(judge([crl({ by: intermediate }), crl({ by: root, revoked: [{ of: intermediate }] })]))).toEqual([
      'CERT_REVOKED@1',
    ]);
    expect(judge([crl({ by: intermediate, revoked: [{ of: leaf }] }), ofRoot]).trusted).toBe(false);
  });

  it('that is missing is a fault only where it must be there', () => {
    expect(codes(judge([ofRoot]))).toEqual(UNKNOWN);
    const verdict = judge([ofRoot], 'soft');
    expect(verdict).toMatchObject({ trusted: true, findings: [] });
    expect(verdict.notices.map(({ code }) => code)).toContain('REVOCATION_UNKNOWN');
    expect(codes(judge([crl({ by: intermediate, revoked: [{ of: leaf }] })], 'soft'))).toEqual(['CERT_REVOKED@0']);
    expect(codes(judge([Uint8Array.of(0x30, 0), ofRoot]))).toEqual(UNKNOWN);
  });

  test.each<[string, Partial<CrlInput>]>([
    ['of the future', { thisUpdate: NOW + 1000 }],
    ['out of date', { nextUpdate: NOW - 1000 }],
    ['without a next one', { nextUpdate: null }],
    ['with an extension that is unknown', { extensions: [{ oid: '1.2.3', critical: true, value: der.nothing() }] }],
    [
      'with an entry that is unknown',
      { revoked: [{ of: other, extensions: [{ oid: '1.2.3', critical: true, value: der.nothing() }] }] },
    ],
    ['of another key', { by: { ...intermediate, key: keyOf('forger') } }],
    ['of somebody else', { by: root }],
    ['for attributes', { extensions: [idp(flag(5))] }],
    ['for CAs', { extensions: [idp(flag(2))] }],
    ['published elsewhere', { extensions: [idp(pointName(uri('http://b.test/')))] }],
    ['for some reasons', { extensions: [idp(reasons(3, 1))] }],
    ['that is a delta alone', { extensions: [{ oid: OID.deltaCRLIndicator, critical: true, value: der.integer(1) }] }],
  ])('%s is of no use', (_, change) => {
    expect(codes(judge([crl({ by: intermediate, ...change }), ofRoot]))).toEqual(UNKNOWN);
  });

  it('without a number, or with a critical one, breaks the profile', () => {
    const judged = (list: Uint8Array) =>
      validate([leaf.der, intermediate.der], [root.der], {
        revocation: { mode: 'hard', crls: [list, ofRoot] },
        rules: { profile: 'rfc5280' },
      }).findings.some(({ code }) => code === 'REVOCATION_UNKNOWN');
    expect(judged(crl({ by: intermediate }))).toBe(false);
    expect(judged(crl({ by: intermediate, number: null }))).toBe(true);
    const critical = { oid: OID.cRLNumber, critical: true, value: der.integer(1) };
    expect(judged(crl({ by: intermediate, number: null, extensions: [critical] }))).toBe(true);
  });

  it('is no use of a certificate that may not sign CRLs', () => {
    const chain = chainOf({ intermediate: { keyUsage: ['keyCertSign'] } });
    const crls = [crl({ by: chain.intermediate }), crl({ by: chain.root })];
    expect(
      codes(
        validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], { revocation: { mode: 'hard', crls } }),
      ),
    ).toEqual(UNKNOWN);
  });

  it('that is newer counts', () => {
    const old = crl({ by: intermediate, revoked: [{ of: leaf }], thisUpdate: NOW - 2 * DAY });
    expect(codes(judge([old, crl({ by: intermediate, number: 2 }), ofRoot]))).toEqual([]);
  });
});

describe('a CRL of a part', () => {
  const published = (change: Partial<CrlInput> = {}) => crl({ by: intermediate, ...change });
  const at = (name: Uint8Array) =>
    issue({ name: 'shop.example', by: intermediate, names: ['shop.example'], ...points([pointName(name)]) });

  it('is for who names it', () => {
    const here = at(uri('http://a.test/'));
    const list = published({ extensions: [idp(pointName(uri('http://a.test/')))] });
    expect(codes(judge([list, ofRoot], 'hard', [here, intermediate]))).toEqual([]);
    expect(codes(judge([list, ofRoot], 'hard', [at(uri('http://b.test/')), intermediate]))).toEqual(UNKNOWN);
    const users = published({ extensions: [idp(flag(1))] });
    expect(codes(judge([users, ofRoot]))).toEqual([]);
    expect(codes(judge([users, crl({ by: root, extensions: [idp(flag(1))] })]))).toEqual(['REVOCATION_UNKNOWN@1']);
  });

  it('may be named relative to its issuer', () => {
    const rdn = der.explicit(
      0,
      der.implicit(1, der.set(der.sequence(der.oid(OID.organizationName), der.utf8String('a')))),
    );
    const here = issue({ name: 'shop.example', by: intermediate, names: ['shop.example'], ...points([rdn]) });
    expect(codes(judge([published({ extensions: [idp(rdn)] }), ofRoot], 'hard', [here, intermediate]))).toEqual([]);
  });

  it('by reasons needs the others', () => {
    const some = published({ extensions: [idp(reasons(3, 1, 2))] });
    const rest = published({ extensions: [idp(reasons(3, 3, 4, 5, 6, 7, 8))] });
    expect(codes(judge([some, rest, ofRoot]))).toEqual([]);
    expect(codes(judge([some, some, ofRoot]))).toEqual(UNKNOWN);
    const revoked = published({ revoked: [{ of: leaf }], extensions: [idp(reasons(3, 1, 2))] });
    expect(codes(judge([revoked, ofRoot]))).toEqual(['CERT_REVOKED@0']);
  });
});

describe('a delta CRL', () => {
  const base = (revoked: CrlInput['revoked'] = []) => crl({ by: intermediate, number: 5, revoked });
  const delta = (revoked: CrlInput['revoked'], from = 5, number = 6) =>
    crl({
      ...{ by: intermediate, number, revoked: revoked ?? [] },
      extensions: [{ oid: OID.deltaCRLIndicator, critical: true, value: der.integer(from) }],
    });

  it('adds to the complete one', () => {
    expect(codes(judge([base(), delta([{ of: leaf }]), ofRoot]))).toEqual(['CERT_REVOKED@0']);
    expect(codes(judge([base(), delta([{ of: other }]), ofRoot]))).toEqual([]);
  });

  it('takes what was on hold from it', () => {
    const held = base([{ of: leaf, extensions: [reason(6)] }]);
    expect(codes(judge([held, delta([{ of: leaf, extensions: [reason(8)] }]), ofRoot]))).toEqual([]);
    expect(codes(judge([held, ofRoot]))).toEqual(['CERT_REVOKED@0']);
  });

  it('counts only where it continues', () => {
    expect(codes(judge([base(), delta([{ of: leaf }], 6, 7), ofRoot]))).toEqual([]);
    expect(codes(judge([base(), delta([{ of: leaf }], 3, 4), ofRoot]))).toEqual([]);
    expect(codes(judge([crl({ by: intermediate, number: null }), delta([{ of: leaf }]), ofRoot]))).toEqual([]);
  });
});

describe('an indirect CRL', () => {
  const signer = issue({ name: 'CRL Signer', by: root, keyUsage: ['cRLSign'] });
  const named = points([pointName(directory('CRL Signer')), der.implicit(2, der.sequence(directory('CRL Signer')))]);
  const here = issue({ name: 'shop.example', by: intermediate, names: ['shop.example'], ...named });
  const issuerOf = (name: string) => ({
    oid: OID.certificateIssuer,
    critical: true,
    value: der.sequence(directory(name)),
  });
  const indirect = (revoked: CrlInput['revoked'] = [], extensions = [idp(flag(4))]) =>
    crl({ by: signer, revoked, extensions });
  const sent = [here, intermediate, signer];

  it('is of whom the certificate names', () => {
    expect(codes(judge([indirect(), ofRoot], 'hard', sent))).toEqual([]);
    expect(codes(judge([indirect([], []), ofRoot], 'hard', sent))).toEqual(UNKNOWN);
    expect(codes(judge([indirect(), ofRoot], 'hard', [leaf, intermediate, signer]))).toEqual(UNKNOWN);
  });

  it('lists certificates by their issuers, each until the next', () => {
    const named = [{ of: here, extensions: [issuerOf('Test Intermediate')] }];
    expect(codes(judge([indirect(named), ofRoot], 'hard', sent))).toEqual(['CERT_REVOKED@0']);
    expect(codes(judge([indirect([{ of: here }]), ofRoot], 'hard', sent))).toEqual([]);
    const after = [{ of: other, extensions: [issuerOf('Test Intermediate')] }, { of: here }];
    expect(codes(judge([indirect(after), ofRoot], 'hard', sent))).toEqual(['CERT_REVOKED@0']);
  });

  it('is of no use when who signed it was revoked, is not vouched for, or not known to be good', () => {
    const without = crl({ by: root, revoked: [{ of: signer }] });
    expect(codes(judge([indirect(), without], 'hard', sent))).toEqual(UNKNOWN);
    expect(codes(judge([indirect()], 'hard', sent))).toContain('REVOCATION_UNKNOWN@0');
    const stranger = issue({ name: 'CRL Signer', keyUsage: ['cRLSign'] });
    const list = crl({ by: stranger, extensions: [idp(flag(4))] });
    expect(codes(judge([list, ofRoot], 'hard', [here, intermediate, stranger]))).toEqual(UNKNOWN);
  });

  it('may cover who signed it, but nobody else vouches for himself', () => {
    const self = issue({ name: 'CRL Signer', by: root, keyUsage: ['cRLSign'], ...named });
    const list = crl({ by: self, extensions: [idp(flag(4))] });
    const intermediates = crl({ by: root, extensions: [idp(flag(2))] });
    expect(codes(judge([list, intermediates], 'hard', [here, intermediate, self]))).toEqual([]);
    const own = points([pointName(directory('Own')), der.implicit(2, der.sequence(directory('Own')))]);
    const end = issue({
      name: 'Own',
      by: intermediate,
      names: ['shop.example'],
      keyUsage: ['digitalSignature', 'cRLSign'],
      ...own,
    });
    const ofEnd = crl({ by: end, extensions: [idp(flag(4))] });
    expect(codes(judge([ofEnd, ofRoot], 'hard', [end, intermediate]))).toEqual(UNKNOWN);
  });
});

describe('a malformed CRL', () => {
  const tbs = (...fields: readonly Uint8Array[]) => {
    const algorithm = der.sequence(der.oid(OID.ecdsaWithSHA256));
    const inner = der.sequence(
      ...fields.slice(0, 1),
      algorithm,
      encodeName({ commonName: 'x' }),
      der.time(NOW),
      ...fields.slice(1),
    );
    return der.sequence(inner, algorithm, der.bitString(new Uint8Array(8)));
  };
  const entry = (...extensions: readonly Uint8Array[]) =>
    der.sequence(der.sequence(der.integer(1), der.time(NOW), der.sequence(...extensions)));
  const number = (value: Uint8Array) =>
    der.explicit(0, der.sequence(der.sequence(der.oid(OID.cRLNumber), der.octetString(value))));

  test.each<[string, () => Uint8Array, string]>([
    ['version 3', () => tbs(der.integer(2)), 'not version 2'],
    ['an empty list', () => tbs(der.integer(1), der.sequence()), 'is empty'],
    ['a negative number', () => tbs(der.integer(1), number(Uint8Array.of(2, 1, 0x80))), 'at most 20 bytes'],
    ['a long number', () => tbs(der.integer(1), number(der.integer(new Uint8Array(22).fill(1)))), 'at most 20 bytes'],
    [
      'an issuer without a directory name',
      () =>
        tbs(
          der.integer(1),
          entry(der.sequence(der.oid(OID.certificateIssuer), der.octetString(der.sequence(uri('x'))))),
        ),
      'without a directoryName',
    ],
  ])('%s', (_, make, message) => {
    expect(() => parseCrl(make())).toThrow(X509Error);
    expect(() => parseCrl(make())).toThrow(message);
  });

  it('is longer than anybody reads', () => {
    const long = new Uint8Array(33 * 1024 * 1024);
    long.set([0x30, 0x84, 0x02, 0x0f, 0xff, 0xfa]);
    expect(() => parseCrl(long)).toThrow('longer than');
  });
});

test.each<[string, () => unknown, string]>([
  ['no point', () => decodeDistributionPoints(new DerReader(der.sequence())), 'has no distribution point'],
  [
    'a point without a name',
    () => decodeDistributionPoints(new DerReader(der.sequence(der.sequence()))),
    'names no CRL',
  ],
  [
    'a point with an empty name',
    () => decodeDistributionPoints(new DerReader(der.sequence(der.sequence(der.explicit(0, fullName()))))),
    'has no name',
  ],
  ['no scope', () => decodeIssuingDistributionPoint(new DerReader(der.sequence())), 'is empty'],
  [
    'two kinds',
    () => decodeIssuingDistributionPoint(new DerReader(der.sequence(flag(1), flag(2)))),
    'contains only one kind',
  ],
])('%s is malformed', (_, decode, message) => {
  expect(decode).toThrow(message);
});

test('distribution points that do not decode leave the CRL of the issuer', () => {
  const value = der.sequence();
  const broken = { extraExtensions: [{ oid: OID.cRLDistributionPoints, critical: false, value }] };
  const here = issue({ name: 'shop.example', by: intermediate, names: ['shop.example'], ...broken });
  expect(codes(judge([crl({ by: intermediate }), ofRoot], 'hard', [here, intermediate]))).toEqual([]);
});
