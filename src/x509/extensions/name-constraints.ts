import { contextTag, type DerElement, type DerReader, TAG } from '../../asn1/index.ts';
import { decodeSubtreeBase, type GeneralName } from './general-name.ts';

/** nameConstraints (RFC 5280 section 4.2.1.10). A base of type `ip` is an address and its mask behind it. */
export interface NameConstraints {
  readonly permitted: readonly GeneralName[];
  readonly excluded: readonly GeneralName[];
}

/** Reads nameConstraints. @throws DerError */
export function decodeNameConstraints(value: DerReader): NameConstraints {
  const element = value.next(TAG.sequence, 'nameConstraints');
  const fields = element.reader();
  const permitted = fields.optional(contextTag(0, true), 'permittedSubtrees');
  const excluded = fields.optional(contextTag(1, true), 'excludedSubtrees');
  fields.end('nameConstraints');
  if (permitted === undefined && excluded === undefined) throw element.error('constrains nothing');
  return { permitted: subtrees(permitted), excluded: subtrees(excluded) };
}

function subtrees(element: DerElement | undefined): GeneralName[] {
  if (element === undefined) return [];
  const bases: GeneralName[] = [];
  for (const list = element.reader(); list.remaining > 0; ) {
    const subtree = list.next(TAG.sequence, 'GeneralSubtree');
    const fields = subtree.reader();
    const base = decodeSubtreeBase(fields);
    // RFC 5280 section 4.2.1.10: minimum is zero, which is its default, and maximum is absent.
    const minimum = fields.optional(contextTag(0, false), 'minimum');
    if (minimum !== undefined && minimum.smallInteger() !== 0) throw minimum.error('is not 0');
    fields.end('GeneralSubtree');
    if (base.type === 'ip' && !isPrefix(base.value.subarray(base.value.length / 2))) {
      throw subtree.error('an iPAddress with a mask that is no prefix');
    }
    bases.push(base);
  }
  if (bases.length === 0) throw element.error('is empty');
  return bases;
}

/** RFC 4632 section 3.1: a mask is ones, then zeros. */
function isPrefix(mask: Uint8Array): boolean {
  let ended = false;
  for (const byte of mask) {
    if (ended && byte !== 0) return false;
    if (byte === 0xff) continue;
    // Ones then zeros: the complement is one less than a power of two.
    const zeros = ~byte & 0xff;
    if ((zeros & (zeros + 1)) !== 0) return false;
    ended = true;
  }
  return true;
}
