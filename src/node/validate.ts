/**
 * Options and arguments by their types, as node:tls checks them: a wrong one is told at once, by its name.
 */
import { argumentError } from './error.ts';

/** What `typeof` says, and what has a name of its own. */
type Kind = 'string' | 'number' | 'function' | 'boolean' | 'object' | 'bytes';

/**
 * Whether the members of `options` named are of a kind, or left out.
 * @throws code ERR_INVALID_ARG_TYPE
 */
export function checkKinds<Name extends string>(
  options: { readonly [N in Name]?: unknown },
  kind: Kind,
  ...names: readonly Name[]
): void {
  for (const name of names) {
    const value = options[name];
    if (value !== undefined && value !== null) checkKind(`options.${name}`, kind, value);
  }
}

/** Whether an argument is of a kind. @throws code ERR_INVALID_ARG_TYPE */
export function checkKind(name: string, kind: Kind, value: unknown): void {
  const fits = kind === 'bytes' ? value instanceof Uint8Array : value !== null && typeof value === kind;
  if (!fits) throw argumentError('ERR_INVALID_ARG_TYPE', `${name}: expected ${kind}, not ${describe(value)}`);
}

/** Whether a number is whole and within bounds. @throws code ERR_INVALID_ARG_TYPE, ERR_OUT_OF_RANGE */
export function checkWhole(name: string, value: unknown, min: number, max: number): void {
  checkKind(name, 'number', value);
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw argumentError('ERR_OUT_OF_RANGE', `${name}: expected a whole number from ${min} to ${max}, not ${value}`);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'object') return `an object (${value.constructor?.name ?? 'without a class'})`;
  return typeof value === 'function' ? 'a function' : `${typeof value} ${String(value)}`;
}
