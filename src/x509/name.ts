import { type DerElement, DerReader, decodeString, der, OID, type OidName, TAG } from '../asn1/index.ts';
import { equal, type Span, toHex } from '../bytes/index.ts';
import { asX509 } from './error.ts';
import { printable } from './printable.ts';

/** One attribute of a distinguished name. */
export interface Attribute {
  readonly oid: string;
  /** The text of a string value; `undefined` when the value is not a well-formed string. Hostile: not safe to show. */
  readonly value: string | undefined;
  /** The value's whole DER element. */
  readonly der: Uint8Array;
}

/** A distinguished name (RFC 5280 section 4.1.2.4). Names are compared with {@link sameName}. */
export interface Name {
  readonly der: Uint8Array;
  readonly span: Span;
  /** Every relative distinguished name, as encoded: the most general first. */
  readonly rdns: readonly (readonly Attribute[])[];
  /** As RFC 4514 writes it: the most specific first. Safe to show. */
  readonly text: string;
}

/** Reads a Name. @throws DerError */
export function decodeName(element: DerElement): Name {
  const rdns: Attribute[][] = [];
  for (const list = element.reader(); list.remaining > 0; ) {
    rdns.push(decodeRdn(list.next(TAG.set, 'RelativeDistinguishedName')));
  }
  return { der: element.der, span: element.span, rdns, text: formatName(rdns) };
}

/** Reads the attributes of a RelativeDistinguishedName, whatever its tag is. @throws DerError */
export function decodeRdn(set: DerElement): Attribute[] {
  const rdn: Attribute[] = [];
  for (const attributes = set.reader(); attributes.remaining > 0; ) {
    const attribute = attributes.sequence('AttributeTypeAndValue');
    const oid = attribute.next(TAG.oid, 'AttributeType').oid();
    const value = attribute.any('AttributeValue');
    attribute.end('AttributeTypeAndValue');
    rdn.push({ oid, value: decodeString(value.tag, value.content), der: value.der });
  }
  if (rdn.length === 0) throw set.error('has no attribute');
  return rdn;
}

/** Reads a Name that stands alone. @throws X509Error */
export function parseName(name: Uint8Array): Name {
  return asX509(() => {
    const reader = new DerReader(name);
    const element = reader.next(TAG.sequence, 'Name');
    reader.end('Name');
    return decodeName(element);
  });
}

/** The first value of the attribute `oid`, the most specific relative distinguished name first. Not safe to show. */
export function attributeOf(name: Name, oid: string): string | undefined {
  for (let i = name.rdns.length - 1; i >= 0; i--) {
    const found = name.rdns[i]?.find((attribute) => attribute.oid === oid);
    if (found?.value !== undefined) return found.value;
  }
  return undefined;
}

/** Attribute types and their values, the most general first. */
export type NameInput = Readonly<Partial<Record<OidName, string>>>;

/** A Name of single-valued relative distinguished names in the order of `input`. */
export function encodeName(input: NameInput): Uint8Array {
  const rdns = Object.entries(input).map(([name, value]) => {
    const oid = OID[name as OidName];
    return der.set(der.sequence(der.oid(oid), encodeValue(oid, value)));
  });
  return der.sequence(...rdns);
}

/** RFC 5280 appendix A.1 prescribes the type of these; section 4.1.2.4 wants UTF8String for the others. */
function encodeValue(oid: string, value: string): Uint8Array {
  if (oid === OID.countryName || oid === OID.serialNumber) return der.printableString(value);
  if (oid === OID.domainComponent || oid === OID.emailAddress) return der.ia5String(value);
  return der.utf8String(value);
}

/** Short names: RFC 4514 section 3, and what everybody prints for the other common types. */
const KEYWORDS: ReadonlyMap<string, string> = new Map([
  [OID.commonName, 'CN'],
  [OID.localityName, 'L'],
  [OID.stateOrProvinceName, 'ST'],
  [OID.organizationName, 'O'],
  [OID.organizationalUnitName, 'OU'],
  [OID.countryName, 'C'],
  [OID.streetAddress, 'street'],
  [OID.domainComponent, 'DC'],
  [OID.userId, 'UID'],
  [OID.emailAddress, 'emailAddress'],
  [OID.serialNumber, 'serialNumber'],
  [OID.surname, 'SN'],
  [OID.givenName, 'GN'],
  [OID.title, 'title'],
  [OID.businessCategory, 'businessCategory'],
  [OID.postalCode, 'postalCode'],
  [OID.organizationIdentifier, 'organizationIdentifier'],
]);

function formatName(rdns: readonly (readonly Attribute[])[]): string {
  return rdns
    .map((rdn) => rdn.map(formatAttribute).join('+'))
    .reverse()
    .join(',');
}

/** RFC 4514 section 2.3: a type without a short name, or a value that is no string, is written as its DER. */
function formatAttribute({ oid, value, der }: Attribute): string {
  const keyword = KEYWORDS.get(oid);
  if (keyword === undefined || value === undefined) return `${keyword ?? oid}=#${toHex(der)}`;
  return `${keyword}=${escapeValue(value)}`;
}

/** RFC 4514 section 2.4, and nothing that could fool who reads it. */
function escapeValue(value: string): string {
  return printable(value.replace(/^[ #]|[",+;<>\\]| $/g, '\\$&').replaceAll('\0', '\\00'));
}

const KEYS = new WeakMap<Name, readonly string[]>();

/**
 * Relative distinguished names in a form that is equal where RFC 5280 section 7.1 has them equal: texts without
 * regard to case, to how much space there is and to the string type; other values as they are encoded.
 */
export function rdnKeys(name: Name): readonly string[] {
  let keys = KEYS.get(name);
  if (keys === undefined) {
    keys = name.rdns.map(rdnKey);
    KEYS.set(name, keys);
  }
  return keys;
}

/** The key of one relative distinguished name: see {@link rdnKeys}. */
export function rdnKey(rdn: readonly Attribute[]): string {
  const parts = rdn.map(({ oid, value, der }) =>
    value === undefined ? `${oid}#${toHex(der)}` : `${oid}=${folded(value)}`,
  );
  return parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts.sort());
}

/** Whether two names are the same (RFC 5280 section 7.1). */
export function sameName(a: Name, b: Name): boolean {
  if (equal(a.der, b.der)) return true;
  const [left, right] = [rdnKeys(a), rdnKeys(b)];
  return left.length === right.length && left.every((key, index) => key === right[index]);
}

/** RFC 4518 as far as names of certificates need it. */
function folded(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replace(/\s+/gu, ' ');
}
