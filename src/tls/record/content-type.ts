import type { ContentType } from '../events.ts';

/** IANA "TLS ContentType", as far as TLS 1.3 knows it. */
export const CONTENT_TYPES = { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 } as const;

const NAMES = new Map<number, ContentType>([
  [20, 'change_cipher_spec'],
  [21, 'alert'],
  [22, 'handshake'],
  [23, 'application_data'],
]);

/** The name of a content type, or its number where it has none. */
export function contentTypeName(code: number): ContentType | number {
  return NAMES.get(code) ?? code;
}
