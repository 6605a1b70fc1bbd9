import { describe, expect, it, test } from 'vitest';
import { chainOf, codes, issue, type Request, validate } from '../../test/x509/support.ts';
import { DerReader, der, OID } from '../asn1/index.ts';
import { concat } from '../bytes/index.ts';
import { encodeName } from './name.ts';
import { parseCertificate } from './parse.ts';
import { anchorOddities, profileFaults } from './profile.ts';
import { WEB_RULES } from './rules.ts';

const critical = (oid: string, value: Uint8Array) => ({ extraExtensions: [{ oid, critical: true, value }] });
const plain = (oid: string, value: Uint8Array) => ({ extraExtensions: [{ oid, critical: false, value }] });
const dns = (name: string) => der.sequence(der.implicit(2, der.ia5String(name)));
const constraints = der.sequence(
  der.implicit(0, der.sequence(der.sequence(der.implicit(2, der.ia5String('.shop.example'))))),
);
const keyUsage = (...bits: readonly number[]) =>
  der.namedBits(Array.from({ length: 9 }, (_, bit) => bits.includes(bit)));
const noBits = Uint8Array.of(3, 1, 0);

/** What is wrong with the leaf and the intermediate of a chain by RFC 5280's profile. */
function faults(change: {
  intermediate?: Partial<Request>;
  leaf?: Partial<Request>;
  root?: Partial<Request>;
}): string[] {
  const chain = chainOf({ leaf: {}, ...change });
  const sent = [chain.leaf.der, chain.intermediate.der];
  const { findings, notices } = validate(sent, [chain.root.der], { name: undefined });
  const strict = validate(sent, [chain.root.der], { name: undefined, rules: { profile: 'rfc5280' } });
  // What the profile refuses is told all the same where it is not asked for.
  expect(codes(strict).filter((code) => !findings.some((one) => code === `${one.code}@${one.depth}`))).toEqual(
    notices.map(({ code, depth }) => `${code}@${depth}`),
  );
  return notices.map(({ code, depth, message }) => `${code}@${depth} ${message.replace(/^[^:]*: /, '')}`);
}

test('a chain as everybody issues it has no fault', () => {
  expect(faults({})).toEqual([]);
});

test.each<[string, Parameters<typeof faults>[0]]>([
  ['CERT_SERIAL_INVALID@0 the serial number is 0', { leaf: { serial: Uint8Array.of(0) } }],
  ['CERT_SERIAL_INVALID@1 the serial number has 21 bytes', { intermediate: { serial: new Uint8Array(21).fill(1) } }],
  [
    'CERT_EXTENSION_INVALID@1 basicConstraints is not critical',
    { intermediate: plain(OID.basicConstraints, der.sequence(der.boolean(true))) },
  ],
  [
    'CERT_EXTENSION_INVALID@1 nameConstraints is not critical',
    {
      intermediate: plain(
        OID.nameConstraints,
        der.sequence(der.implicit(0, der.sequence(der.sequence(der.implicit(2, der.ia5String('example')))))),
      ),
    },
  ],
  [
    'CERT_EXTENSION_INVALID@1 policyConstraints is not critical',
    { intermediate: plain(OID.policyConstraints, der.sequence(der.implicit(0, der.integer(9)))) },
  ],
  [
    'CERT_EXTENSION_INVALID@1 inhibitAnyPolicy is not critical',
    { intermediate: plain(OID.inhibitAnyPolicy, der.integer(9)) },
  ],
  [
    'CERT_EXTENSION_INVALID@1 subjectKeyIdentifier is critical',
    { intermediate: critical(OID.subjectKeyIdentifier, der.octetString(Uint8Array.of(1))) },
  ],
  [
    'CERT_EXTENSION_INVALID@0 subjectAltName is not critical',
    { leaf: { subject: {}, ...plain(OID.subjectAltName, dns('shop.example')) } },
  ],
  ['CERT_NAME_INVALID@0 neither subject nor subjectAltName', { leaf: { subject: {}, names: [] } }],
  ['CERT_NAME_INVALID@0 a_b.example has an underscore', { leaf: { names: ['a_b.example'] } }],
  [
    'CERT_EXTENSION_INVALID@0 a path length, and it is no CA',
    { leaf: critical(OID.basicConstraints, der.sequence(der.integer(0))) },
  ],
  [
    'CERT_EXTENSION_INVALID@0 keyCertSign, and it is no CA',
    { leaf: { keyUsage: ['digitalSignature', 'keyCertSign'] } },
  ],
  [
    'CERT_EXTENSION_INVALID@0 nameConstraints, and it is no CA',
    {
      leaf: critical(
        OID.nameConstraints,
        der.sequence(der.implicit(0, der.sequence(der.sequence(der.implicit(2, der.ia5String('example')))))),
      ),
    },
  ],
  [
    'CERT_ENCODING_ODD@0 cA FALSE is written out',
    { leaf: critical(OID.basicConstraints, der.sequence(der.boolean(false))) },
  ],
  [
    'CERT_EXTENSION_INVALID@0 no keyIdentifier of its issuer',
    { leaf: plain(OID.authorityKeyIdentifier, der.sequence()) },
  ],
])('%s', (fault, change) => {
  expect(faults(change)).toEqual([fault]);
});

