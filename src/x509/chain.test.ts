import { describe, expect, it } from 'vitest';
import { chainOf, codes, DAY, issue, keyOf, NOW, validate } from '../../test/x509/support.ts';
import { DerReader, der, OID } from '../asn1/index.ts';
import type { PrivateKey } from '../crypto/index.ts';
import { encodeAuthorityInfoAccess } from './extensions/authority-info-access.ts';
import { parseCertificate } from './parse.ts';

const { root, intermediate, leaf } = chainOf();
const subjects = (path: readonly { subject: { text: string } }[]) => path.map(({ subject }) => subject.text);
const critical = (oid: string) => ({ extraExtensions: [{ oid, critical: true, value: der.sequence() }] });

/** Signs SHA-1, which no provider does: what is weak is not verified, so that the bytes do not matter. */
const forger: PrivateKey = {
  type: 'rsa',
  schemes: ['rsa_pkcs1_sha1'],
  spki: keyOf('Test Intermediate', 'rsa').spki,
  sign: () => new Uint8Array(256),
};

/** Judges a chain made of the changed certificates, all but the root sent. */
function judge(change: Parameters<typeof chainOf>[0], input: Parameters<typeof validate>[2] = {}) {
  const chain = chainOf(change);
  return validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], input);
}

describe('an acceptable chain', () => {
  it('leads to a root of the store', () => {
    const verdict = validate([leaf.der, intermediate.der], [root.der]);
    expect(verdict).toMatchObject({ trusted: true, anchored: true, findings: [], sent: [0, 1, undefined] });
    expect(subjects(verdict.path)).toEqual(['CN=shop.example', 'CN=Test Intermediate', 'CN=Test Root']);
  });

  it('may have its root sent too, be out of order, and have extras', () => {
    const extra = issue({ name: 'Stranger', ca: {} });
    const verdict = validate([leaf.der, root.der, extra.der, intermediate.der], [root.der]);
    expect(verdict).toMatchObject({ trusted: true, sent: [0, 3, 1] });
  });

  it('may end in an intermediate that is trusted', () => {
    expect(validate([leaf.der, intermediate.der], [intermediate.der])).toMatchObject({ trusted: true, sent: [0, 1] });
    expect(validate([leaf.der], [intermediate.der])).toMatchObject({ trusted: true, sent: [0, undefined] });
  });

  it('may be one self-signed certificate that is trusted', () => {
    const single = issue({ name: 'shop.example', names: ['shop.example'] });
    expect(validate([single.der], [single.der])).toMatchObject({ trusted: true, sent: [0], anchored: true });
  });

  it.each(['rsa', 'rsa-pss', 'secp256r1', 'secp384r1', 'secp521r1', 'ed25519', 'ed448'] as const)(
    'may be signed with %s',
    (type) => {
      expect(judge({ root: { type }, intermediate: { type }, leaf: { type } })).toMatchObject({ trusted: true });
    },
  );

  it('may be RSA keys signing with PSS', () => {
    const change = { type: 'rsa', scheme: 'rsa_pss_rsae_sha384' } as const;
    expect(judge({ root: change, intermediate: change, leaf: change })).toMatchObject({ trusted: true });
  });

  it('is found past an expired cross-sign, a re-keyed issuer and a loop', () => {
    const otherRoot = issue({ name: 'Other Root', ca: {} });
    const expired = issue({ name: 'Test Intermediate', by: otherRoot, ca: {}, notAfter: NOW - 1000 });
    const rekeyed = issue({ name: 'Test Intermediate', by: root, ca: {}, type: 'secp384r1' });
    const loop = issue({ name: 'Test Root', by: intermediate, ca: {} });
    const sent = [leaf, expired, rekeyed, loop, intermediate].map((one) => one.der);
    const verdict = validate(sent, [otherRoot.der, root.der]);
    expect(verdict).toMatchObject({ trusted: true, sent: [0, 4, undefined] });
  });

  it('may lead to a root of version 1, which can not say that it is a CA', () => {
    const outer = new DerReader(root.der).sequence('Certificate');
    const fields = outer.sequence('tbsCertificate');
    fields.any('version');
    const kept = Array.from({ length: 6 }, () => fields.any('field').der);
    // Nobody verifies the signature of what is trusted.
    const old = der.sequence(
      der.sequence(...kept),
      outer.any('signatureAlgorithm').der,
      der.bitString(new Uint8Array(8)),
    );
    expect(parseCertificate(old).version).toBe(1);
    expect(validate([leaf.der, intermediate.der], [old])).toMatchObject({ trusted: true });
    expect(codes(validate([leaf.der, intermediate.der, old], []))).toContain('ISSUER_NOT_CA@2');
  });

  it('may be for any purpose', () => {
    expect(judge({ leaf: { extendedKeyUsage: [OID.anyExtendedKeyUsage] } })).toMatchObject({ trusted: true });
    expect(judge({ leaf: { extendedKeyUsage: [] } })).toMatchObject({ trusted: true });
  });

  it('is valid to its last second', () => {
    expect(validate([leaf.der, intermediate.der], [root.der], { at: NOW + DAY + 999 }).trusted).toBe(true);
    expect(validate([leaf.der, intermediate.der], [root.der], { at: NOW - DAY }).trusted).toBe(true);
  });

  it('needs no name for a client', () => {
    const change = { leaf: { extendedKeyUsage: [OID.clientAuth] } };
    expect(judge(change, { purpose: 'client', name: undefined })).toMatchObject({ trusted: true });
  });
});

