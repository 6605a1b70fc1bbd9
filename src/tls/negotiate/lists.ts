/** The first of `preferred` that `offered` has too. */
export function firstCommon<T>(preferred: readonly T[], offered: readonly T[]): T | undefined {
  return preferred.find((item) => offered.includes(item));
}

/** Names that an error quotes; a peer may offer tens of thousands. */
const MAX_QUOTED = 32;

/** Names in a sentence, as many as one can read. */
export function listed(names: readonly string[]): string {
  const quoted = names.slice(0, MAX_QUOTED).join(', ');
  return names.length <= MAX_QUOTED ? quoted : `${quoted} and ${names.length - MAX_QUOTED} more`;
}