test('a base with a leading dot is no DNS name', () => {
  const change = { intermediate: critical(OID.nameConstraints, constraints), leaf: { names: ['a.shop.example'] } };
  expect(faults(change)).toEqual(['CERT_EXTENSION_INVALID@1 ".shop.example" is no DNS name']);
});

test('keyUsage that says nothing, or less than a path length needs', () => {
  const found = (value: Uint8Array) =>
    profileFaults(parseCertificate(issue({ name: 'x', ca: { pathLength: 0 }, ...critical(OID.keyUsage, value) }).der), {
      depth: 1,
      anchor: true,
      web: false,
    }).map(({ message }) => message);
  expect(found(noBits)).toEqual(['a path length without keyCertSign', 'a keyUsage without a bit']);
  expect(found(keyUsage(0))).toEqual(['a path length without keyCertSign']);
});

/** A certificate whose tbsCertificate is written by hand. Nobody verifies the signature of a root. */
function rewritten(change: (fields: Uint8Array[]) => Uint8Array[], algorithm?: Uint8Array): Uint8Array {
  const outer = new DerReader(issue({ name: 'Old', ca: {} }).der).sequence('Certificate');
  const tbs = outer.sequence('tbsCertificate');
  const fields: Uint8Array[] = [];
  while (tbs.remaining > 0) fields.push(tbs.any('field').der);
  const own = outer.any('signatureAlgorithm').der;
  return der.sequence(der.sequence(...change(fields)), algorithm ?? own, der.bitString(new Uint8Array(8)));
}

function rootFaults(der: Uint8Array, anchor = true): string[] {
  return profileFaults(parseCertificate(der), { depth: 1, anchor, web: false }).map(({ message }) => message);
}

describe('what everybody reads', () => {
  it('is an old encoding', () => {
    const teletex = der.sequence(der.set(der.sequence(der.oid(OID.commonName), Uint8Array.of(0x14, 1, 0x41))));
    const named = rewritten((fields) => fields.map((field, index) => (index === 5 ? teletex : field)));
    expect(rootFaults(named)).toContain('TeletexString in a name');
    const general = Uint8Array.of(0x18, 15, ...new TextEncoder().encode('20400101000000Z'));
    const utc = Uint8Array.of(0x17, 13, ...new TextEncoder().encode('200101000000Z'));
    const timed = rewritten((fields) =>
      fields.map((field, index) => (index === 4 ? der.sequence(utc, general) : field)),
    );
    expect(rootFaults(timed)).toEqual(['a GeneralizedTime before 2050']);
    const bare = rewritten((fields) => fields, der.sequence(der.oid(OID.sha256WithRSAEncryption)));
    expect(rootFaults(bare)).toEqual(['the NULL parameters of RSA are missing']);
    const id = Uint8Array.of(0x81, 2, 0, 1);
    const unique = rewritten((fields) => [...fields.slice(0, 7), id, ...fields.slice(7)]);
    expect(rootFaults(unique)).toEqual(['a unique identifier']);
    const written = Uint8Array.of(1, 1, 0);
    const extension = der.sequence(der.oid('1.2.3'), written, der.octetString(der.nothing()));
    const spelt = rewritten((fields) => [...fields.slice(0, 7), der.explicit(3, der.sequence(extension))]);
    expect(rootFaults(spelt)).toContain('critical FALSE is written out');
  });

  it('is the serial number of an anchor', () => {
    const negative = rewritten((fields) =>
      fields.map((field, index) => (index === 1 ? Uint8Array.of(2, 1, 0x80) : field)),
    );
    expect(rootFaults(negative)).toEqual([]);
    expect(rootFaults(negative, false)).toEqual(['the serial number is negative']);
    expect(anchorOddities(parseCertificate(negative)).map(({ code }) => code)).toEqual(['CERT_SERIAL_INVALID']);
  });

  it('is an anchor of version 1', () => {
    const old = parseCertificate(rewritten((fields) => fields.slice(1, 7)));
    expect(anchorOddities(old).map(({ message }) => message)).toEqual(['version 1 has no extensions']);
    const { root } = chainOf();
    expect(anchorOddities(parseCertificate(root.der))).toEqual([]);
    const long = chainOf({ root: { serial: new Uint8Array(21).fill(1) } });
    const { notices, trusted } = validate([long.leaf.der, long.intermediate.der], [long.root.der]);
    expect([trusted, ...notices.map(({ code, depth }) => `${code}@${depth}`)]).toEqual([true, 'CERT_SERIAL_INVALID@2']);
  });

  it('is a root without a name', () => {
    const empty = der.sequence();
    const nameless = rewritten((fields) => fields.map((field, index) => (index === 3 || index === 5 ? empty : field)));
    expect(rootFaults(nameless)).toEqual(['the issuer is empty', 'a CA with an empty subject']);
  });

  it('is a CA without identifiers of keys', () => {
    const bare = rewritten((fields) => fields.slice(0, 7));
    expect(rootFaults(bare)).toEqual(['a CA without subjectKeyIdentifier']);
    expect(rootFaults(bare, false)).toEqual(['a CA without subjectKeyIdentifier', 'no keyIdentifier of its issuer']);
  });
});

