import { describe, expect, it, test } from 'vitest';
import { chainOf, codes, issue, type Request, validate } from '../../test/x509/support.ts';
import { DerReader, der, OID } from '../asn1/index.ts';
import { concat, EMPTY, fromHex } from '../bytes/index.ts';
import { decodeNameConstraints } from './extensions/name-constraints.ts';
import { encodeName, type NameInput } from './name.ts';

const dns = (text: string) => der.implicit(2, der.ia5String(text));
const email = (text: string) => der.implicit(1, der.ia5String(text));
const uri = (text: string) => der.implicit(6, der.ia5String(text));
const ip = (hex: string) => der.implicit(7, der.octetString(fromHex(hex)));
const directory = (name: NameInput) => der.explicit(4, encodeName(name));
const registered = (oid: string) => der.implicit(8, der.oid(oid));

function subtrees(number: number, bases: readonly Uint8Array[]): Uint8Array {
  return bases.length === 0 ? EMPTY : der.implicit(number, der.sequence(...bases.map((base) => der.sequence(base))));
}

function constraining(permitted: readonly Uint8Array[], excluded: readonly Uint8Array[] = []): Partial<Request> {
  const value = der.sequence(subtrees(0, permitted), subtrees(1, excluded));
  return { extraExtensions: [{ oid: OID.nameConstraints, critical: true, value }] };
}

function presenting(...names: readonly Uint8Array[]): Partial<Request> {
  return { extraExtensions: [{ oid: OID.subjectAltName, critical: false, value: der.sequence(...names) }] };
}

/** The findings of a leaf with these names under an intermediate with these constraints. */
function judge(intermediate: Partial<Request>, leaf: Partial<Request>): string[] {
  const chain = chainOf({ intermediate, leaf });
  return codes(validate([chain.leaf.der, chain.intermediate.der], [chain.root.der], { name: undefined }));
}

const VIOLATED = ['NAME_CONSTRAINTS_VIOLATED@0'];

test.each<[string, Uint8Array, Uint8Array, boolean]>([
  ['the host itself', dns('shop.example'), dns('shop.example'), true],
  ['a host below', dns('shop.example'), dns('A.Shop.Example'), true],
  ['a name that only ends the same', dns('shop.example'), dns('myshop.example'), false],
  ['another name', dns('shop.example'), dns('shop.test'), false],
  ['any name', dns(''), dns('shop.test'), true],
  ['below a leading dot', dns('.shop.example'), dns('a.shop.example'), true],
  ['a leading dot and the host itself', dns('.shop.example'), dns('shop.example'), false],
  ['a wildcard below', dns('shop.example'), dns('*.shop.example'), true],
  ['a wildcard that is wider', dns('a.shop.example'), dns('*.shop.example'), false],
  ['what is no name', dns('shop.example'), dns('a..shop.example'), false],
  ['an address in a net', ip('0a000000 ff000000'), ip('0a010203'), true],
  ['an address of another net', ip('0a000000 ff000000'), ip('0b010203'), false],
  [
    'IPv6',
    ip('20010db8000000000000000000000000 ffffffff000000000000000000000000'),
    ip(`20010db8${'00'.repeat(12)}`),
    true,
  ],
  ['IPv4 under IPv6', ip('20010db8000000000000000000000000 ffffffff000000000000000000000000'), ip('20010db8'), false],
  ['a mailbox', email('a@shop.example'), email('a@Shop.Example'), true],
  ['another mailbox', email('a@shop.example'), email('A@shop.example'), false],
  ['a mailbox of a host', email('shop.example'), email('a@shop.example'), true],
  ['a mailbox of a host below', email('shop.example'), email('a@b.shop.example'), false],
  ['a mailbox below a domain', email('.shop.example'), email('a@b.shop.example'), true],
  ['a mailbox of the domain itself', email('.shop.example'), email('a@shop.example'), false],
  ['a mailbox without a host', email('shop.example'), email('shop.example'), false],
  ['a mailbox with two', email('shop.example'), email('a@b@shop.example'), false],
  ['a URI', uri('shop.example'), uri('https://u@shop.example:443/x'), true],
  ['a URI of a host below', uri('shop.example'), uri('https://a.shop.example/'), false],
  ['a URI below a domain', uri('.shop.example'), uri('https://a.shop.example'), true],
  ['a URI with an address', uri('shop.example'), uri('https://192.0.2.1/'), false],
  ['a URI without a host', uri('shop.example'), uri('urn:shop.example'), false],
])('permits %s: %s', (_, base, name, isPermitted) => {
  expect(judge(constraining([base]), presenting(name))).toEqual(isPermitted ? [] : VIOLATED);
  // What is within is excluded; what can not be told to be outside is too.
  expect(judge(constraining([], [base]), presenting(name)).length > 0 || !isPermitted).toBe(true);
});

