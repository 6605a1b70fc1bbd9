import { readFileSync } from 'node:fs';

/** The JSON Schema of everything that hellofin writes as JSON. */
export function schemaText(): string {
  return readFileSync(new URL('../../../docs/schema/hellofin-1.json', import.meta.url), 'utf8');
}
