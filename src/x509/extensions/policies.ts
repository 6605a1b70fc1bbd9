import { contextTag, type DerReader, OID, TAG } from '../../asn1/index.ts';

/** certificatePolicies (RFC 5280 section 4.2.1.4). */
export interface CertificatePolicies {
  /** Policies as object identifiers, in order. */
  readonly policies: readonly string[];
  /** Whether every qualifier is one of those that section 4.2.1.4 has: a CPS pointer or a user notice. */
  readonly qualifiersKnown: boolean;
}

/** One entry of policyMappings (RFC 5280 section 4.2.1.5), object identifiers. */
export interface PolicyMapping {
  readonly issuerDomainPolicy: string;
  readonly subjectDomainPolicy: string;
}

/** policyConstraints (RFC 5280 section 4.2.1.11): certificates that may follow before it holds. */
export interface PolicyConstraints {
  readonly requireExplicitPolicy: number | undefined;
  readonly inhibitPolicyMapping: number | undefined;
}

const QUALIFIERS: ReadonlySet<string> = new Set([OID.cps, OID.unotice]);

/** Reads certificatePolicies. @throws DerError */
export function decodeCertificatePolicies(value: DerReader): CertificatePolicies {
  const element = value.next(TAG.sequence, 'certificatePolicies');
  const policies = new Set<string>();
  let qualifiersKnown = true;
  for (const list = element.reader(); list.remaining > 0; ) {
    const information = list.next(TAG.sequence, 'PolicyInformation');
    const fields = information.reader();
    const policy = fields.next(TAG.oid, 'policyIdentifier').oid();
    const qualifiers = fields.optional(TAG.sequence, 'policyQualifiers')?.reader();
    fields.end('PolicyInformation');
    while (qualifiers !== undefined && qualifiers.remaining > 0) {
      const qualifier = qualifiers.sequence('PolicyQualifierInfo');
      qualifiersKnown &&= QUALIFIERS.has(qualifier.next(TAG.oid, 'policyQualifierId').oid());
      qualifier.any('qualifier');
      qualifier.end('PolicyQualifierInfo');
    }
    if (policies.has(policy)) throw information.error(`${policy} appears twice`);
    policies.add(policy);
  }
  if (policies.size === 0) throw element.error('has no policy');
  return { policies: [...policies], qualifiersKnown };
}

/** Reads policyMappings. @throws DerError */
export function decodePolicyMappings(value: DerReader): PolicyMapping[] {
  const element = value.next(TAG.sequence, 'policyMappings');
  const mappings: PolicyMapping[] = [];
  for (const list = element.reader(); list.remaining > 0; ) {
    const pair = list.next(TAG.sequence, 'policyMapping');
    const fields = pair.reader();
    const issuerDomainPolicy = fields.next(TAG.oid, 'issuerDomainPolicy').oid();
    const subjectDomainPolicy = fields.next(TAG.oid, 'subjectDomainPolicy').oid();
    fields.end('policyMapping');
    mappings.push({ issuerDomainPolicy, subjectDomainPolicy });
  }
  if (mappings.length === 0) throw element.error('has no mapping');
  return mappings;
}

/** Reads policyConstraints. @throws DerError */
export function decodePolicyConstraints(value: DerReader): PolicyConstraints {
  const element = value.next(TAG.sequence, 'policyConstraints');
  const fields = element.reader();
  const requireExplicitPolicy = fields.optional(contextTag(0, false), 'requireExplicitPolicy')?.smallInteger();
  const inhibitPolicyMapping = fields.optional(contextTag(1, false), 'inhibitPolicyMapping')?.smallInteger();
  fields.end('policyConstraints');
  if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined) throw element.error('is empty');
  return { requireExplicitPolicy, inhibitPolicyMapping };
}

/** Reads inhibitAnyPolicy (RFC 5280 section 4.2.1.14). @throws DerError */
export function decodeInhibitAnyPolicy(value: DerReader): number {
  return value.next(TAG.integer, 'inhibitAnyPolicy').smallInteger();
}
