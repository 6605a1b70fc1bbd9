import { describe, expect, it } from 'vitest';
import { issue } from '../../test/x509/support.ts';
import { der, OID } from '../asn1/index.ts';
import { fromAscii } from '../bytes/index.ts';
import { type IdentityMatch, matchIdentity, type NearMissReason, referenceIdentity } from './identity.ts';
import { parseCertificate } from './parse.ts';

function match(reference: string, names: readonly string[], commonName = 'someone'): IdentityMatch {
  const { der: bytes } = issue({ name: commonName, type: 'ed25519', names });
  return matchIdentity(parseCertificate(bytes), referenceIdentity(reference));
}

/** As `match`, for DNS names that a sane issuer would not write. */
function matchRaw(reference: string, ...names: readonly Uint8Array[]): IdentityMatch {
  const value = der.sequence(...names.map((name) => der.implicit(2, der.octetString(name))));
  const extraExtensions = [{ oid: OID.subjectAltName, critical: false, value }];
  const { der: bytes } = issue({ name: 'someone', type: 'ed25519', extraExtensions });
  return matchIdentity(parseCertificate(bytes), referenceIdentity(reference));
}

describe('a match (RFC 9525 section 6)', () => {
  it.each([
    ['shop.example', ['shop.example']],
    ['SHOP.example.', ['Shop.Example']],
    ['b.example', ['a.example', 'b.example']],
    ['a.shop.example', ['*.shop.example']],
    ['xn--mller-kva.shop.example', ['*.shop.example']],
    ['xn--mller-kva.example', ['xn--mller-kva.example']],
    ['under_score.shop.example', ['under_score.shop.example']],
    ['localhost', ['localhost']],
    ['192.0.2.1', ['a.example', '192.0.2.1']],
    ['2001:db8:0::1', ['2001:DB8::1']],
  ])('%s is in %j', (reference, names) => {
    const { matched, presented, nearMisses } = match(reference, names);
    expect(matched?.text).toBeDefined();
    expect(presented).toContain(matched);
    expect(presented).toHaveLength(names.length);
    expect(nearMisses).toEqual([]);
  });
});

describe('no match', () => {
  it.each<[string, string[], NearMissReason?]>([
    ['shop.example', ['shop.example.org']],
    ['shop.example', ['*.shop.example'], 'wildcard_one_label'],
    ['a.b.shop.example', ['*.shop.example'], 'wildcard_one_label'],
    ['shop.example', ['*.example'], 'wildcard_form'],
    ['shop.example', ['*']],
    ['foo.shop.example', ['f*.shop.example'], 'wildcard_form'],
    ['a.b.shop.example', ['a.*.shop.example'], 'wildcard_form'],
    ['a.b.shop.example', ['*.*.shop.example'], 'wildcard_form'],
    ['www.shop.example', ['shop.example'], 'www'],
    ['shop.example', ['www.shop.example'], 'www'],
    ['shopp.example', ['shop.example'], 'similar'],
    ['shpo.example', ['shop.example'], 'similar'],
    ['shop.exampel', ['other.example', 'shop.example'], 'similar'],
    ['mail.example', ['shop.example']],
    ['192.0.2.1', ['192.0.2.2']],
    ['192.0.2.1', ['::ffff:192.0.2.1']],
  ])('%s is not in %j: %s', (reference, names, reason) => {
    const { matched, nearMisses } = match(reference, names);
    expect(matched).toBeUndefined();
    expect(nearMisses.map((miss) => miss.reason)).toEqual(reason === undefined ? [] : [reason]);
  });

  it('tells of the common name only where no other DNS name is, as those do who look at it', () => {
    expect(match('shop.example', ['other.test'], 'shop.example').nearMisses).toEqual([]);
  });

  it('does not ask the common name', () => {
    const { matched, presented, nearMisses } = match('shop.example', [], 'shop.example');
    expect(matched).toBeUndefined();
    expect(presented).toEqual([]);
    expect(nearMisses).toEqual([{ text: 'shop.example', reason: 'common_name' }]);
  });

  it('does not take an address in a dNSName for an address', () => {
    const { matched, nearMisses } = matchRaw('192.0.2.1', fromAscii('192.0.2.1'));
    expect(matched).toBeUndefined();
    expect(nearMisses).toEqual([{ text: '192.0.2.1', reason: 'ip_as_dns' }]);
  });

  it('does not take other kinds of name for DNS names', () => {
    const value = der.sequence(
      der.implicit(6, der.ia5String('shop.example')),
      der.implicit(1, der.ia5String('shop.example')),
    );
    const extraExtensions = [{ oid: OID.subjectAltName, critical: false, value }];
    const certificate = parseCertificate(issue({ name: 'someone', type: 'ed25519', extraExtensions }).der);
    const { matched, presented } = matchIdentity(certificate, referenceIdentity('shop.example'));
    expect(matched).toBeUndefined();
    expect(presented.map(({ type, text }) => [type, text])).toEqual([
      ['uri', 'shop.example'],
      ['email', 'shop.example'],
    ]);
  });
});

describe('hostile names', () => {
  it.each([
    'shop.example\0.evil.example',
    'shop.example\n',
    ' shop.example',
    'shop.example.',
    '*.',
    '*..example',
    '',
    '.',
  ])('%j matches nothing', (name) => {
    const { matched, presented } = matchRaw('shop.example', fromAscii(name));
    expect(matched).toBeUndefined();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may come through
    expect(presented[0]?.text).not.toMatch(/[\u0000-\u001f]/);
  });

  it('are compared in bounded time, and few of them are reported', () => {
    const name = fromAscii(`*.${'a.'.repeat(2000)}example`);
    const many = Array.from({ length: 500 }, () => name);
    const near = Array.from({ length: 500 }, (_, index) => fromAscii(`shop${index % 10}.example`));
    const start = performance.now();
    const { nearMisses } = matchRaw('shop.example', ...many, ...near);
    expect(performance.now() - start).toBeLessThan(2000);
    expect(nearMisses).toHaveLength(5);
  });
});

it.each([
  '',
  '.',
  'a..example',
  '-a.example',
  'a-.example',
  'müller.example',
  'a b',
  '*.example',
  'a'.repeat(64),
  'a/b',
  '[::1]',
])('%j can not be asked for', (text) => {
  expect(() => referenceIdentity(text)).toThrow(RangeError);
});
