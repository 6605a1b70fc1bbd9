/** What the user asked for can not be done as asked. The message says what to change. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
