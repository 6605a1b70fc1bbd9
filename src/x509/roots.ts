import { contextTag, DerError, DerReader, TAG } from '../asn1/index.ts';
import { equal, toLatin1 } from '../bytes/index.ts';
import type { CryptoProvider, PublicKey } from '../crypto/index.ts';
import { X509Error } from './error.ts';
import { type Name, parseName, sameName } from './name.ts';
import { type Certificate, parseCertificate } from './parse.ts';

/**
 * The trusted roots, looked up by subject. Nothing is parsed before it is asked for, as a host's list has some 150
 * of which a connection needs one; what was parsed is kept. A root that does not parse is not trusted.
 */
export class RootStore {
  readonly #ders: readonly Uint8Array[];
  readonly #distrusted: readonly Certificate[];
  readonly #parsed = new Map<string, readonly Certificate[]>();
  readonly #keys = new WeakMap<Certificate, { readonly crypto: CryptoProvider; readonly key: PublicKey }>();
  #index: Map<string, Uint8Array[]> | undefined;
  #names: readonly Name[] | undefined;

  /**
   * @param ders one DER certificate each
   * @param distrusted certificates whose name and key are refused wherever they stand in a path
   */
  constructor(ders: Iterable<Uint8Array>, distrusted: Iterable<Uint8Array> = []) {
    this.#ders = [...ders];
    this.#distrusted = [...distrusted].flatMap(parseOrNothing);
  }

  /** How many certificates the store was made of. */
  get size(): number {
    return this.#ders.length;
  }

  /** The roots whose subject is `subject`, DER. */
  bySubject(subject: Uint8Array): readonly Certificate[] {
    const name = toLatin1(subject);
    let roots = this.#parsed.get(name);
    if (roots === undefined) {
      this.#index ??= indexBySubject(this.#ders);
      const ders = this.#index.get(name);
      if (ders === undefined) return [];
      roots = ders.flatMap(parseOrNothing);
      this.#parsed.set(name, roots);
    }
    return roots;
  }

  /** The roots with this name (RFC 5280 section 7.1); those that write it in the same bytes, if there are any. */
  byName(name: Name): readonly Certificate[] {
    const same = this.bySubject(name.der);
    if (same.length > 0) return same;
    this.#names ??= namesOf(this.#index ?? new Map());
    return this.#names.filter((other) => sameName(other, name)).flatMap((other) => this.bySubject(other.der));
  }

  /** Whether a certificate has the name and the key of one that is distrusted. */
  isDistrusted({ subject, spki }: Certificate): boolean {
    return this.#distrusted.some((one) => equal(one.spki, spki) && sameName(one.subject, subject));
  }

  /** This very certificate as the store has it; `undefined` when it is not trusted. */
  find(certificate: Certificate): Certificate | undefined {
    return this.bySubject(certificate.subject.der).find((root) => equal(root.der, certificate.der));
  }

  /**
   * The public key of a root of this store, imported once.
   * @throws CryptoError
   */
  publicKey(root: Certificate, crypto: CryptoProvider): PublicKey {
    const kept = this.#keys.get(root);
    if (kept?.crypto === crypto) return kept.key;
    const key = crypto.importPublicKey(root.spki);
    this.#keys.set(root, { crypto, key });
    return key;
  }
}

function indexBySubject(ders: readonly Uint8Array[]): Map<string, Uint8Array[]> {
  const index = new Map<string, Uint8Array[]>();
  for (const der of ders) {
    const subject = subjectOf(der);
    if (subject === undefined) continue;
    const name = toLatin1(subject);
    const same = index.get(name);
    if (same === undefined) index.set(name, [der]);
    else same.push(der);
  }
  return index;
}

/** The subject of a certificate, DER, reading nothing else. */
function subjectOf(der: Uint8Array): Uint8Array | undefined {
  try {
    const tbs = new DerReader(der).sequence('Certificate').sequence('tbsCertificate');
    tbs.optional(contextTag(0, true), 'version');
    for (const label of ['serialNumber', 'signature', 'issuer', 'validity']) tbs.any(label);
    return tbs.next(TAG.sequence, 'subject').der;
  } catch (error) {
    if (error instanceof DerError) return undefined;
    throw error;
  }
}

/** The subjects of an index; one that is no name is nobody's. */
function namesOf(index: ReadonlyMap<string, readonly Uint8Array[]>): Name[] {
  return [...index.values()].flatMap(([der]) => {
    const subject = der === undefined ? undefined : subjectOf(der);
    try {
      return subject === undefined ? [] : [parseName(subject)];
    } catch (error) {
      if (error instanceof X509Error) return [];
      throw error;
    }
  });
}

function parseOrNothing(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (error instanceof X509Error) return [];
    throw error;
  }
}
