import { type Line, styled, widthOf, wrapped } from '../../explain/index.ts';
import type { ChainCertificate, ServedChain } from '../served-chain.ts';
import { count, DAY, day, listed } from '../words.ts';

/** The column that says where a certificate comes from. */
const ORIGIN = 46;

/** Columns of a field's value. */
const VALUE_WIDTH = 64;

/** How chains are shown. */
export interface ChainsView {
  /** Epoch milliseconds that days are counted from. */
  readonly clock: number;
  /** Whether every name is listed. */
  readonly verbose: boolean;
}

/** The chains that the addresses serve, each certificate below the one that it issued. */
export function chainLines(chains: readonly ServedChain[], view: ChainsView): Line[] {
  return chains.flatMap(({ endpoints, certificates, sent }) => {
    const others = certificates.filter(({ depth }) => depth === undefined);
    return [
      [styled('strong', `  ${listed(endpoints)}`), styled('dim', `, ${count(sent.length, 'certificate')} sent`)],
      ...certificates.filter((one) => !others.includes(one)).flatMap((one) => certificateLines(one, view)),
      ...(others.length === 0 ? [] : [[styled('dim', '  not needed:')]]),
      ...others.flatMap((one) => certificateLines(one, view)),
    ];
  });
}

function certificateLines(certificate: ChainCertificate, view: ChainsView): Line[] {
  const { fields, depth = 0, sha256 } = certificate;
  const indent = `  ${'  '.repeat(depth)}`;
  const branch = depth === 0 ? indent : `${indent.substring(2)}└ `;
  const name = fields?.name ?? 'a certificate that is malformed';
  const title: Line = [
    branch,
    styled('strong', name),
    '  '.padEnd(ORIGIN - widthOf([branch, name])),
    originOf(certificate),
  ];
  const field = (label: string, value: string): Line[] =>
    wrapped(value, VALUE_WIDTH).map((part, index) => [
      styled('dim', `${indent}  ${(index === 0 ? label : '').padEnd(9)}`),
      part,
    ]);
  if (fields === undefined) return [title, ...field('SHA-256', sha256)];
  const names = listed(fields.names, view.verbose ? Number.POSITIVE_INFINITY : undefined);
  return [
    title,
    ...field('issuer', fields.selfIssued ? 'itself' : fields.issuer),
    ...(fields.names.length === 0 ? [] : field('names', names)),
    ...field('valid', validityOf(fields, view.clock)),
    ...field('key', `${fields.key}, signed with ${fields.signature}`),
    ...(view.verbose ? [...field('subject', fields.subject), ...field('serial', fields.serial)] : []),
    ...field('SHA-256', sha256),
  ];
}

/** Where a certificate comes from: served, fetched, trusted. */
function originOf({ sent, url, trusted }: ChainCertificate) {
  if (url !== undefined) return styled('warn', `fetched from ${url}`);
  if (sent === undefined) return styled('good', 'trusted, not sent');
  return styled('good', `served, number ${sent + 1}${trusted ? ', and trusted' : ''}`);
}

/** `2026-10-24 to 2027-01-22, 59 of 90 days left (66 %)`. */
function validityOf(
  { notBefore, notAfter }: { readonly notBefore: number; readonly notAfter: number },
  clock: number,
): string {
  const span = `${day(notBefore)} to ${day(notAfter)}`;
  if (clock < notBefore) return `${span}, not yet valid`;
  if (clock > notAfter) return `${span}, expired`;
  const [left, whole] = [notAfter - clock, Math.max(notAfter - notBefore, 1)];
  const percent = Math.floor((left / whole) * 100);
  return `${span}, ${Math.floor(left / DAY)} of ${count(Math.round(whole / DAY), 'day')} left (${percent} %)`;
}