describe('one fault, one finding', () => {
  it.each<[string, Parameters<typeof chainOf>[0], string]>([
    ['an expired leaf', { leaf: { notAfter: NOW - 1000 } }, 'CERT_EXPIRED@0'],
    ['an expired intermediate', { intermediate: { notAfter: NOW - 1000 } }, 'CERT_EXPIRED@1'],
    ['an expired root', { root: { notAfter: NOW - 1000 } }, 'CERT_EXPIRED@2'],
    ['a leaf of tomorrow', { leaf: { notBefore: NOW + 1000 } }, 'CERT_NOT_YET_VALID@0'],
    ['another name', { leaf: { names: ['mail.example'] } }, 'NAME_MISMATCH@0'],
    ['no name', { leaf: { names: [] } }, 'NAME_MISMATCH@0'],
    [
      'an issuer that is no CA',
      { intermediate: { extraExtensions: [{ oid: OID.basicConstraints, critical: true, value: der.sequence() }] } },
      'ISSUER_NOT_CA@1',
    ],
    ['an issuer whose key may not sign certificates', { intermediate: { keyUsage: ['cRLSign'] } }, 'ISSUER_NOT_CA@1'],
    ['a root that allows no CA below it', { root: { ca: { pathLength: 0 } } }, 'PATH_LENGTH_EXCEEDED@2'],
    ['a leaf for clients', { leaf: { extendedKeyUsage: [OID.clientAuth] } }, 'CERT_WRONG_PURPOSE@0'],
    ['an intermediate for clients', { intermediate: { extendedKeyUsage: [OID.clientAuth] } }, 'CERT_WRONG_PURPOSE@1'],
    ['an unknown critical extension', { leaf: critical('1.2.3') }, 'CERT_UNKNOWN_EXTENSION@0'],
    ['a precertificate', { leaf: critical(OID.precertificatePoison) }, 'CERT_UNKNOWN_EXTENSION@0'],
    [
      'SHA-1',
      { intermediate: { type: 'rsa' }, leaf: { scheme: 'rsa_pkcs1_sha1', key: forger } },
      'CERT_SIGNATURE_WEAK@0',
    ],
  ])('%s', (_, change, finding) => {
    const verdict = judge(change);
    expect(codes(verdict)).toEqual([finding]);
    expect(verdict.trusted).toBe(false);
    expect(verdict.anchored).toBe(true);
    expect(verdict.findings[0]?.spec).toMatch(/^RFC \d+ section \d/);
  });

  it('proves expiry by the bytes of notAfter', () => {
    const chain = chainOf({ leaf: { notAfter: NOW - 1000 } });
    const [finding] = validate([chain.leaf.der, chain.intermediate.der], [chain.root.der]).findings;
    expect(finding).toMatchObject({ code: 'CERT_EXPIRED', depth: 0, sent: 0 });
    expect(finding?.span && chain.leaf.der.subarray(finding.span.start, finding.span.end)).toEqual(
      der.time(NOW - 1000),
    );
    expect(finding?.message).toBe('CN=shop.example: expired at 2026-11-23T11:59:59Z, and it is 2026-11-23T12:00:00Z');
  });

  it('says what the leaf presents instead', () => {
    const [finding] = judge({ leaf: { names: ['shopp.example'] } }).findings;
    expect(finding?.identity?.nearMisses).toContainEqual({ text: 'shopp.example', reason: 'similar' });
  });

  it('does not count self-issued certificates towards a path length', () => {
    const rolled = issue({ name: 'Test Root', by: root, type: 'secp384r1', ca: { pathLength: 1 } });
    const below = issue({ name: 'Test Intermediate', by: rolled, ca: {} });
    const end = issue({ name: 'shop.example', by: below, names: ['shop.example'] });
    const narrow = issue({ name: 'Test Root', ca: { pathLength: 1 } });
    expect(codes(validate([end.der, below.der, rolled.der], [narrow.der]))).toEqual([]);
  });
});

