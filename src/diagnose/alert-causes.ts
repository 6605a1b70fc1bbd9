/** Which findings an alert may stem from: one message has many causes. How each is proved tells them apart. */
import type { AlertName } from '../tls/wire.ts';
import type { Cause } from './cause.ts';
import { causeOf } from './causes/index.ts';
import type { FindingCode } from './finding.ts';

/** By who prints the alert: a client that received it, or a server that received it from its client. */
export interface AlertCauses {
  readonly inClient: readonly Cause[];
  readonly inServer: readonly Cause[];
}

type Codes = readonly FindingCode[];

const CLIENT_CERT: Codes = ['CLIENT_CERT_REJECTED'];
const TAMPERED: Codes = ['HANDSHAKE_TAMPERED', 'PROTOCOL_VIOLATION'];
const UNTRUSTED: Codes = ['CHAIN_INCOMPLETE', 'UNKNOWN_ISSUER', 'ROOT_UNTRUSTED', 'CERT_SELF_SIGNED'];

const IN_CLIENT: Readonly<Partial<Record<AlertName, Codes>>> = {
  close_notify: ['CLOSED_BEFORE_DATA'],
  unexpected_message: ['PROTOCOL_VIOLATION'],
  bad_record_mac: TAMPERED,
  record_overflow: ['NOT_TLS', 'PROTOCOL_VIOLATION'],
  handshake_failure: [
    ...(['NO_COMMON_CIPHER_SUITE', 'NO_COMMON_GROUP', 'NO_COMMON_SIGNATURE_SCHEME', 'NO_COMMON_VERSION'] as const),
    ...(['OLD_CIPHER_SUITES_ONLY', 'TLS13_INTOLERANT'] as const),
    ...([
      'TLS13_NOT_SUPPORTED',
      'CLIENT_CERT_REQUIRED',
      'CLIENT_CERT_REJECTED',
      'SNI_REJECTED',
      'ALPN_REFUSED',
    ] as const),
  ],
  bad_certificate: CLIENT_CERT,
  unsupported_certificate: CLIENT_CERT,
  certificate_revoked: CLIENT_CERT,
  certificate_expired: CLIENT_CERT,
  certificate_unknown: CLIENT_CERT,
  unknown_ca: CLIENT_CERT,
  access_denied: ['CLIENT_CERT_REJECTED', 'SNI_REJECTED'],
  illegal_parameter: ['PROTOCOL_VIOLATION', 'HANDSHAKE_TAMPERED'],
  decode_error: ['PROTOCOL_VIOLATION', 'HANDSHAKE_TAMPERED'],
  decrypt_error: TAMPERED,
  protocol_version: ['NO_COMMON_VERSION', 'TLS13_NOT_SUPPORTED', 'TLS12_NOT_SUPPORTED', 'TLS13_INTOLERANT'],
  insufficient_security: ['NO_COMMON_CIPHER_SUITE', 'NO_COMMON_GROUP'],
  internal_error: ['SNI_REJECTED', 'NO_COMMON_SIGNATURE_SCHEME', 'ALPN_REFUSED', 'INTERMITTENT'],
  inappropriate_fallback: ['NO_COMMON_VERSION'],
  missing_extension: ['SNI_REJECTED', 'PROTOCOL_VIOLATION'],
  unrecognized_name: ['SNI_REJECTED'],
  certificate_required: ['CLIENT_CERT_REQUIRED'],
  no_application_protocol: ['ALPN_REFUSED'],
};

const IN_SERVER: Readonly<Partial<Record<AlertName, Codes>>> = {
  bad_certificate: [
    ...(['NAME_MISMATCH', 'CERT_MALFORMED', 'CERT_SIGNATURE_INVALID', 'CERT_NOT_YET_VALID'] as const),
    ...UNTRUSTED,
  ],
  unsupported_certificate: ['CERT_WRONG_PURPOSE', 'CERT_KEY_UNSUPPORTED', 'CERT_SIGNATURE_UNSUPPORTED'],
  certificate_expired: ['CERT_EXPIRED', 'CERT_NOT_YET_VALID', 'CLOCK_WRONG'],
  certificate_unknown: [...UNTRUSTED, 'NAME_MISMATCH', 'CERT_EXPIRED'],
  unknown_ca: UNTRUSTED,
  illegal_parameter: ['PROTOCOL_VIOLATION'],
  decode_error: ['PROTOCOL_VIOLATION'],
  decrypt_error: TAMPERED,
  bad_record_mac: TAMPERED,
  protocol_version: ['NO_COMMON_VERSION'],
  unexpected_message: ['PROTOCOL_VIOLATION'],
  unsupported_extension: ['PROTOCOL_VIOLATION'],
};

/** The findings that an alert may stem from. */
export function causesOfAlert(name: AlertName): AlertCauses {
  const causes = (codes: Codes = []) => codes.flatMap((code) => causeOf(code) ?? []);
  return { inClient: causes(IN_CLIENT[name]), inServer: causes(IN_SERVER[name]) };
}
