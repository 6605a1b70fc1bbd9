import { concat, fromAscii } from '../../bytes/index.ts';
import { CryptoError, type CryptoProvider, type PublicKey, type SchemeName } from '../../crypto/index.ts';
import { illegalParameter, TlsError } from '../error.ts';
import type { Role } from '../events.ts';
import type { CertificateVerify } from '../messages/certificate-verify.ts';
import { showScheme } from '../registry/display.ts';
import { SCHEMES, type SchemeInfo, schemeInfo } from '../registry/signature-schemes.ts';
import type { VersionName } from '../registry/versions.ts';
import type { PeerKey } from '../requests.ts';

const SPEC = 'RFC 8446 section 4.4.3';

function contextOf(role: Role): Uint8Array {
  const spaces = new Uint8Array(64).fill(0x20);
  return concat([spaces, fromAscii(`TLS 1.3, ${role} CertificateVerify`), Uint8Array.of(0)]);
}

const CONTEXT: Readonly<Record<Role, Uint8Array>> = { client: contextOf('client'), server: contextOf('server') };

/** The bytes that the `signer`'s CertificateVerify signs (RFC 8446 section 4.4.3). */
export function signedContent(signer: Role, transcriptHash: Uint8Array): Uint8Array {
  return concat([CONTEXT[signer], transcriptHash]);
}

/** Whether a signature covers a digest that can be forged (RFC 9155). */
export function isSha1(scheme: number): boolean {
  return schemeInfo(scheme)?.name.endsWith('sha1') === true;
}

/** The first scheme of a key that the peer accepts and that the version allows in a handshake. */
export function chooseScheme(
  own: readonly SchemeName[],
  peer: readonly number[],
  version: VersionName = 'TLS 1.3',
): SchemeName | undefined {
  const isAllowed = (name: SchemeName) => {
    const { tls12, tls13Handshake } = SCHEMES[name];
    return version === 'TLS 1.2' ? tls12.keyTypes.length > 0 : tls13Handshake;
  };
  return own.find((name) => isAllowed(name) && peer.includes(SCHEMES[name].code));
}

/** What a peer's key is needed for: to sign, or to encrypt to (RFC 5246 section 7.4.2). */
export type KeyPurpose = 'signatures' | 'key encipherment';

/** Imports the key of a peer's leaf. @throws TlsError BAD_CERTIFICATE_KEY */
export function importPeerKey(
  crypto: CryptoProvider,
  answer: PeerKey | null,
  purpose: KeyPurpose = 'signatures',
): PublicKey {
  if (answer === null) throw badKey('bad_certificate', 'the leaf certificate does not parse');
  const isAllowed = purpose === 'signatures' ? answer.digitalSignature : answer.keyEncipherment === true;
  if (!isAllowed) {
    const what = purpose === 'signatures' ? 'digital signatures' : purpose;
    throw badKey('unsupported_certificate', `the leaf's key usage does not allow ${what}`);
  }
  try {
    return crypto.importPublicKey(answer.spki);
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    throw badKey(
      error.code === 'unsupported' ? 'unsupported_certificate' : 'bad_certificate',
      `the leaf's public key can not be used: ${error.message}`,
      error,
    );
  }
}

function badKey(alert: 'bad_certificate' | 'unsupported_certificate', message: string, cause?: unknown): TlsError {
  return new TlsError({
    code: 'BAD_CERTIFICATE_KEY',
    alert,
    fault: 'peer',
    message,
    spec: 'RFC 8446 section 4.4.2',
    cause,
  });
}

/** A signature with its scheme, in CertificateVerify or ServerKeyExchange. */
interface Signed {
  readonly algorithm: number;
  readonly signature: Uint8Array;
}

/** Proof that a peer holds the private key of the leaf it sent: only its own checks make one. */
export class SignatureVerified {
  readonly scheme: SchemeName;

  private constructor(scheme: SchemeName) {
    this.scheme = scheme;
  }

  /**
   * Verifies a CertificateVerify of TLS 1.3.
   * @param accepted codes of the schemes this side offered.
   * @throws TlsError ILLEGAL_PARAMETER, BAD_SIGNATURE
   */
  static check(
    signer: Role,
    key: PublicKey,
    accepted: readonly number[],
    message: CertificateVerify,
    transcriptHash: Uint8Array,
  ): SignatureVerified {
    const info = offered(accepted, message, SPEC);
    const shown = showScheme(message.algorithm);
    if (!info.tls13Handshake) throw illegalParameter(`${shown} may not sign a TLS 1.3 handshake`, SPEC);
    if (!info.keyTypes.includes(key.type)) throw misfit(shown, key, SPEC);
    const isValid = key.verify(info.name, signedContent(signer, transcriptHash), message.signature);
    if (!isValid)
      throw badSignature(`the ${signer}'s CertificateVerify (${shown})`, 'certificate_verify', message, SPEC);
    return new SignatureVerified(info.name);
  }

  /**
   * Verifies a signature of TLS 1.2, whose ECDSA schemes name no curve (RFC 5246 section 7.4.1.4.1).
   * @param what the message that has it.
   * @param content the bytes it covers.
   * @throws TlsError ILLEGAL_PARAMETER, BAD_SIGNATURE
   */
  static checkTls12(
    what: 'server_key_exchange' | 'certificate_verify',
    key: PublicKey,
    accepted: readonly number[],
    signed: Signed,
    content: Uint8Array,
  ): SignatureVerified {
    const spec = what === 'certificate_verify' ? 'RFC 5246 section 7.4.8' : 'RFC 5246 section 7.4.3';
    const { name, tls12 } = offered(accepted, signed, spec);
    const shown = showScheme(signed.algorithm);
    if (!tls12.keyTypes.includes(key.type)) throw misfit(shown, key, spec);
    if (!key.verify(tls12.name, content, signed.signature)) {
      throw badSignature(`the signature of ${what} (${shown})`, what, signed, spec);
    }
    return new SignatureVerified(name);
  }
}

function offered(accepted: readonly number[], { algorithm }: Signed, spec: string): SchemeInfo {
  const info = schemeInfo(algorithm);
  if (info !== undefined && accepted.includes(algorithm)) return info;
  throw illegalParameter(`signature algorithm ${showScheme(algorithm)} was not offered`, spec);
}

function misfit(shown: string, key: PublicKey, spec: string): TlsError {
  return illegalParameter(`${shown} does not fit a certificate with a ${key.type} key`, spec);
}

function badSignature(what: string, messageType: string, { signature }: Signed, spec: string): TlsError {
  return new TlsError({
    code: 'BAD_SIGNATURE',
    alert: 'decrypt_error',
    fault: 'peer',
    message: `${what} does not verify with its certificate's key`,
    spec,
    evidence: { messageType, span: { start: 4, end: 8 + signature.length } },
  });
}
