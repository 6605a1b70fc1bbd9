import { expect, it } from 'vitest';
import { chainOf, crypto, issue } from '../../test/x509/support.ts';
import { fromHex } from '../bytes/index.ts';
import { parseCertificate } from './parse.ts';
import { RootStore } from './roots.ts';

const { root, intermediate } = chainOf();

it('finds roots by subject, and the very certificate', () => {
  const twin = issue({ name: 'Test Root', ca: {} });
  const store = new RootStore([root.der, intermediate.der, twin.der]);
  const parsed = parseCertificate(root.der);
  expect(store.size).toBe(3);
  expect(store.bySubject(parsed.subject.der).map(({ der }) => der)).toEqual([root.der, twin.der]);
  expect(store.bySubject(fromHex('30 00'))).toEqual([]);
  expect(store.find(parsed)?.der).toBe(root.der);
  expect(store.find(parseCertificate(issue({ name: 'Test Root', ca: {} }).der))).toBeUndefined();
  expect(new RootStore([]).find(parsed)).toBeUndefined();
});

it('parses once and imports the key once', () => {
  const store = new RootStore([root.der]);
  const [first] = store.bySubject(parseCertificate(root.der).subject.der);
  const [second] = store.bySubject(parseCertificate(root.der).subject.der);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  if (first === undefined) return;
  const key = store.publicKey(first, crypto);
  expect(store.publicKey(first, crypto)).toBe(key);
  const other = { ...crypto, importPublicKey: (spki: Uint8Array) => ({ ...crypto.importPublicKey(spki) }) };
  expect(store.publicKey(first, other)).not.toBe(key);
});

it('lets a bug of ours through', () => {
  const store = new RootStore([null as unknown as Uint8Array]);
  expect(() => store.bySubject(fromHex('30 00'))).toThrow(TypeError);
});

it('does not trust what does not parse', () => {
  const cut = root.der.subarray(0, root.der.length - 1);
  const store = new RootStore([fromHex('00'), cut, fromHex('30 02 30 00')]);
  expect(store.bySubject(parseCertificate(root.der).subject.der)).toEqual([]);
});
