import { contextTag, type DerElement, type DerReader, TAG } from '../../asn1/index.ts';
import { type Attribute, decodeRdn } from '../name.ts';
import { decodeGeneralNames, type GeneralName } from './general-name.ts';

/** The reasons for which certificates are revoked (RFC 5280 section 4.2.1.13), by their bits; bit 0 is unused. */
const REASONS = [
  'unused',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const;

/** A reason that a CRL can be partitioned by. */
export type Reason = Exclude<(typeof REASONS)[number], 'unused'>;

/** Every {@link Reason}. */
export const ALL_REASONS: ReadonlySet<Reason> = new Set(REASONS.filter((reason) => reason !== 'unused'));

/** Where a CRL is: by its names, or by what is added to the name of the CRL's issuer. */
export type DistributionPointName =
  | { readonly fullName: readonly GeneralName[] }
  | { readonly nameRelativeToCRLIssuer: readonly Attribute[] };

/** A DistributionPoint (RFC 5280 section 4.2.1.13). */
export interface DistributionPoint {
  readonly name: DistributionPointName | undefined;
  /** `undefined` for all of them. */
  readonly reasons: ReadonlySet<Reason> | undefined;
  readonly cRLIssuer: readonly GeneralName[] | undefined;
}

/** issuingDistributionPoint (RFC 5280 section 5.2.5). */
export interface IssuingDistributionPoint {
  readonly name: DistributionPointName | undefined;
  readonly onlyContainsUserCerts: boolean;
  readonly onlyContainsCACerts: boolean;
  readonly onlySomeReasons: ReadonlySet<Reason> | undefined;
  readonly indirectCRL: boolean;
  readonly onlyContainsAttributeCerts: boolean;
  /** The extension's DER: a delta CRL has the same as its complete CRL. */
  readonly der: Uint8Array;
}

/** Reads cRLDistributionPoints or freshestCRL. @throws DerError */
export function decodeDistributionPoints(value: DerReader): DistributionPoint[] {
  const element = value.next(TAG.sequence, 'CRLDistributionPoints');
  const points: DistributionPoint[] = [];
  for (const list = element.reader(); list.remaining > 0; ) {
    const point = list.next(TAG.sequence, 'DistributionPoint');
    const fields = point.reader();
    const name = decodePointName(fields);
    const reasons = decodeReasons(fields.optional(contextTag(1, false), 'reasons'));
    const cRLIssuer = fields.optional(contextTag(2, true), 'cRLIssuer');
    fields.end('DistributionPoint');
    if (name === undefined && cRLIssuer === undefined) throw point.error('names no CRL');
    points.push({ name, reasons, cRLIssuer: cRLIssuer && names(cRLIssuer) });
  }
  if (points.length === 0) throw element.error('has no distribution point');
  return points;
}

/** Reads issuingDistributionPoint. @throws DerError */
export function decodeIssuingDistributionPoint(value: DerReader): IssuingDistributionPoint {
  const element = value.next(TAG.sequence, 'issuingDistributionPoint');
  const fields = element.reader();
  if (fields.remaining === 0) throw element.error('is empty');
  const flag = (number: number, label: string) => fields.optional(contextTag(number, false), label)?.boolean() ?? false;
  const point = {
    name: decodePointName(fields),
    onlyContainsUserCerts: flag(1, 'onlyContainsUserCerts'),
    onlyContainsCACerts: flag(2, 'onlyContainsCACerts'),
    onlySomeReasons: decodeReasons(fields.optional(contextTag(3, false), 'onlySomeReasons')),
    indirectCRL: flag(4, 'indirectCRL'),
    onlyContainsAttributeCerts: flag(5, 'onlyContainsAttributeCerts'),
    der: element.der,
  };
  fields.end('issuingDistributionPoint');
  const { onlyContainsUserCerts: user, onlyContainsCACerts: ca, onlyContainsAttributeCerts: attribute } = point;
  if ([user, ca, attribute].filter(Boolean).length > 1) throw element.error('contains only one kind and only another');
  return point;
}

function decodePointName(fields: DerReader): DistributionPointName | undefined {
  const wrapper = fields.optional(contextTag(0, true), 'distributionPoint');
  if (wrapper === undefined) return undefined;
  const choice = wrapper.reader();
  const full = choice.optional(contextTag(0, true), 'fullName');
  const relative = full === undefined ? choice.next(contextTag(1, true), 'nameRelativeToCRLIssuer') : undefined;
  choice.end('distributionPoint');
  if (full !== undefined) return { fullName: names(full) };
  return { nameRelativeToCRLIssuer: relative === undefined ? [] : decodeRdn(relative) };
}

function names(element: DerElement): GeneralName[] {
  const list = decodeGeneralNames(element.reader());
  if (list.length === 0) throw element.error('has no name');
  return list;
}

function decodeReasons(element: DerElement | undefined): ReadonlySet<Reason> | undefined {
  if (element === undefined) return undefined;
  const bits = element.namedBits();
  return new Set([...ALL_REASONS].filter((reason) => bits[REASONS.indexOf(reason)] === true));
}
