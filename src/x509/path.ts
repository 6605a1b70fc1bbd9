import { equal } from '../bytes/index.ts';
import { CryptoError, type CryptoProvider, type PublicKey } from '../crypto/index.ts';
import type { ChainMemory } from './chain-memory.ts';
import { type Name, sameName } from './name.ts';
import { type Certificate, isSelfIssued, type Signed } from './parse.ts';
import type { RootStore } from './roots.ts';
import type { ValidationRules } from './rules.ts';
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

/** Verifies signatures of algorithms that the crypto provider does not have; `undefined` for all others. */
export type SignatureVerifier = (signed: Signed, issuer: Certificate) => SignatureStatus | undefined;

/** What a path is built from and by. */
export interface PathInput {
  /** What was sent and found, roots among them marked. */
  readonly candidates: readonly Candidate[];
  readonly roots: RootStore;
  readonly crypto: CryptoProvider;
  readonly rules: ValidationRules;
  readonly memory?: ChainMemory | undefined;
  readonly verifier?: SignatureVerifier | undefined;
  /** How much is wrong with a certificate as an issuer, whatever the path: the least is tried first. */
  readonly cost: (issuer: Candidate) => number;
}

/** Certificates in a path, root included. Real ones have two to five. */
const MAX_PATH_LENGTH = 12;

/** Signature verifications for one chain: a chain of n certificates needs n - 1, a bundle of cross-signs some more. */
const MAX_VERIFICATIONS = 128;

/** Steps upwards for one chain, all paths together: certificates can be woven into exponentially many paths. */
const MAX_STEPS = 512;

/** Finds paths from a leaf to a trusted root over what was sent (RFC 5280 section 6 leaves the search to us). */
export class PathBuilder {
  readonly #input: PathInput;
  readonly #statuses = new Map<Signed, Map<Certificate, SignatureStatus>>();
  readonly #keys = new Map<Certificate, PublicKey | undefined>();
  readonly #issuers = new Map<Certificate, readonly Candidate[]>();
  readonly #entities = new Map<Certificate, number>();
  readonly #representatives: Certificate[] = [];
  #verifications = 0;
  #steps = 0;

  constructor(input: PathInput) {
    this.#input = input;
  }

  /** Every path upwards from `leaf`, the likeliest first; at least one. */
  paths(leaf: Candidate): Generator<Path> {
    // A leaf is trusted as it is only when it signed itself: in the store as one more CA's, it still has that CA.
    const { trustedLeaf } = this.#input.rules;
    const trusted = trustedLeaf === 'any' || (trustedLeaf === 'self_signed' && this.#isSelfSigned(leaf));
    const first = leaf.anchor && !trusted ? { ...leaf, anchor: false } : leaf;
    return this.#extend([first], first);
  }

  /** Every certificate with this name, roots first. */
  named(name: Name): Candidate[] {
    const found = this.#input.candidates.filter((one) => sameName(one.certificate.subject, name));
    // A root that was sent too is known by its place.
    const roots = this.#input.roots.byName(name).filter((root) => !found.some((one) => one.certificate === root));
    return [
      ...roots.map((root): Candidate => ({ certificate: root, sent: undefined, anchor: true })),
      ...found.filter((one) => one.anchor),
      ...found.filter((one) => !one.anchor),
    ];
  }

  /** Whether two certificates are for the same name and key. */
  isSameEntity(a: Certificate, b: Certificate): boolean {
    return this.#entity(a) === this.#entity(b);
  }

  /** Whether `child` was signed with the key of `issuer`. Each pair is verified once. */
  verify(child: Signed, issuer: Candidate): SignatureStatus {
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
    const valid: Candidate[] = [];
    const others: Candidate[] = [];
    for (const candidate of this.named(certificate.issuer)) {
      const status = this.verify(certificate, candidate);
      if (status === 'valid') valid.push(candidate);
      // Whoever has that name but not that key is no issuer. Key identifiers and the certificate's own key tell; they
      // never speak against a signature that is valid.
      else if (status === 'limit' || !(keyIdsDiffer(certificate, candidate.certificate) || this.#isSelfSigned(child))) {
        others.push(candidate);
      }
    }
    const issuers = [...this.#ranked(valid), ...others];
    this.#issuers.set(certificate, issuers);
    return issuers;
  }

  /** The least faulty first. */
  #ranked(issuers: readonly Candidate[]): readonly Candidate[] {
    if (issuers.length < 2) return issuers;
    const costs = new Map(issuers.map((issuer) => [issuer, this.#input.cost(issuer)]));
    return [...issuers].sort((a, b) => (costs.get(a) ?? 0) - (costs.get(b) ?? 0));
  }

  /** A number for a name and a key: certificates for the same have the same. Compared once, as peers choose their length. */
  #entity(certificate: Certificate): number {
    let entity = this.#entities.get(certificate);
    if (entity === undefined) {
      const { subject, spki } = certificate;
      entity = this.#representatives.findIndex((one) => equal(one.spki, spki) && sameName(one.subject, subject));
      if (entity < 0) entity = this.#representatives.push(certificate) - 1;
      this.#entities.set(certificate, entity);
    }
    return entity;
  }

  /** Whether a certificate names itself as its issuer, and its own key does not speak against it. */
  #isSelfSigned(candidate: Candidate): boolean {
    return isSelfIssued(candidate.certificate) && this.verify(candidate.certificate, candidate) !== 'invalid';
  }

  #verify(child: Signed, issuer: Candidate): SignatureStatus {
    const { rules, memory, verifier } = this.#input;
    const told = verifier?.(child, issuer.certificate);
    if (told !== undefined) return told;
    const key = this.#publicKey(issuer);
    if (key === undefined) return 'bad_key';
    const method = signatureMethod(child.signatureAlgorithm, key.type, rules.sha1);
    if (method.status === 'mismatch') return 'invalid';
    if (method.status !== 'known') return method.status;
    if (this.#verifications >= MAX_VERIFICATIONS) return 'limit';
    this.#verifications++;
    if (memory?.isSignedBy(child, issuer.certificate)) return 'valid';
    try {
      return key.verify(method.scheme, child.tbs, child.signature) ? 'valid' : 'invalid';
    } catch (error) {
      if (error instanceof CryptoError) return 'unsupported';
      throw error;
    }
  }

  #publicKey({ certificate, anchor }: Candidate): PublicKey | undefined {
    if (this.#keys.has(certificate)) return this.#keys.get(certificate);
    const { roots, crypto } = this.#input;
    let key: PublicKey | undefined;
    try {
      key = anchor ? roots.publicKey(certificate, crypto) : crypto.importPublicKey(certificate.spki);
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
