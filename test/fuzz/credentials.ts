/** Credentials that are the same in every process, so that a failing input means the same everywhere. */
import { fromHex } from '../../src/bytes/index.ts';
import type { PrivateKey } from '../../src/crypto/index.ts';
import { nodeCrypto } from '../../src/crypto/node/index.ts';
import type { Credential } from '../../src/tls/index.ts';
import { issueCertificate } from '../../src/x509/index.ts';

/** PKCS#8 up to the 32 bytes of an Ed25519 seed (RFC 8410 section 7). Its signatures are deterministic. */
const ED25519_PKCS8 = '302e020100300506032b657004220420';

/** The validity of every certificate here. Seconds do not count: nothing looks at the clock. */
export const NOT_BEFORE = Date.UTC(2026, 0, 1);
/** See {@link NOT_BEFORE}. */
export const NOT_AFTER = Date.UTC(2036, 0, 1);

/** A credential whose key signs here. */
export type LocalCredential = Credential & { readonly key: PrivateKey };

let made: { readonly server: LocalCredential; readonly client: LocalCredential } | undefined;

/** A server's and a client's credential with a chain of two, a staple and an SCT. */
export function fuzzCredentials(): { readonly server: LocalCredential; readonly client: LocalCredential } {
  made ??= { server: issue(1, 'server.test'), client: issue(3, 'client.test') };
  return made;
}

function issue(number: number, name: string): LocalCredential {
  const root = keyOf(number + 1);
  const common = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER, serial: Uint8Array.of(number) };
  const issuer = issueCertificate({
    ...common,
    subject: { commonName: 'hellofin fuzz root', organizationName: 'hellofin' },
    subjectPublicKey: root.spki,
    key: root,
    ca: { pathLength: 1 },
  });
  const key = keyOf(number);
  const leaf = issueCertificate({
    ...common,
    subject: { commonName: name },
    subjectPublicKey: key.spki,
    key: root,
    issuer,
    names: [name, `*.${name}`, '192.0.2.1', '2001:db8::1'],
  });
  return { chain: [leaf, issuer], key, ocspResponse: Uint8Array.of(0x30, 0), scts: [Uint8Array.of(0, 1, 2)] };
}

/** The key of a number: the same in every process. */
export function keyOf(number: number): PrivateKey {
  return nodeCrypto.importPrivateKey(fromHex(ED25519_PKCS8 + number.toString(16).padStart(64, '0')));
}
