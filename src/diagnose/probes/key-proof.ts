/** Whether a server that was heard to ServerHelloDone and no further has the key of its certificate. */
import { CryptoError, type CryptoProvider, type PublicKey, type SignatureName } from '../../crypto/index.ts';
import { schemeName, VERSIONS, versionName } from '../../tls/wire.ts';
import { leafKey, X509Error } from '../../x509/index.ts';
import type { Flight } from './flight.ts';

/** What the signature in a ServerKeyExchange shows. */
export interface KeyProof {
  /** `unchecked` when nothing was signed that can be checked here. */
  readonly status: 'proved' | 'failed' | 'unchecked';
  readonly reason: string;
}

/** Where a ClientHello has its random: behind the header and legacy_version (RFC 8446 section 4.1.2). */
const RANDOM = { start: 6, end: 38 };

/** In TLS 1.2 the name of an ECDSA scheme says the hash and not the curve (RFC 5246 section 7.4.1.4.1). */
const ANY_CURVE: Readonly<Record<string, SignatureName>> = {
  ecdsa_secp256r1_sha256: 'ecdsa_sha256',
  ecdsa_secp384r1_sha384: 'ecdsa_sha384',
  ecdsa_secp521r1_sha512: 'ecdsa_sha512',
};

/** Checks the signature over both randoms and the server's parameters (RFC 5246 section 7.4.3). */
export function proveKey(clientHello: Uint8Array, { messages, version }: Flight, crypto: CryptoProvider): KeyProof {
  const all = messages.map(({ message }) => message);
  const hello = all.find((one) => one.type === 'server_hello');
  const leaf = all.find((one) => one.type === 'certificate')?.certificateList[0]?.certData;
  const exchange = all.find((one) => one.type === 'server_key_exchange');
  if (hello === undefined || leaf === undefined) return unchecked('no certificate came');
  if (exchange?.signature === undefined) return unchecked('its key would show at the end of the handshake only');
  const key = keyOf(leaf, crypto);
  if (key === undefined) return unchecked('the key in its certificate is not understood');
  // Before TLS 1.2, ECDSA is over SHA-1 and RSA over MD5 and SHA-1 together (RFC 4346 section 7.4.3, RFC 4492 section 5.4).
  const older = key.type.startsWith('secp') ? 'ecdsa_sha1' : undefined;
  const scheme = version === VERSIONS.tls12 ? schemeName(exchange.algorithm ?? 0) : older;
  const name = crypto.capabilities.schemes.find((one) => one === scheme);
  if (name === undefined) return unchecked(`its signature in ${versionName(version)} is of a kind not checked here`);
  const data = new Uint8Array(64 + exchange.signedParams.length);
  data.set(clientHello.subarray(RANDOM.start, RANDOM.end));
  data.set(hello.random, 32);
  data.set(exchange.signedParams, 64);
  const algorithm = ANY_CURVE[name] ?? name;
  return verifies(key, algorithm, data, exchange.signature)
    ? { status: 'proved', reason: `signed by ${algorithm}` }
    : {
        status: 'failed',
        reason: `the signature by ${algorithm} in ServerKeyExchange is not by the key of the certificate`,
      };
}

function keyOf(leaf: Uint8Array, crypto: CryptoProvider): PublicKey | undefined {
  try {
    return crypto.importPublicKey(leafKey(leaf).spki);
  } catch (error) {
    if (error instanceof X509Error || error instanceof CryptoError) return undefined;
    throw error;
  }
}

/** A scheme of another kind of key proves nothing either. */
function verifies(key: PublicKey, algorithm: SignatureName, data: Uint8Array, signature: Uint8Array): boolean {
  try {
    return key.verify(algorithm, data, signature);
  } catch (error) {
    if (error instanceof CryptoError) return false;
    throw error;
  }
}

function unchecked(reason: string): KeyProof {
  return { status: 'unchecked', reason };
}
