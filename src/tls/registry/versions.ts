import { hex } from '../../bytes/index.ts';

/** ProtocolVersion code points (RFC 8446 section 4.1.2 and 4.2.1, RFC 5246 appendix E). */
export const VERSIONS = {
  ssl3: 0x0300,
  tls10: 0x0301,
  tls11: 0x0302,
  tls12: 0x0303,
  tls13: 0x0304,
} as const;

const DISPLAY = new Map<number, string>([
  [VERSIONS.ssl3, 'SSL 3.0'],
  [VERSIONS.tls10, 'TLS 1.0'],
  [VERSIONS.tls11, 'TLS 1.1'],
  [VERSIONS.tls12, 'TLS 1.2'],
  [VERSIONS.tls13, 'TLS 1.3'],
]);

/** How people write a version: `TLS 1.3`; four hexadecimal digits for a code point that is none. */
export function versionName(code: number): string {
  return DISPLAY.get(code) ?? hex(code, 2);
}

/** The versions that are spoken to the end. */
export type VersionName = 'TLS 1.3' | 'TLS 1.2';

/** Their code points, the newest first. */
export const SPOKEN: Readonly<Record<VersionName, number>> = { 'TLS 1.3': VERSIONS.tls13, 'TLS 1.2': VERSIONS.tls12 };
