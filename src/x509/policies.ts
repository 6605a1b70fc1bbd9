import { OID } from '../asn1/index.ts';
import { type Certificate, isSelfIssued } from './parse.ts';

/** The inputs of RFC 5280 section 6.1.1, c to g. Policies are object identifiers. */
export interface PolicyInput {
  /** Policies that are acceptable; absent for any. */
  readonly initialPolicySet?: readonly string[];
  readonly explicitPolicy?: boolean;
  readonly inhibitMapping?: boolean;
  readonly inhibitAnyPolicy?: boolean;
}

/** What came out of the policies of a path. */
export interface PolicyOutcome {
  /** Whether the path is valid as far as policies go. */
  readonly valid: boolean;
  /** The depth of the certificate where it became invalid. */
  readonly depth: number;
  /** The user-constrained-policy-set (RFC 9618 section 5.6), object identifiers; anyPolicy for all. */
  readonly policies: readonly string[];
}

/** A node of the graph: one for each policy of a level, so that the graph is no larger than the certificates. */
interface Node {
  readonly policy: string;
  expected: readonly string[];
  readonly parents: readonly Node[];
}

type Level = Map<string, Node>;

const ANY = OID.anyPolicy;

/**
 * Certificate policies of a path (RFC 5280 section 6.1, with the graph of RFC 9618 in place of its tree, which grows
 * exponentially).
 * @param below leaf first, without the anchor
 * @param anchor the anchor, where what its certificate says of policies holds too (RFC 5937 section 3.2)
 */
export function processPolicies(
  below: readonly Certificate[],
  anchor: Certificate | undefined,
  input: PolicyInput = {},
): PolicyOutcome {
  const path = anchor === undefined ? below : [...below, anchor];
  const n = path.length;
  let explicitPolicy = input.explicitPolicy === true ? 0 : n + 1;
  let inhibitAny = input.inhibitAnyPolicy === true ? 0 : n + 1;
  let mapping = input.inhibitMapping === true ? 0 : n + 1;
  let levels: Level[] | undefined = [new Map([[ANY, { policy: ANY, expected: [ANY], parents: [] }]])];
  for (const [index, certificate] of [...path].reverse().entries()) {
    const depth = n - 1 - index;
    const isLast = depth === 0;
    const selfIssued = isSelfIssued(certificate);
    // An anchor that says nothing of policies leaves all of them open.
    if (levels !== undefined && !(certificate === anchor && certificate.certificatePolicies === undefined)) {
      const anyCounts = inhibitAny > 0 || (!isLast && selfIssued);
      levels = descend(levels, certificate.certificatePolicies?.policies, anyCounts);
    }
    if (explicitPolicy === 0 && levels === undefined) return { valid: false, depth, policies: [] };
    if (!isLast) {
      if (levels !== undefined) levels = mapPolicies(levels, certificate, mapping > 0);
      if (!selfIssued) {
        explicitPolicy = Math.max(0, explicitPolicy - 1);
        mapping = Math.max(0, mapping - 1);
        inhibitAny = Math.max(0, inhibitAny - 1);
      }
    } else {
      explicitPolicy = Math.max(0, explicitPolicy - 1);
    }
    const { requireExplicitPolicy, inhibitPolicyMapping } = certificate.policyConstraints ?? {};
    if (isLast) {
      if (requireExplicitPolicy === 0) explicitPolicy = 0;
      continue;
    }
    explicitPolicy = Math.min(explicitPolicy, requireExplicitPolicy ?? explicitPolicy);
    mapping = Math.min(mapping, inhibitPolicyMapping ?? mapping);
    inhibitAny = Math.min(inhibitAny, certificate.inhibitAnyPolicy ?? inhibitAny);
  }
  const policies = userConstrained(levels, input.initialPolicySet);
  return { valid: explicitPolicy > 0 || policies.length > 0, depth: 0, policies };
}

/** RFC 9618 section 5.3, steps d and e. `undefined` is the empty graph. */
function descend(levels: Level[], policies: readonly string[] | undefined, anyCounts: boolean): Level[] | undefined {
  const last = levels.at(-1);
  if (policies === undefined || last === undefined) return undefined;
  const level: Level = new Map();
  const parentsOf = expecting(last);
  const anyNode = last.get(ANY);
  for (const policy of policies) {
    if (policy === ANY) continue;
    const parents = parentsOf.get(policy) ?? (anyNode === undefined ? undefined : [anyNode]);
    if (parents !== undefined) level.set(policy, { policy, expected: [policy], parents });
  }
  if (anyCounts && policies.includes(ANY)) {
    for (const [policy, parents] of parentsOf) {
      if (!level.has(policy)) level.set(policy, { policy, expected: [policy], parents });
    }
  }
  return level.size === 0 ? undefined : [...levels, level];
}

/** The nodes of a level by each policy that they expect below. */
function expecting(level: Level): Map<string, Node[]> {
  const byPolicy = new Map<string, Node[]>();
  for (const node of level.values()) {
    for (const policy of node.expected) {
      const nodes = byPolicy.get(policy);
      if (nodes === undefined) byPolicy.set(policy, [node]);
      else nodes.push(node);
    }
  }
  return byPolicy;
}

/** RFC 9618 section 5.4, steps a and b; a mapping of anyPolicy is a fault of its own. */
function mapPolicies(levels: Level[], { policyMappings = [] }: Certificate, allowed: boolean): Level[] | undefined {
  const [level, above] = [levels.at(-1), levels.at(-2)];
  if (level === undefined || policyMappings.length === 0) return levels;
  const mapped = new Map<string, Set<string>>();
  for (const { issuerDomainPolicy, subjectDomainPolicy } of policyMappings) {
    const subjects = mapped.get(issuerDomainPolicy) ?? new Set();
    mapped.set(issuerDomainPolicy, subjects.add(subjectDomainPolicy));
  }
  for (const [policy, subjects] of mapped) {
    const node = level.get(policy);
    if (!allowed) level.delete(policy);
    else if (node !== undefined) node.expected = [...subjects];
    else if (level.has(ANY)) {
      const parent = above?.get(ANY);
      level.set(policy, { policy, expected: [...subjects], parents: parent === undefined ? [] : [parent] });
    }
  }
  return level.size === 0 ? undefined : levels;
}

/** RFC 9618 sections 5.5 and 5.6: the policies in the words of the first CA, as far as they are acceptable. */
function userConstrained(levels: Level[] | undefined, initial: readonly string[] | undefined): string[] {
  const last = levels?.at(-1);
  if (levels === undefined || last === undefined) return [];
  if (last.has(ANY)) return initial === undefined ? [ANY] : [...initial];
  const reached = new Set<Node>();
  const found = new Set<string>();
  const open = [...last.values()];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    if (node.policy !== ANY && node.parents.some(({ policy }) => policy === ANY)) found.add(node.policy);
    open.push(...node.parents);
  }
  return [...found].filter((policy) => initial === undefined || initial.includes(policy));
}
