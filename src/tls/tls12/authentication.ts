import type { KeyType, SchemeName } from '../../crypto/index.ts';
import { TlsError } from '../error.ts';
import type { UnverifiedPeer } from '../negotiate/peer.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { Tls12Suite } from '../registry/tls12-suites.ts';

/** ClientCertificateType code points (RFC 5246 section 7.4.4, RFC 8422 section 5.5). */
export const CERTIFICATE_TYPES = { rsa: 1, ecdsa: 64 } as const;

/** Whose suites a key goes with; EdDSA's are ECDSA's (RFC 8422 section 5.10). */
export function authenticationBy(type: KeyType): Tls12Suite['authentication'] {
  return type === 'rsa' || type === 'rsa-pss' ? 'rsa' : 'ecdsa';
}

/** The kind of key that makes a scheme. */
export function authenticationOf(scheme: SchemeName): Tls12Suite['authentication'] {
  return SCHEMES[scheme].keyTypes.every((type) => authenticationBy(type) === 'rsa') ? 'rsa' : 'ecdsa';
}

/** Checks that the leaf's key is of the kind that the suite names. @throws TlsError BAD_CERTIFICATE_KEY */
export function checkKeyOfSuite({ name, authentication }: Tls12Suite, { key }: UnverifiedPeer): void {
  if (authenticationBy(key.type) === authentication) return;
  throw new TlsError({
    code: 'BAD_CERTIFICATE_KEY',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: `the leaf's key is ${key.type}, which ${name} does not go with`,
    spec: 'RFC 5246 section 7.4.2',
  });
}