describe('name constraints', () => {
  it('exclude what a wildcard stands for', () => {
    expect(judge(constraining([], [dns('a.shop.example')]), presenting(dns('*.shop.example')))).toEqual(VIOLATED);
    expect(judge(constraining([], [dns('a.shop.example')]), presenting(dns('b.shop.example')))).toEqual([]);
  });

  it('exclude before they permit, and leave other kinds alone', () => {
    const both = constraining([dns('example')], [dns('shop.example')]);
    expect(judge(both, presenting(dns('a.shop.example')))).toEqual(VIOLATED);
    expect(judge(both, presenting(dns('a.example'), ip('7f000001')))).toEqual([]);
  });

  it('bind the subject, without regard to case and spaces', () => {
    const named = (name: string): Partial<Request> => ({ subject: { organizationName: name, commonName: 'x' } });
    const org = constraining([directory({ organizationName: 'Shop Inc' })]);
    expect(judge(org, named('shop  INC'))).toEqual([]);
    expect(judge(org, named('Shop Ltd'))).toEqual(VIOLATED);
    expect(judge(constraining([], [directory({ organizationName: 'Shop Inc' })]), named('Shop Inc'))).toEqual(VIOLATED);
  });

  it('bind a mailbox in the subject where subjectAltName has none', () => {
    const subject = { emailAddress: 'a@shop.test' };
    expect(judge(constraining([email('shop.example')]), { subject })).toEqual(VIOLATED);
    expect(judge(constraining([email('shop.example')]), { subject, ...presenting(email('a@shop.example')) })).toEqual(
      [],
    );
  });

  it('of a kind that is not evaluated are not passed over', () => {
    const id = registered('1.2.3');
    expect(judge(constraining([id]), presenting(id))).toEqual(['NAME_CONSTRAINTS_UNSUPPORTED@0']);
    expect(judge(constraining([id]), presenting(dns('shop.example')))).toEqual([]);
  });

  it('bind intermediates too, unless they are self-issued', () => {
    const root = issue({ name: 'Root', ca: {}, ...constraining([directory({ organizationName: 'Shop' })]) });
    const middle = issue({ name: 'Other', by: root, ca: {} });
    const leaf = issue({ name: 'shop.example', by: middle, subject: { organizationName: 'Shop' } });
    const verdict = validate([leaf.der, middle.der], [root.der], { name: undefined });
    expect(codes(verdict)).toEqual(['NAME_CONSTRAINTS_VIOLATED@1']);
    const again = issue({ name: 'New key', subject: { commonName: 'Root' }, by: root, ca: {} });
    const below = issue({ name: 'shop.example', by: again, subject: { organizationName: 'Shop' } });
    expect(codes(validate([below.der, again.der], [root.der], { name: undefined }))).toEqual([]);
  });

  it('are listed for some names of many', () => {
    const names = Array.from({ length: 30 }, (_, index) => dns(`h${index}.test`));
    expect(judge(constraining([dns('example')]), presenting(...names))).toHaveLength(8);
    expect(judge(constraining([dns('a'), dns('b'), dns('c'), dns('d')]), presenting(dns('e')))).toEqual(VIOLATED);
  });

  it('are compared within a limit', () => {
    const many = Array.from({ length: 1100 }, (_, index) => dns(`h${index}.example`));
    expect(judge(constraining([], many), presenting(...many))).toEqual(['CHAIN_LIMIT_EXCEEDED@0']);
  });
});

test.each<[string, Uint8Array, string]>([
  ['nothing', der.sequence(), 'constrains nothing'],
  ['no base', der.sequence(der.implicit(0, der.sequence())), 'is empty'],
  [
    'a minimum',
    der.sequence(der.implicit(0, der.sequence(der.sequence(dns('a'), der.implicit(0, der.integer(1)))))),
    'is not 0',
  ],
  [
    'a maximum',
    der.sequence(der.implicit(0, der.sequence(der.sequence(dns('a'), der.implicit(1, der.integer(1)))))),
    'after its end',
  ],
  ['an address without mask', der.sequence(subtrees(0, [ip('7f000001')])), 'an iPAddress of 4 bytes'],
  ['a mask with a hole', der.sequence(subtrees(0, [ip('7f000001 ff00ff00')])), 'a mask that is no prefix'],
  ['a mask with a hole in a byte', der.sequence(subtrees(0, [ip('7f000001 f5000000')])), 'a mask that is no prefix'],
])('%s is malformed', (_, value, message) => {
  expect(() => decodeNameConstraints(new DerReader(concat([value])))).toThrow(message);
});

test('a minimum of 0 may be written out', () => {
  const base = der.sequence(dns('a'), der.implicit(0, der.integer(0)));
  const value = der.sequence(der.implicit(0, der.sequence(base)));
  expect(decodeNameConstraints(new DerReader(value)).permitted).toHaveLength(1);
});
