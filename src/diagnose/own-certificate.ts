/**
 * What is wrong with the client certificate that was sent: its dates, its purpose and its issuer need no word of the
 * server. Everything is read from the messages of the run.
 */
import { OID, oidName } from '../asn1/index.ts';
import { equal, ReadError, Reader, type Span } from '../bytes/index.ts';
import { EXTENSION_TYPES } from '../tls/wire.ts';
import {
  attributeOf,
  type Certificate,
  findExtension,
  type Name,
  parseCertificate,
  parseName,
  printable,
  X509Error,
} from '../x509/index.ts';
import { clockText, type Timed } from './clock.ts';
import { certificatesIn, decodeFound, decodeTls12Found, findMessage, type Recorded } from './messages.ts';
import { instant } from './words.ts';

/** One thing that is wrong with it. */
export interface OwnFault {
  readonly kind: 'expired' | 'not_yet_valid' | 'purpose' | 'issuer';
  /** Offsets in our Certificate message. */
  readonly span: Span;
  /** What the bytes say. */
  readonly reads: string;
  /** Why that is a fault. */
  readonly caption: string;
}

/** The certificate that was sent, and what can be seen of it from here. */
export interface OwnCertificate {
  readonly name: string;
  readonly issuer: string;
  readonly notAfter: number;
  /** The gravest first. */
  readonly faults: readonly OwnFault[];
}

/** Names of CAs that a screen can take. */
const MAX_AUTHORITIES = 64;

/** The names of the CAs that the server takes certificates of, DER; empty where it does not say (RFC 8446 section 4.2.4). */
export function acceptedAuthorities(tls: Recorded | undefined): Uint8Array[] {
  const older = decodeTls12Found(tls, 'received', 'certificate_request');
  if (older !== undefined) return [...older.certificateAuthorities];
  const request = decodeFound(tls, 'received', 'certificate_request');
  const data = request?.extensions.raw.find(({ id }) => id === EXTENSION_TYPES.certificate_authorities)?.data;
  if (data === undefined) return [];
  try {
    const names: Uint8Array[] = [];
    const list = new Reader(data).vector(2, 'authorities');
    while (list.remaining > 0) names.push(list.opaque(2, 'distinguished_name'));
    return names;
  } catch (error) {
    if (error instanceof ReadError) return [];
    throw error;
  }
}

/** Distinguished names as people call them: the common name where there is one. */
export function authorityNames(authorities: readonly Uint8Array[]): string[] {
  return authorities.slice(0, MAX_AUTHORITIES).flatMap((der) => {
    try {
      return [callName(parseName(der))];
    } catch (error) {
      if (error instanceof X509Error) return [];
      throw error;
    }
  });
}

/** Judges the client certificate that was sent. `undefined` where none was. @param times whose clock counts */
export function ownCertificate(tls: Recorded | undefined, times: Timed): OwnCertificate | undefined {
  const message = findMessage(tls, 'sent', 'certificate')?.bytes;
  const chain = (certificatesIn(tls, 'sent') ?? []).flatMap(parsed);
  const [leaf] = chain;
  if (message === undefined || leaf === undefined) return undefined;
  const at = leaf.der.byteOffset - message.byteOffset;
  const placed = ({ start, end }: Span): Span => ({ start: at + start, end: at + end });
  const faults = [
    ...faultsOfTime(leaf, times),
    ...faultsOfPurpose(leaf),
    ...faultsOfIssuer(chain, leaf, acceptedAuthorities(tls)),
  ];
  return {
    name: callName(leaf.subject),
    issuer: callName(leaf.issuer),
    notAfter: leaf.notAfter,
    faults: faults.map((fault) => ({ ...fault, span: placed(fault.span) })),
  };
}

function faultsOfTime({ notBefore, notAfter, spans }: Certificate, times: Timed): OwnFault[] {
  const { clock } = times;
  if (clock >= notAfter + 1000) {
    const caption = `${instant(notAfter)}; ${clockText(times)}`;
    return [{ kind: 'expired', span: spans.notAfter, reads: 'notAfter', caption }];
  }
  if (clock >= notBefore) return [];
  const caption = `${instant(notBefore)}; ${clockText(times)}`;
  return [{ kind: 'not_yet_valid', span: spans.notBefore, reads: 'notBefore', caption }];
}

/** RFC 5280 section 4.2.1.12: a client needs the purpose where the certificate names any. */
function faultsOfPurpose(leaf: Certificate): OwnFault[] {
  const { extKeyUsage } = leaf;
  if (extKeyUsage === undefined) return [];
  if (extKeyUsage.includes(OID.clientAuth) || extKeyUsage.includes(OID.anyExtendedKeyUsage)) return [];
  const span = findExtension(leaf, OID.extKeyUsage)?.span ?? leaf.spans.tbs;
  const reads = `extKeyUsage ${extKeyUsage.map(oidName).join(', ')}`;
  return [{ kind: 'purpose', span, reads, caption: 'no clientAuth: not for clients (RFC 5280 section 4.2.1.12)' }];
}

function faultsOfIssuer(chain: readonly Certificate[], leaf: Certificate, accepted: readonly Uint8Array[]): OwnFault[] {
  const fits = chain.some(({ issuer }) => accepted.some((name) => equal(name, issuer.der)));
  if (accepted.length === 0 || fits) return [];
  const reads = `issuer ${callName(leaf.issuer)}`;
  return [{ kind: 'issuer', span: leaf.issuer.span, reads, caption: 'none of those that the server names' }];
}

function callName(name: Name): string {
  return printable(attributeOf(name, OID.commonName) ?? name.text);
}

function parsed(der: Uint8Array): Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch (error) {
    if (error instanceof X509Error) return [];
    throw error;
  }
}