describe('where a chain ends', () => {
  it('nobody: a self-signed leaf', () => {
    const single = issue({ name: 'shop.example', names: ['shop.example'] });
    expect(codes(validate([single.der], [root.der]))).toEqual(['CERT_SELF_SIGNED@0']);
  });

  it('a private root that was sent', () => {
    const verdict = validate([leaf.der, intermediate.der, root.der], []);
    expect(codes(verdict)).toEqual(['ROOT_UNTRUSTED@2']);
    expect(verdict.anchored).toBe(false);
  });

  it('an issuer that nobody has', () => {
    expect(codes(validate([leaf.der], [root.der]))).toEqual(['UNKNOWN_ISSUER@0']);
    expect(codes(validate([leaf.der, intermediate.der], []))).toEqual(['UNKNOWN_ISSUER@1']);
  });

  it('an issuer that is published', () => {
    const value = encodeAuthorityInfoAccess({ ocsp: [], caIssuers: ['http://ca.example/\u001b[2J'] });
    const chain = chainOf({ leaf: { extraExtensions: [{ oid: OID.authorityInfoAccess, critical: false, value }] } });
    const { findings } = validate([chain.leaf.der], [chain.root.der]);
    expect(findings).toMatchObject([{ code: 'CHAIN_INCOMPLETE', caIssuers: ['http://ca.example/\u001b[2J'] }]);
    expect(findings[0]?.message).toContain('whether http://ca.example/\\u{1b}[2J leads to a trusted root is not known');
  });

  it('a leaf that is trusted but not self-signed still needs its CA', () => {
    expect(codes(validate([leaf.der], [leaf.der]))).toEqual(['UNKNOWN_ISSUER@0']);
  });

  it('somebody else of the same name', () => {
    const other = issue({ name: 'Test Root', type: 'secp384r1', ca: {} });
    expect(codes(validate([leaf.der, intermediate.der], [other.der]))).toEqual(['UNKNOWN_ISSUER@1']);
  });

  it('somebody of the same name whose key did not sign, with nothing to tell them apart', () => {
    const noKeyId = {
      extraExtensions: [{ oid: OID.subjectKeyIdentifier, critical: false, value: der.octetString(new Uint8Array(20)) }],
    };
    const bare = issue({ name: 'Test Root', ca: {}, subjectPublicKey: keyOf('another').spki, ...noKeyId });
    const chain = chainOf({ root: noKeyId });
    const verdict = validate([chain.leaf.der, chain.intermediate.der], [bare.der]);
    expect(codes(verdict)).toEqual(['CERT_SIGNATURE_INVALID@1']);
    expect(verdict.anchored).toBe(true);
  });
});

describe('signatures', () => {
  it('by a key of another type under the name of the issuer', () => {
    const noKeyId = { extraExtensions: [{ oid: OID.authorityKeyIdentifier, critical: false, value: der.sequence() }] };
    const chain = chainOf({ intermediate: noKeyId });
    const other = issue({ name: 'Test Root', ca: {}, type: 'ed25519' });
    expect(codes(validate([chain.leaf.der, chain.intermediate.der], [other.der]))).toEqual([
      'CERT_SIGNATURE_INVALID@1',
    ]);
  });

  it('over changed bytes', () => {
    const bytes = Uint8Array.from(leaf.der);
    const { spans } = parseCertificate(leaf.der);
    bytes[spans.serial.end - 1] = (bytes[spans.serial.end - 1] ?? 0) ^ 1;
    const verdict = validate([bytes, intermediate.der], [root.der]);
    expect(codes(verdict)).toEqual(['CERT_SIGNATURE_INVALID@0']);
    expect(verdict.findings[0]?.span).toEqual(spans.signature);
  });

  it('by another algorithm than what is signed says', () => {
    const fields = new DerReader(leaf.der).sequence('Certificate');
    const parts = [fields.any('tbs').der, fields.any('algorithm').der, fields.any('signature').der];
    const swapped = der.sequence(
      parts[0] ?? leaf.der,
      der.sequence(der.oid(OID.ecdsaWithSHA384)),
      parts[2] ?? leaf.der,
    );
    expect(codes(validate([swapped, intermediate.der], [root.der]))).toEqual([
      'CERT_SIGNATURE_INVALID@0',
      'SIGNATURE_ALGORITHM_MISMATCH@0',
    ]);
  });

  it('by a key that the provider refuses', () => {
    const bad = issue({
      name: 'Test Intermediate',
      by: root,
      ca: {},
      subjectPublicKey: der.sequence(
        der.sequence(der.oid('1.2.3')),
        der.bitString(keyOf('Test Intermediate').spki.subarray(-65)),
      ),
    });
    expect(codes(validate([leaf.der, bad.der], [root.der]))).toEqual(['CERT_KEY_UNSUPPORTED@0']);
  });
});

