import { type Allocator, fromAscii } from '../../bytes/index.ts';
import { type CryptoProvider, type HashName, hkdfExpand } from '../../crypto/index.ts';

/**
 * Labels of RFC 8446 sections 4.2.11.2, 4.4.4, 4.6.1, 7.1, 7.2, 7.3 and 7.5 and of RFC 9258 section 5, without their
 * "tls13 " prefix.
 */
export type FixedLabel =
  | 'derived'
  | 'ext binder'
  | 'res binder'
  | 'imp binder'
  | 'derived psk'
  | 'c e traffic'
  | 'res master'
  | 'resumption'
  | 'c hs traffic'
  | 's hs traffic'
  | 'c ap traffic'
  | 's ap traffic'
  | 'exp master'
  | 'exporter'
  | 'finished'
  | 'traffic upd'
  | 'key'
  | 'iv';

const FIXED = new Map<string, Uint8Array>();

function labelBytes(label: string): Uint8Array {
  return fromAscii(`tls13 ${label}`);
}

/** The encoding of a fixed label, made once: they are asked for some twenty times a handshake. */
function fixedLabel(label: FixedLabel): Uint8Array {
  let bytes = FIXED.get(label);
  if (bytes === undefined) {
    bytes = labelBytes(label);
    FIXED.set(label, bytes);
  }
  return bytes;
}

/** HKDF-Expand-Label (RFC 8446 section 7.1) with a label of the key schedule. `length` is in bytes. */
export function expandLabel(
  crypto: CryptoProvider,
  hash: HashName,
  secret: Uint8Array,
  label: FixedLabel,
  context: Uint8Array,
  length: number,
  alloc: Allocator,
): Uint8Array {
  return expand(crypto, hash, secret, fixedLabel(label), context, length, alloc);
}

/** HKDF-Expand-Label with a label that an application chose and ExporterSecret has checked. */
export function expandApplicationLabel(
  crypto: CryptoProvider,
  hash: HashName,
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  length: number,
  alloc: Allocator,
): Uint8Array {
  return expand(crypto, hash, secret, labelBytes(label), context, length, alloc);
}

/** Room for the longest HkdfLabel: it is put together in place, and nothing in it is secret. */
const scratch = new Uint8Array(2 + 1 + 255 + 1 + 255);

/** Views of it by length. */
const infos: (Uint8Array | undefined)[] = [];

function expand(
  crypto: CryptoProvider,
  hash: HashName,
  secret: Uint8Array,
  label: Uint8Array,
  context: Uint8Array,
  length: number,
  alloc: Allocator,
): Uint8Array {
  // struct HkdfLabel { uint16 length; opaque label<7..255>; opaque context<0..255>; }
  const end = 4 + label.length + context.length;
  const info = infos[end] ?? scratch.subarray(0, end);
  infos[end] = info;
  info[0] = length >>> 8;
  info[1] = length & 0xff;
  info[2] = label.length;
  info.set(label, 3);
  info[3 + label.length] = context.length;
  info.set(context, 4 + label.length);
  return hkdfExpand(crypto, hash, secret, info, length, alloc);
}
