import { DerReader, OID, TAG } from '../asn1/index.ts';
import type { Span } from '../bytes/index.ts';
import type { Fault } from './checks.ts';
import { type GeneralName, generalNameText } from './extensions/general-name.ts';
import type { NameConstraints } from './extensions/name-constraints.ts';
import { type Name, rdnKeys } from './name.ts';
import { type Certificate, findExtension, isSelfIssued } from './parse.ts';
import { printable } from './printable.ts';

const SPEC = 'RFC 5280 section 4.2.1.10';

/** Names of a certificate that are found fault with: a certificate may have thousands. */
const MAX_FAULTS = 8;

/** Pairs of a host, address or directory name with a constraint that one chain may have, all its paths together. */
const MAX_COMPARISONS = 2 ** 20;

/** The same for mailboxes, URIs and what nothing compares. */
const MAX_RARE_COMPARISONS = 2 ** 22;

const LIMITS: readonly (readonly [kinds: readonly GeneralName['type'][], pairs: number])[] = [
  [['dns', 'ip', 'directory'], MAX_COMPARISONS],
  [['email', 'uri', 'other'], MAX_RARE_COMPARISONS],
];

/** What may still be compared. */
export class NameBudget {
  readonly #spent = LIMITS.map(() => 0);

  /** Whether so many more comparisons are within the limits. */
  spend(names: readonly GeneralName[], { permitted, excluded }: NameConstraints): boolean {
    return LIMITS.every(([kinds, limit], index) => {
      const count = (list: readonly GeneralName[]) => list.filter(({ type }) => kinds.includes(type)).length;
      const spent = (this.#spent[index] ?? 0) + count(names) * (count(permitted) + count(excluded));
      this.#spent[index] = spent;
      return spent <= limit;
    });
  }
}

/** How a constraint and a name relate: `overlaps` where a wildcard stands for some names within and for some outside. */
type Relation = 'within' | 'overlaps' | 'outside' | 'unknown';

/**
 * What the names of the certificate at `depth` break of the constraints of those above it (RFC 5280 section 6.1.3,
 * b and c). The anchor's are among them when the path holds it.
 */
export function checkNameConstraints(path: readonly Certificate[], depth: number, budget: NameBudget): Fault[] {
  const certificate = path[depth];
  if (certificate === undefined || (depth > 0 && isSelfIssued(certificate))) return [];
  const above = path.filter((one, index) => index > depth && one.nameConstraints !== undefined);
  if (above.length === 0) return [];
  const names = namesOf(certificate);
  const faults: Fault[] = [];
  for (const issuer of above) {
    const { nameConstraints } = issuer;
    if (nameConstraints === undefined) continue;
    if (!budget.spend(certificate.subjectAltName ?? [], nameConstraints)) {
      const message = `its names and the constraints of ${issuer.subject.text} are too many to compare`;
      return [{ code: 'CHAIN_LIMIT_EXCEEDED', span: sanSpan(certificate), message, spec: SPEC }];
    }
    for (const name of names) {
      const fault = faultOf(name, nameConstraints, issuer);
      if (fault !== undefined) faults.push(fault);
      if (faults.length === MAX_FAULTS) return faults;
    }
  }
  return faults;
}

/** Every name that constraints are about: the subject, subjectAltName, and the addresses in the subject. */
function namesOf({ subject, subjectAltName = [] }: Certificate): GeneralName[] {
  const names: GeneralName[] = [...subjectAltName];
  if (subject.rdns.length > 0) names.push({ type: 'directory', value: subject, span: subject.span });
  if (subjectAltName.every(({ type }) => type !== 'email')) {
    for (const { oid, value, der } of subject.rdns.flat()) {
      // What has this type but is no text can be held against nothing.
      if (oid === OID.emailAddress) names.push({ type: 'email', value: value ?? toText(der), span: subject.span });
    }
  }
  return names;
}

function toText(der: Uint8Array): string {
  return new DerReader(der).at(TAG.ia5String) ? '' : '\0';
}

function faultOf(name: GeneralName, { permitted, excluded }: NameConstraints, issuer: Certificate): Fault | undefined {
  const ofKind = (base: GeneralName) => sameKind(base, name);
  const fault = (code: Fault['code'], message: string, span: Span = name.span): Fault => ({
    code,
    span,
    message,
    spec: SPEC,
  });
  const [allowed, barred] = [permitted.filter(ofKind), excluded.filter(ofKind)];
  if (allowed.length === 0 && barred.length === 0) return undefined;
  const text = generalNameText(name);
  const who = issuer.subject.text;
  if (name.type === 'other') {
    // What can not be evaluated is not accepted.
    return fault(
      'NAME_CONSTRAINTS_UNSUPPORTED',
      `${who} constrains names of the kind of ${text}, which is not evaluated`,
    );
  }
  const excludedBy = barred.find((base) => relation(name, base) !== 'outside');
  if (excludedBy !== undefined) {
    return fault('NAME_CONSTRAINTS_VIOLATED', `${text} is excluded by ${who}: ${generalNameText(excludedBy)}`);
  }
  if (allowed.length === 0 || allowed.some((base) => relation(name, base) === 'within')) return undefined;
  return fault('NAME_CONSTRAINTS_VIOLATED', `${text} is not among what ${who} permits: ${listed(allowed)}`);
}

function listed(bases: readonly GeneralName[]): string {
  const texts = bases.slice(0, 3).map(generalNameText);
  return bases.length > 3 ? `${texts.join(', ')} and ${bases.length - 3} more` : texts.join(', ');
}

function sameKind(base: GeneralName, name: GeneralName): boolean {
  if (base.type === 'other' && name.type === 'other') return base.tag === name.tag;
  return base.type === name.type;
}

function relation(name: GeneralName, base: GeneralName): Relation {
  if (name.type === 'ip' && base.type === 'ip') return inSubnet(name.value, base.value);
  if (name.type === 'directory' && base.type === 'directory') return inSubtree(name.value, base.value);
  if (name.type === 'dns' && base.type === 'dns')
    return dnsRelation(name.value.toLowerCase(), base.value.toLowerCase());
  if (name.type === 'email' && base.type === 'email') return emailRelation(name.value, base.value);
  if (name.type === 'uri' && base.type === 'uri') return uriRelation(name.value, base.value.toLowerCase());
  return 'unknown';
}

function inSubnet(address: Uint8Array, base: Uint8Array): Relation {
  const { length } = address;
  if (base.length !== 2 * length) return 'outside';
  const isWithin = address.every((byte, i) => ((byte ^ (base[i] ?? 0)) & (base[length + i] ?? 0)) === 0);
  return isWithin ? 'within' : 'outside';
}

/** RFC 5280 section 7.1: the base is what the name begins with. */
function inSubtree(name: Name, base: Name): Relation {
  const [keys, prefix] = [rdnKeys(name), rdnKeys(base)];
  return prefix.length <= keys.length && prefix.every((key, i) => key === keys[i]) ? 'within' : 'outside';
}

/** A leading dot is not of RFC 5280; those that read it take it for "subdomains only", and so is it here. */
function dnsRelation(name: string, base: string): Relation {
  if (base === '') return 'within';
  if (!isHost(name.startsWith('*.') ? name.substring(2) : name)) return 'unknown';
  const suffix = base.startsWith('.') ? base : `.${base}`;
  if (name === base || name.endsWith(suffix)) return 'within';
  // "*.example.com" stands for "host.example.com" too.
  const isAbove = name.startsWith('*.') && (`.${base}`.endsWith(name.substring(1)) || base.endsWith(name.substring(1)));
  return isAbove ? 'overlaps' : 'outside';
}

function emailRelation(name: string, base: string): Relation {
  const at = name.lastIndexOf('@');
  const [local, host] = [name.substring(0, at), name.substring(at + 1).toLowerCase()];
  if (at < 1 || local.includes('@') || !isHost(host)) return 'unknown';
  const baseAt = base.lastIndexOf('@');
  if (baseAt >= 0) {
    // Section 7.5: the host without regard to case, the local part with.
    const isSame = local === base.substring(0, baseAt) && host === base.substring(baseAt + 1).toLowerCase();
    return isSame ? 'within' : 'outside';
  }
  return hostRelation(host, base.toLowerCase());
}

function uriRelation(uri: string, base: string): Relation {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@:[\]]+)(?::\d*)?(?:[/?#]|$)/i.exec(uri)?.[1]?.toLowerCase();
  // Section 4.2.1.10: a URI without a host that is a domain name is not accepted where URIs are constrained.
  if (host === undefined || !isHost(host) || /^[\d.]+$/.test(host)) return 'unknown';
  return hostRelation(host, base);
}

/** One host, or with a leading dot those below it. */
function hostRelation(host: string, base: string): Relation {
  if (base === '') return 'within';
  const isWithin = base.startsWith('.') ? host.endsWith(base) && host.length > base.length : host === base;
  return isWithin ? 'within' : 'outside';
}

const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;

function isHost(host: string): boolean {
  return host.length <= 253 && host.split('.').every((label) => LABEL.test(label));
}

function sanSpan(certificate: Certificate): Span {
  return findExtension(certificate, OID.subjectAltName)?.span ?? certificate.subject.span;
}

/** Bases of a form that RFC 5280 does not have, as texts: a DNS name with a leading dot or none at all of it. */
export function malformedBases({ permitted, excluded }: NameConstraints): string[] {
  return [...permitted, ...excluded].flatMap((base) => {
    if (base.type !== 'dns' || base.value === '' || isHost(base.value)) return [];
    return [printable(base.value)];
  });
}
