import { OID } from '../asn1/index.ts';
import { equal, type Span } from '../bytes/index.ts';
import { type GeneralName, generalNameText } from './extensions/general-name.ts';
import { parseIp } from './ip.ts';
import { attributeOf } from './name.ts';
import type { Certificate } from './parse.ts';
import { printable } from './printable.ts';

/** Who the peer must be: a DNS name in lower case without a final dot, the bytes of an IP address (RFC 9525), a mailbox. */
export type ReferenceIdentity =
  | { readonly type: 'dns'; readonly name: string }
  | { readonly type: 'ip'; readonly address: Uint8Array }
  | { readonly type: 'email'; readonly address: string };

/** A name that a certificate presents. `text` is safe to show. */
interface PresentedName {
  readonly type: GeneralName['type'];
  readonly text: string;
  readonly span: Span;
}

/**
 * Why a name almost matches:
 * - `wildcard_one_label`: a wildcard stands for exactly one label, and here it would be none or several
 * - `wildcard_form`: the asterisk is not the whole left-most label (RFC 9525 section 6.3), or under a single label
 * - `www`: the names differ by a leading `www.`
 * - `similar`: the names differ in one place, by at most two characters
 * - `ip_as_dns`: the address stands in a dNSName, where nobody looks for it
 * - `common_name`: only the subject's common name has it, which RFC 9525 section 2 leaves out
 */
export type NearMissReason = 'wildcard_one_label' | 'wildcard_form' | 'www' | 'similar' | 'ip_as_dns' | 'common_name';

/** A name that almost matches. `text` is safe to show. */
interface NearMiss {
  readonly text: string;
  readonly reason: NearMissReason;
}

/** What a certificate says to a reference identity. */
export interface IdentityMatch {
  /** The presented name that matched; `undefined` when none did. */
  readonly matched: PresentedName | undefined;
  /** Every name of subjectAltName, in order. */
  readonly presented: readonly PresentedName[];
  /** At most {@link MAX_NEAR_MISSES}, empty when a name matched. */
  readonly nearMisses: readonly NearMiss[];
}

const MAX_NEAR_MISSES = 5;

/** A label of letters, digits, hyphens and, as hosts do have it, underscores; at most 63 long (RFC 1035, 5890). */
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;

/**
 * Understands what the user asked for: an IP literal, or a DNS name of A-labels with or without the final dot.
 * Throws a RangeError for a text that is neither; names with other letters are to be converted (IDNA) before.
 */
export function referenceIdentity(text: string): ReferenceIdentity {
  const address = parseIp(text);
  if (address !== undefined) return { type: 'ip', address };
  const name = text.toLowerCase().replace(/\.$/, '');
  if (!isDnsName(name)) throw new RangeError(`neither a DNS name nor an IP address: ${printable(text)}`);
  return { type: 'dns', name };
}

/** Compares a certificate's subjectAltName with a reference identity (RFC 9525 section 6). The subject is not asked. */
export function matchIdentity(certificate: Certificate, reference: ReferenceIdentity): IdentityMatch {
  const names = certificate.subjectAltName ?? [];
  const presented = names.map((name) => ({ type: name.type, text: generalNameText(name), span: name.span }));
  const index = names.findIndex((name) => matches(name, reference));
  if (index >= 0) return { matched: presented[index], presented, nearMisses: [] };
  return { matched: undefined, presented, nearMisses: nearMisses(certificate, names, reference) };
}

function matches(name: GeneralName, reference: ReferenceIdentity): boolean {
  if (reference.type === 'ip') return name.type === 'ip' && equal(name.value, reference.address);
  if (reference.type === 'email') return name.type === 'email' && sameMailbox(name.value, reference.address);
  if (name.type !== 'dns') return false;
  const pattern = name.value.toLowerCase();
  if (!pattern.startsWith('*.')) return pattern === reference.name;
  // RFC 9525 section 6.3: the asterisk is one whole label. "*.com" is for nobody, as other clients have it.
  const base = pattern.substring(2);
  return isDnsName(base) && base.includes('.') && base === parentOf(reference.name);
}

/** Whether a certificate presents a name in its subjectAltName. */
export function presentsName(certificate: Certificate, reference: ReferenceIdentity): boolean {
  return (certificate.subjectAltName ?? []).some((name) => matches(name, reference));
}

/** RFC 5280 section 7.5: the host without regard to case, the local part with. */
function sameMailbox(a: string, b: string): boolean {
  const folded = (mailbox: string) => {
    const at = mailbox.lastIndexOf('@');
    return mailbox.substring(0, at) + mailbox.substring(at).toLowerCase();
  };
  return folded(a) === folded(b);
}

function nearMisses(certificate: Certificate, names: readonly GeneralName[], reference: ReferenceIdentity): NearMiss[] {
  const misses: NearMiss[] = [];
  for (const name of names) {
    if (misses.length === MAX_NEAR_MISSES) return misses;
    if (name.type !== 'dns') continue;
    const reason = nearMiss(name.value.toLowerCase(), reference);
    if (reason !== undefined) misses.push({ text: printable(name.value), reason });
  }
  // Those that still look at the common name do so where no dNSName is there (RFC 6125 section 6.4.4).
  if (names.some(({ type }) => type === 'dns')) return misses;
  const commonName = attributeOf(certificate.subject, OID.commonName);
  if (commonName !== undefined && misses.length < MAX_NEAR_MISSES && sameText(commonName, reference)) {
    misses.push({ text: printable(commonName), reason: 'common_name' });
  }
  return misses;
}

function nearMiss(presented: string, reference: ReferenceIdentity): NearMissReason | undefined {
  if (reference.type === 'ip') return sameText(presented, reference) ? 'ip_as_dns' : undefined;
  if (reference.type === 'email') return undefined;
  const { name } = reference;
  const star = presented.lastIndexOf('*');
  if (star >= 0) {
    const base = presented.substring(presented.indexOf('.', star) + 1);
    if (!isDnsName(base) || !`.${name}`.endsWith(`.${base}`)) return undefined;
    return presented === `*.${base}` && base.includes('.') ? 'wildcard_one_label' : 'wildcard_form';
  }
  if (presented === `www.${name}` || name === `www.${presented}`) return 'www';
  return isDnsName(presented) && similar(presented, name) ? 'similar' : undefined;
}

/** Whether a name read as text, a common name or a dNSName, is what was asked for. */
function sameText(text: string, reference: ReferenceIdentity): boolean {
  if (reference.type === 'dns') return text.toLowerCase() === reference.name;
  if (reference.type === 'email') return sameMailbox(text, reference.address);
  const address = parseIp(text);
  return address !== undefined && equal(address, reference.address);
}

/** Whether two names differ in one place only, by at most two characters. Linear in their length. */
function similar(a: string, b: string): boolean {
  const [longer, shorter] = a.length >= b.length ? [a.length, b.length] : [b.length, a.length];
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  return longer - start - end <= 2;
}

function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => LABEL.test(label));
}

/** The name without its first label, empty for a single label. */
function parentOf(name: string): string {
  const dot = name.indexOf('.');
  return dot < 0 ? '' : name.substring(dot + 1);
}
