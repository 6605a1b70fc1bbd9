import * as v from 'valibot';
import { InputError, type Run, withFields } from '../diagnose/index.ts';
import { runsDocumentSchema } from './run-schema.ts';

export { runsDocument } from './save.ts';

/**
 * The runs of a file, which may come from anywhere.
 * @param path named in errors
 * @throws InputError for what is not a saved run
 */
export function parseRuns(text: string, path: string): Run[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new InputError(`${path}: not JSON`);
  }
  const parsed = v.safeParse(runsDocumentSchema, document);
  if (!parsed.success) {
    if (isResults(document)) throw new InputError(`${path}: what --json prints; explain reads what --save writes`);
    const [issue] = parsed.issues;
    const at = v.getDotPath(issue) ?? 'document';
    throw new InputError(`${path}: not a run saved by hellofin: ${at}: ${issue.message}`);
  }
  return parsed.output.runs.map(withFields);
}

function isResults(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'results' in document && !('runs' in document);
}
