import { equal } from '../bytes/index.ts';
import { CryptoError, type CryptoProvider, type PublicKey } from '../crypto/index.ts';
import type { ChainMemory } from './chain-memory.ts';
import { type Certificate, isSelfIssued } from './parse.ts';
import type { RootStore } from './roots.ts';
import { signatureMethod } from './signature-algorithm.ts';

/** A certificate that can stand in a path. */
export interface Candidate {
  readonly certificate: Certificate;
  /** Its place among those sent, `undefined` when only the trust store has it. */
  readonly sent: number | undefined;
  /** Its place among those found elsewhere. */
  readonly fetched?: number;
  /** Whether it is in the trust store: a path ends here. */
  readonly anchor: boolean;
}

/** A way up from the leaf, and why it goes no further. */
export interface Path {
  /** Leaf first, each followed by what its issuer field names. Whether that one signed it is {@link PathBuilder.verify}'s to say. */
  readonly links: readonly Candidate[];
  readonly end: 'anchor' | 'self_signed' | 'no_issuer' | 'limit';
}

/** What verifying one certificate's signature with another's key gave. */
export type SignatureStatus = 'valid' | 'invalid' | 'weak' | 'unsupported' | 'bad_key' | 'limit';

/** Certificates in a path, root included. Real ones have two to five. */
const MAX_PATH_LENGTH = 12;

/** Signature verifications for one chain: a chain of n certificates needs n - 1, a bundle of cross-signs some more. */
const MAX_VERIFICATIONS = 64;

/** Steps upwards for one chain, all paths together: certificates can be woven into exponentially many paths. */
const MAX_STEPS = 512;

/** Finds paths from a leaf to a trusted root over what was sent (RFC 5280 section 6 leaves the search to us). */
export class PathBuilder {
  readonly #sent: readonly Candidate[];
  readonly #roots: RootStore;
  readonly #crypto: CryptoProvider;
  readonly #memory: ChainMemory | undefined;
  readonly #statuses = new Map<Certificate, Map<Certificate, SignatureStatus>>();
  readonly #keys = new Map<Certificate, PublicKey | undefined>();
  readonly #issuers = new Map<Certificate, readonly Candidate[]>();
  readonly #entities = new Map<Certificate, number>();
  readonly #representatives: Certificate[] = [];
  #verifications = 0;
  #steps = 0;

  constructor(sent: readonly Candidate[], roots: RootStore, crypto: CryptoProvider, memory: ChainMemory | undefined) {
    this.#sent = sent;
    this.#roots = roots;
    this.#crypto = crypto;
    this.#memory = memory;
  }

  /** Every path upwards from `leaf`, the likeliest first; at least one. */
  paths(leaf: Candidate): Generator<Path> {
    // A leaf is trusted as it is only when it signed itself: in the store as one more CA's, it still has that CA.
    const first = leaf.anchor && !this.#isSelfSigned(leaf) ? { ...leaf, anchor: false } : leaf;
    return this.#extend([first], first);
  }

  /** Whether `child` was signed with the key of `issuer`. Each pair is verified once. */
  verify(child: Certificate, issuer: Candidate): SignatureStatus {
    let statuses = this.#statuses.get(child);
    if (statuses === undefined) {
      statuses = new Map();
      this.#statuses.set(child, statuses);
    }
    let status = statuses.get(issuer.certificate);
    if (status === undefined) {
      status = this.#verify(child, issuer);
      statuses.set(issuer.certificate, status);
    }
    return status;
  }

  *#extend(links: readonly Candidate[], last: Candidate): Generator<Path> {
    this.#steps++;
    if (last.anchor) {
      yield { links, end: 'anchor' };
    } else if (this.#steps >= MAX_STEPS || links.length >= MAX_PATH_LENGTH) {
      yield { links, end: 'limit' };
    } else {
      const issuers = this.#issuersOf(links, last);
      if (issuers.length === 0) yield { links, end: this.#isSelfSigned(last) ? 'self_signed' : 'no_issuer' };
      for (const issuer of issuers) yield* this.#extend([...links, issuer], issuer);
    }
  }