describe('the Baseline Requirements', () => {
  const web = (change: Parameters<typeof chainOf>[0]) => {
    const chain = chainOf(change);
    return validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], {
      name: undefined,
      rules: WEB_RULES,
    }).findings.map(
      ({ depth, message, spec }) => `${depth} ${message.replace(/^[^:]*: /, '')} (${spec.replace(/.* /, '')})`,
    );
  };

  it('are kept by a chain as public CAs issue it', () => {
    expect(web({})).toEqual([]);
  });

  test.each<[string, Parameters<typeof chainOf>[0]]>([
    ['0 no extKeyUsage (7.1.2.7.6)', { leaf: { extendedKeyUsage: [] } }],
    [
      '0 extKeyUsage is critical (7.1.2.7.6)',
      { leaf: critical(OID.extKeyUsage, der.sequence(der.oid(OID.serverAuth))) },
    ],
    ['0 anyExtendedKeyUsage (7.1.2.7.10)', { leaf: { extendedKeyUsage: [OID.serverAuth, OID.anyExtendedKeyUsage] } }],
    [
      '0 subjectAltName is critical, and the subject is not empty (7.1.2.7.12)',
      { leaf: critical(OID.subjectAltName, dns('shop.example')) },
    ],
    ['0 the common name shop.example is not in subjectAltName (7.1.4.3)', { leaf: { names: ['www.shop.example'] } }],
    ['2 a root with extKeyUsage (7.1.2.1.2)', { root: { extendedKeyUsage: [OID.serverAuth] } }],
    [
      '2 authorityKeyIdentifier without keyIdentifier (7.1.2.1.3)',
      { root: plain(OID.authorityKeyIdentifier, der.sequence()) },
    ],
    [
      '2 the key identifiers of a root differ (7.1.2.1.3)',
      { root: plain(OID.authorityKeyIdentifier, der.sequence(der.implicit(0, der.octetString(Uint8Array.of(1))))) },
    ],
  ])('%s', (fault, change) => {
    expect(web(change)).toEqual([fault]);
  });

  it('let a root not name its issuer by number', () => {
    const serial = der.sequence(der.implicit(2, der.integer(1)));
    expect(web({ root: plain(OID.authorityKeyIdentifier, serial) })[0]).toMatch('names its issuer by serial number');
  });

  it('want the names of addresses as RFC 5952 writes them', () => {
    expect(web({ leaf: { subject: { commonName: '2001:db8::1' }, names: ['2001:DB8::1'] } })).toEqual([]);
    expect(web({ leaf: { subject: { commonName: '2001:DB8::1' }, names: ['2001:DB8::1'] } })).toHaveLength(1);
  });

  it('want no CA as a leaf', () => {
    expect(web({ leaf: { ca: {}, keyUsage: ['digitalSignature', 'keyCertSign'] } })).toEqual([
      '0 basicConstraints say that it is a CA, and it is used as a leaf (7.1.2.7)',
    ]);
  });
});

test('names of a certificate are equal whatever their case, their spaces and their string type', () => {
  const root = issue({ name: 'R', subject: { organizationName: 'Test  Org' }, ca: {} });
  const printable = der.sequence(der.set(der.sequence(der.oid(OID.organizationName), der.printableString('TEST org'))));
  const renamed = rewritten((fields) => fields.map((field, index) => (index === 5 ? printable : field)));
  expect(parseCertificate(renamed).subject.text).toBe('O=TEST org');
  const leaf = issue({ name: 'shop.example', by: root, names: ['shop.example'] });
  const known = parseCertificate(root.der);
  const twin = concat([root.der]);
  const at = known.subject.span;
  expect(twin.subarray(at.start, at.end)).toEqual(encodeName({ organizationName: 'Test  Org' }));
  // The same length, another case: the signature of a root is verified by nobody.
  for (let index = at.start; index < at.end; index++) if (twin[index] === 0x54) twin[index] = 0x74;
  expect(validate([leaf.der], [twin]).trusted).toBe(true);
});
