import { concat, fromAscii } from '../../bytes/index.ts';
import { CryptoError, type CryptoProvider, type PublicKey, type SchemeName } from '../../crypto/index.ts';
import { illegalParameter, TlsError } from '../error.ts';
import type { Role } from '../events.ts';
import type { CertificateVerify } from '../messages/certificate-verify.ts';
import { showScheme } from '../registry/display.ts';
import { SCHEMES, schemeInfo } from '../registry/signature-schemes.ts';

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

/** The first scheme of a key that the peer accepts and that TLS 1.3 allows in a CertificateVerify. */
export function chooseScheme(own: readonly SchemeName[], peer: readonly number[]): SchemeName | undefined {
  return own.find((name) => SCHEMES[name].tls13Handshake && peer.includes(SCHEMES[name].code));
}

/** Imports the key of a peer's leaf. @throws TlsError BAD_CERTIFICATE_KEY */
export function importPeerKey(
  crypto: CryptoProvider,
  answer: { readonly spki: Uint8Array; readonly digitalSignature: boolean } | null,
): PublicKey {
  if (answer === null) throw badKey('bad_certificate', 'the leaf certificate does not parse');
  if (!answer.digitalSignature) {
    throw badKey('unsupported_certificate', "the leaf's key usage does not allow digital signatures");
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

/** Proof that a peer holds the private key of the leaf it sent: only {@link SignatureVerified.check} makes one. */
export class SignatureVerified {
  readonly scheme: SchemeName;

  private constructor(scheme: SchemeName) {
    this.scheme = scheme;
  }

  /**
   * Verifies a CertificateVerify.
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
    const info = schemeInfo(message.algorithm);
    const shown = showScheme(message.algorithm);
    if (info === undefined || !accepted.includes(message.algorithm)) {
      throw illegalParameter(`signature algorithm ${shown} was not offered`, SPEC);
    }
    if (!info.tls13Handshake) throw illegalParameter(`${shown} may not sign a TLS 1.3 handshake`, SPEC);
    if (!info.keyTypes.includes(key.type)) {
      throw illegalParameter(`${shown} does not fit a certificate with a ${key.type} key`, SPEC);
    }
    if (!key.verify(info.name, signedContent(signer, transcriptHash), message.signature)) {
      throw new TlsError({
        code: 'BAD_SIGNATURE',
        alert: 'decrypt_error',
        fault: 'peer',
        message: `the ${signer}'s CertificateVerify (${shown}) does not verify with its certificate's key`,
        spec: SPEC,
        evidence: { messageType: 'certificate_verify', span: { start: 4, end: 8 + message.signature.length } },
      });
    }
    return new SignatureVerified(info.name);
  }
}