  /** Issuers of `last` that are not below it already: a path never meets the same name with the same key twice. */
  #issuersOf(links: readonly Candidate[], last: Candidate): Candidate[] {
    const below = new Set(links.map((link) => this.#entity(link.certificate)));
    return this.#possibleIssuers(last).filter((issuer) => !below.has(this.#entity(issuer.certificate)));
  }

  /** Certificates that `child` names as its issuer: those that signed it first, then those that may be broken, roots before others. */
  #possibleIssuers(child: Candidate): readonly Candidate[] {
    const { certificate } = child;
    const known = this.#issuers.get(certificate);
    if (known !== undefined) return known;
    const name = certificate.issuer.der;
    const sent = this.#sent.filter((one) => equal(one.certificate.subject.der, name));
    // A root that was sent too is known by its place.
    const roots = this.#roots.bySubject(name).filter((root) => !sent.some((one) => one.certificate === root));
    const candidates: Candidate[] = roots.map((root) => ({ certificate: root, sent: undefined, anchor: true }));
    candidates.push(...sent.filter((one) => one.anchor), ...sent.filter((one) => !one.anchor));
    const valid: Candidate[] = [];
    const others: Candidate[] = [];
    for (const candidate of candidates) {
      const status = this.verify(certificate, candidate);
      if (status === 'valid') valid.push(candidate);
      // Whoever has that name but not that key is no issuer. Key identifiers and the certificate's own key tell; they
      // never speak against a signature that is valid.
      else if (status === 'limit' || !(keyIdsDiffer(certificate, candidate.certificate) || this.#isSelfSigned(child))) {
        others.push(candidate);
      }
    }
    const issuers = [...valid, ...others];
    this.#issuers.set(certificate, issuers);
    return issuers;
  }

  /** A number for a name and a key: certificates for the same have the same. Compared once, as peers choose their length. */
  #entity(certificate: Certificate): number {
    let entity = this.#entities.get(certificate);
    if (entity === undefined) {
      const { subject, spki } = certificate;
      entity = this.#representatives.findIndex((one) => equal(one.spki, spki) && equal(one.subject.der, subject.der));
      if (entity < 0) entity = this.#representatives.push(certificate) - 1;
      this.#entities.set(certificate, entity);
    }
    return entity;
  }

  /** Whether a certificate names itself as its issuer, and its own key does not speak against it. */
  #isSelfSigned(candidate: Candidate): boolean {
    return isSelfIssued(candidate.certificate) && this.verify(candidate.certificate, candidate) !== 'invalid';
  }

  #verify(child: Certificate, issuer: Candidate): SignatureStatus {
    const key = this.#publicKey(issuer);
    if (key === undefined) return 'bad_key';
    const method = signatureMethod(child.signatureAlgorithm, key.type);
    if (method.status === 'mismatch') return 'invalid';
    if (method.status !== 'known') return method.status;
    if (this.#verifications >= MAX_VERIFICATIONS) return 'limit';
    this.#verifications++;
    if (this.#memory?.isSignedBy(child, issuer.certificate)) return 'valid';
    try {
      return key.verify(method.scheme, child.tbs, child.signature) ? 'valid' : 'invalid';
    } catch (error) {
      if (error instanceof CryptoError) return 'unsupported';
      throw error;
    }
  }

  #publicKey({ certificate, anchor }: Candidate): PublicKey | undefined {
    if (this.#keys.has(certificate)) return this.#keys.get(certificate);
    let key: PublicKey | undefined;
    try {
      key = anchor ? this.#roots.publicKey(certificate, this.#crypto) : this.#crypto.importPublicKey(certificate.spki);
    } catch (error) {
      if (!(error instanceof CryptoError)) throw error;
    }
    this.#keys.set(certificate, key);
    return key;
  }
}

/** Whether key identifiers say that `issuer` has another key than the one that signed `child`. */
function keyIdsDiffer(child: Certificate, issuer: Certificate): boolean {
  const { authorityKeyIdentifier } = child;
  const { subjectKeyIdentifier } = issuer;
  if (authorityKeyIdentifier === undefined || subjectKeyIdentifier === undefined) return false;
  return !equal(authorityKeyIdentifier, subjectKeyIdentifier);
}
