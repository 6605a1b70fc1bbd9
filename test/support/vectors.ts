import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireVectors } from './peers.ts';

const reported = new Set<string>();

/**
 * The absolute path of a file or folder in the published test data (HELLOFIN_VECTORS), undefined when it is not
 * there. Says once why a test will skip; throws instead where HELLOFIN_REQUIRE=1:
 *
 *     const file = vectors('wycheproof/hmac_sha256_test.json');
 *     describe.skipIf(file === undefined)('HMAC', () => { ... });
 */
export function vectors(path: string): string | undefined {
  const root = requireVectors();
  if (root === undefined) return undefined;
  const full = join(root, path);
  if (existsSync(full)) return full;
  const reason = `${path} is not among the test vectors`;
  if (process.env.HELLOFIN_REQUIRE === '1') throw new Error(`${reason} (HELLOFIN_REQUIRE=1)`);
  if (!reported.has(reason)) console.warn(`skipped: ${reason}`);
  reported.add(reason);
  return undefined;
}

/** One case of a Wycheproof file. Byte strings are hexadecimal. */
export type WycheproofCase<Field extends string> = Readonly<Record<Field, string>> & {
  readonly tcId: number;
  readonly comment?: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
};

/** A Wycheproof file: groups of cases that share a key or parameters. */
export interface Wycheproof<Group, Field extends string> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group & { readonly tests: readonly WycheproofCase<Field>[] })[];
}

/** Reads `wycheproof/<name>_test.json`; as {@link vectors} when it is not there. */
export function wycheproof<Field extends string, Group = unknown>(name: string): Wycheproof<Group, Field> | undefined {
  const path = vectors(`wycheproof/${name}_test.json`);
  return path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'));
}