it('finds everything that is wrong, the gravest first', () => {
  const verdict = judge({
    root: { ca: { pathLength: 0 } },
    intermediate: { notAfter: NOW - 1000, keyUsage: ['cRLSign'] },
    leaf: { notAfter: NOW - 1000, names: ['mail.example'], extendedKeyUsage: [OID.clientAuth], ...critical('1.2.3') },
  });
  expect(codes(verdict)).toEqual([
    'CERT_EXPIRED@0',
    'CERT_EXPIRED@1',
    'NAME_MISMATCH@0',
    'ISSUER_NOT_CA@1',
    'PATH_LENGTH_EXCEEDED@2',
    'CERT_WRONG_PURPOSE@0',
    'CERT_UNKNOWN_EXTENSION@0',
  ]);
});

describe('what was sent', () => {
  it('nothing', () => {
    expect(validate([], [root.der])).toMatchObject({ trusted: false, path: [], findings: [{ code: 'CERT_MISSING' }] });
  });

  it('a leaf that is none', () => {
    const verdict = validate([Uint8Array.of(1), intermediate.der], [root.der]);
    expect(codes(verdict)).toEqual(['CERT_MALFORMED@0']);
    expect(verdict.path).toEqual([]);
  });

  it('another certificate that is none, in a chain that does without', () => {
    const verdict = validate([leaf.der, intermediate.der, Uint8Array.of(0x30, 0)], [root.der]);
    expect(verdict.findings).toMatchObject([{ code: 'CERT_MALFORMED', depth: undefined, sent: 2 }]);
    expect(verdict.trusted).toBe(false);
    expect(verdict.anchored).toBe(true);
  });

  it('too many certificates', () => {
    const sent = [leaf.der, ...Array.from({ length: 64 }, () => intermediate.der)];
    expect(codes(validate(sent, [root.der]))).toEqual(['CHAIN_LIMIT_EXCEEDED@-']);
  });
});

describe('certificates found elsewhere', () => {
  it('may stand in the path', () => {
    const verdict = validate([leaf.der], [root.der], { fetched: [root.der, intermediate.der] });
    expect(verdict).toMatchObject({
      trusted: true,
      sent: [0, undefined, undefined],
      fetched: [undefined, 1, undefined],
      findings: [],
    });
  });

  it('keep their place where they were sent too, and are no roots', () => {
    const verdict = validate([leaf.der, intermediate.der], [root.der], { fetched: [intermediate.der, leaf.der] });
    expect(verdict).toMatchObject({
      trusted: true,
      sent: [0, 1, undefined],
      fetched: [undefined, undefined, undefined],
    });
    expect(validate([leaf.der], [], { fetched: [intermediate.der, root.der] })).toMatchObject({
      trusted: false,
      fetched: [undefined, 0, 1],
      findings: [{ code: 'ROOT_UNTRUSTED', depth: 2, sent: undefined }],
    });
  });

  it('are passed over where they do not parse, and where there are too many', () => {
    const broken = der.sequence(der.integer(1));
    expect(validate([leaf.der], [root.der], { fetched: [broken, intermediate.der] }).trusted).toBe(true);
    const strangers = Array.from({ length: 64 }, (_, index) => issue({ name: `Stranger ${index}`, ca: {} }).der);
    expect(validate([leaf.der], [root.der], { fetched: [...strangers, intermediate.der] }).trusted).toBe(false);
  });

  it('are not the leaf', () => {
    expect(codes(validate([], [root.der], { fetched: [leaf.der, intermediate.der] }))).toEqual(['CERT_MISSING@-']);
  });
});
