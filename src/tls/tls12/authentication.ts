import type { KeyType, SchemeName } from '../../crypto/index.ts';
import { TlsError } from '../error.ts';
import type { UnverifiedPeer } from '../negotiate/peer.ts';
import { GROUPS, type NamedGroup } from '../registry/named-groups.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { Tls12Suite } from '../registry/tls12-suites.ts';
import type { Credential } from '../requests.ts';

/** ClientCertificateType code points (RFC 5246 section 7.4.4, RFC 8422 section 5.5). */
export const CERTIFICATE_TYPES = { rsa: 1, ecdsa: 64 } as const;

type Authentication = Tls12Suite['authentication'];

/** Whose suites a key goes with; EdDSA's are ECDSA's (RFC 8422 section 5.10). None for keys of TLS 1.3 alone. */
const AUTHENTICATIONS: Readonly<Record<KeyType, Authentication | undefined>> = {
  rsa: 'rsa',
  'rsa-pss': 'rsa',
  secp256r1: 'ecdsa',
  secp384r1: 'ecdsa',
  secp521r1: 'ecdsa',
  ed25519: 'ecdsa',
  ed448: 'ecdsa',
  'ml-dsa-44': undefined,
  'ml-dsa-65': undefined,
  'ml-dsa-87': undefined,
};

/** Schemes that every EC key makes in TLS 1.2: they name a hash and no curve (RFC 5246 section 7.4.1.4.1). */
const ECDSA: readonly SchemeName[] = ['ecdsa_secp256r1_sha256', 'ecdsa_secp384r1_sha384', 'ecdsa_secp521r1_sha512'];

/** The type of a credential's key; where it lives elsewhere, as its schemes tell. */
function keyType({ key }: Credential): KeyType | undefined {
  if (!('remote' in key)) return key.type;
  const [scheme] = key.schemes;
  return scheme === undefined ? undefined : SCHEMES[scheme].keyTypes[0];
}

/** Whose suites a credential goes with. */
export function authenticationOf(credential: Credential): Authentication | undefined {
  const type = keyType(credential);
  return type === undefined ? undefined : AUTHENTICATIONS[type];
}

/** What a credential signs by in TLS 1.2, its own schemes first. A key that lives elsewhere says itself what it can. */
export function schemesOf({ key }: Credential): readonly SchemeName[] {
  if ('remote' in key || !isOnCurve(key.type)) return key.schemes;
  return [...key.schemes, ...ECDSA.filter((name) => !key.schemes.includes(name))];
}

/** Whether an EC key is on one of the curves; other keys are on none and fit all (RFC 8422 section 5.1). */
export function fitsCurves(credential: Credential, groups: readonly number[]): boolean {
  const type = keyType(credential);
  return type === undefined || !isOnCurve(type) || groups.includes(GROUPS[type]);
}

/**
 * Checks that the leaf's key is of the kind that the suite names, and on a curve that was offered.
 * @throws TlsError BAD_CERTIFICATE_KEY
 */
export function checkKeyOfSuite(suite: Tls12Suite, { key: { type } }: UnverifiedPeer, groups: readonly number[]): void {
  if (AUTHENTICATIONS[type] !== suite.authentication) {
    throw wrongKey(`the leaf's key is ${type}, which ${suite.name} does not go with`, 'RFC 5246 section 7.4.2');
  }
  if (suite.keyExchange === 'rsa' && type === 'rsa-pss') {
    throw wrongKey(`the leaf's key only signs, and ${suite.name} encrypts to it`, 'RFC 4055 section 1.2');
  }
  if (!isOnCurve(type) || groups.includes(GROUPS[type])) return;
  throw wrongKey(`the leaf's key is on ${type}, which was not offered`, 'RFC 8422 section 5.3');
}

function isOnCurve(type: KeyType): type is KeyType & NamedGroup {
  return type in GROUPS;
}

function wrongKey(message: string, spec: string): TlsError {
  return new TlsError({ code: 'BAD_CERTIFICATE_KEY', alert: 'illegal_parameter', fault: 'peer', message, spec });
}
