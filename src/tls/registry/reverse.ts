/** Turns a registry's name -> code table around, so that a code is looked up in constant time. */
export function reverse<Name extends string>(table: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  const names = new Map<number, Name>();
  for (const name in table) names.set(table[name], name);
  return names;
}
