/** The first of `preferred` that `offered` has too. */
export function firstCommon<T>(preferred: readonly T[], offered: readonly T[]): T | undefined {
  return preferred.find((item) => offered.includes(item));
}
