import { equal } from '../bytes/index.ts';
import { CryptoError, type CryptoProvider, type PublicKey } from '../crypto/index.ts';
import { type Certificate, isSelfIssued } from './parse.ts';
import type { RootStore } from './roots.ts';
import { signatureMethod } from './signature-algorithm.ts';

/** A certificate that can stand in a path. */
export interface Candidate {
  readonly certificate: Certificate;
  /** Its place among those sent, `undefined` when only the trust store has it. */
  readonly sent: number | undefined;
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
  readonly #statuses = new Map<Certificate, Map<Certificate, SignatureStatus>>();
  readonly #keys = new Map<Certificate, PublicKey | undefined>();
  #verifications = 0;
  #steps = 0;

  constructor(sent: readonly Candidate[], roots: RootStore, crypto: CryptoProvider) {
    this.#sent = sent;
    this.#roots = roots;
    this.#crypto = crypto;
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
      for (const issuer of issuers) {
        yield* this.#extend([...links, issuer], issuer);
        if (this.#steps >= MAX_STEPS) return;
      }
    }
  }

  /** Certificates that `last` names as its issuer and that are not below it: those that signed it first, then roots. */
  #issuersOf(links: readonly Candidate[], last: Candidate): Candidate[] {
    const child = last.certificate;
    const name = child.issuer.der;
    const fromStore = this.#roots.bySubject(name).map((root) => ({ certificate: root, sent: undefined, anchor: true }));
    const fromPeer = this.#sent.filter((one) => equal(one.certificate.subject.der, name));
    // A root that was sent too is known by its place.
    const onlyStored = fromStore.filter((root) => !fromPeer.some((one) => one.certificate === root.certificate));
    const valid: Candidate[] = [];
    const others: Candidate[] = [];
    for (const candidate of [
      ...onlyStored,
      ...fromPeer.filter((one) => one.anchor),
      ...fromPeer.filter((one) => !one.anchor),
    ]) {
      if (links.some((link) => sameEntity(link.certificate, candidate.certificate))) continue;
      const status = this.verify(child, candidate);
      if (status === 'valid') valid.push(candidate);
      // Whoever has that name but not that key is no issuer. Key identifiers and the certificate's own key tell; they
      // never speak against a signature that is valid.
      else if (status === 'limit' || !(keyIdsDiffer(child, candidate.certificate) || this.#isSelfSigned(last))) {
        others.push(candidate);
      }
    }
    return [...valid, ...others];
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

/** The same name with the same key: a path through it twice is a loop. */
function sameEntity(a: Certificate, b: Certificate): boolean {
  return equal(a.subject.der, b.subject.der) && equal(a.spki, b.spki);
}

/** Whether key identifiers say that `issuer` has another key than the one that signed `child`. */
function keyIdsDiffer(child: Certificate, issuer: Certificate): boolean {
  const { authorityKeyIdentifier } = child;
  const { subjectKeyIdentifier } = issuer;
  if (authorityKeyIdentifier === undefined || subjectKeyIdentifier === undefined) return false;
  return !equal(authorityKeyIdentifier, subjectKeyIdentifier);
}
