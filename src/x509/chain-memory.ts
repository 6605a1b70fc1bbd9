import { copy, equal } from '../bytes/index.ts';
import type { CryptoProvider } from '../crypto/index.ts';
import { type Certificate, parseCertificate, type Signed } from './parse.ts';
import type { RootStore } from './roots.ts';

/** Certificates that are kept: leaves and intermediates of the servers that a process talks to. */
const MAX_KNOWN = 64;

/** A longer certificate is not kept. Those of the web have 1 to 4 KiB. */
const MAX_LENGTH = 16_384;

interface Known {
  readonly certificate: Certificate;
  readonly anchor: boolean;
}

/**
 * What is not worked out again when a chain is met again: its certificates, parsed, and who signed them.
 *
 * It can not change a verdict. What is kept are functions of bytes that are compared whole;
 * only signatures that are valid are kept; times, names, purposes, path lengths and the limits of the search are gone
 * through for each chain as if nothing was known. Only chains that were trusted are kept, so that what is here
 * is chosen by nobody who has no certificate of a trusted CA.
 */
export class ChainMemory {
  readonly #roots: RootStore;
  readonly #crypto: CryptoProvider;
  readonly #known = new Map<number, Known>();
  readonly #signers = new WeakMap<Signed, WeakSet<Certificate>>();

  /** What is kept holds for these roots, and by the word of this provider. */
  constructor(roots: RootStore, crypto: CryptoProvider) {
    this.#roots = roots;
    this.#crypto = crypto;
  }

  /** Whether what is kept holds for these roots and this provider. */
  isFor(roots: RootStore, crypto: CryptoProvider): boolean {
    return this.#roots === roots && this.#crypto === crypto;
  }

  /** The certificate of these bytes, and whether it is a root, if it was kept. */
  find(der: Uint8Array): Known | undefined {
    const known = this.#known.get(tailOf(der));
    return known !== undefined && equal(known.certificate.der, der) ? known : undefined;
  }

  /** Whether `child` is known to be signed with the key of `issuer`. */
  isSignedBy(child: Signed, issuer: Certificate): boolean {
    return this.#signers.get(child)?.has(issuer) === true;
  }

  /** Keeps a path that was trusted, leaf first, each signed by the next. */
  keep(path: readonly Certificate[]): void {
    if (path.every((child, depth) => this.#isSigned(child, path[depth + 1]))) return;
    let issuer: Certificate | undefined;
    for (const certificate of [...path].reverse()) {
      const kept = this.#keep(certificate);
      if (kept === undefined) return;
      if (issuer !== undefined) this.#signersOf(kept).add(issuer);
      issuer = kept;
    }
  }

  #keep(certificate: Certificate): Certificate | undefined {
    if (certificate.der.length > MAX_LENGTH) return undefined;
    const known = this.find(certificate.der);
    if (known !== undefined) return known.certificate;
    const root = this.#roots.find(certificate);
    // Of its own bytes: those of a peer's message would keep all of the message.
    const own = root ?? parseCertificate(copy(certificate.der));
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= MAX_KNOWN) this.#known.delete(oldest);
    this.#known.set(tailOf(own.der), { certificate: own, anchor: root !== undefined });
    return own;
  }

  #isSigned(child: Certificate, issuer: Certificate | undefined): boolean {
    return issuer === undefined || this.isSignedBy(child, issuer);
  }

  #signersOf(child: Certificate): WeakSet<Certificate> {
    let signers = this.#signers.get(child);
    if (signers === undefined) {
      signers = new WeakSet();
      this.#signers.set(child, signers);
    }
    return signers;
  }
}

/** The last four bytes: a signature ends there, in which no two are likely to agree. */
function tailOf(der: Uint8Array): number {
  let tail = 0;
  for (let at = Math.max(0, der.length - 4); at < der.length; at++) tail = tail * 256 + (der[at] ?? 0);
  return tail;
}
