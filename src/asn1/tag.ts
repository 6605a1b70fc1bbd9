/** Identifier octets (X.690 section 8.1.2) of the universal types that X.509 uses. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The identifier octet of the context-specific tag `[number]`; explicit tags and structured types are constructed. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** An identifier octet as error messages print it: `SEQUENCE`-like names for universal types, `[0]` for context tags. */
export function tagName(tag: number): string {
  if (tag >> 6 === 2) return `[${tag & 0x1f}]`;
  for (const [name, value] of Object.entries(TAG)) if (value === tag) return name;
  return `tag 0x${tag.toString(16).padStart(2, '0')}`;
}
