import { hex } from '../../bytes/index.ts';
import { cipherSuiteName } from './cipher-suites.ts';
import { extensionName } from './extension-types.ts';
import { groupName } from './named-groups.ts';
import { schemeName } from './signature-schemes.ts';

/** A cipher suite for people: its name, or its code in hexadecimal. */
export function showSuite(code: number): string {
  return cipherSuiteName(code) ?? hex(code, 2);
}

/** A group for people: its name, or its code in hexadecimal. */
export function showGroup(code: number): string {
  return groupName(code) ?? hex(code, 2);
}

/** A signature scheme for people: its name, or its code in hexadecimal. */
export function showScheme(code: number): string {
  return schemeName(code) ?? hex(code, 2);
}

/** An extension for people: its name, or its number. */
export function showExtension(code: number): string {
  return extensionName(code) ?? String(code);
}
