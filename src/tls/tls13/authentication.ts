import { equal } from '../../bytes/index.ts';
import type { CertificateCompression } from '../config.ts';
import type { HandshakeContext } from '../context.ts';
import { illegalParameter } from '../error.ts';
import { checkSolicited, extension, type RawExtension } from '../extensions/block.ts';
import { signedCertificateTimestamp } from '../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../extensions/status-request.ts';
import type { TrafficSecret } from '../key-schedule/tls13.ts';
import type { Next } from '../machine.ts';
import { type Certificate, encodeCertificate } from '../messages/certificate.ts';
import { type CertificateVerify, encodeCertificateVerify } from '../messages/certificate-verify.ts';
import { encodeFinished, type Finished } from '../messages/finished.ts';
import { checkVerifyData } from '../negotiate/finished.ts';
import { type ChosenCredential, withSignature } from '../negotiate/own-signature.ts';
import { judgePeer, type PeerAuthenticated, peerRole, type UnverifiedPeer } from '../negotiate/peer.ts';
import { SignatureVerified, signedContent } from '../negotiate/signature.ts';
import { withStaple } from '../negotiate/staple.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { Credential, PeerCertificate } from '../requests.ts';
import { compressed } from './compression.ts';

/** How a peer wants our certificates. */
export interface CertificateWishes {
  /** A stapled OCSP response. */
  readonly ocsp: boolean;
  readonly scts: boolean;
  /** The algorithm chosen for them, if any. */
  readonly compression: CertificateCompression | undefined;
}

/**
 * Where messages of authentication go, and the transcript that they sign.
 */
export interface Flight {
  /** Sends a message, which belongs to the transcript from then on. */
  send(message: Uint8Array): void;
  digest(): Uint8Array;
}

/** The handshake's own flight. */
export function inHandshake(context: HandshakeContext): Flight {
  return {
    send: (message) => context.send('handshake', message),
    digest: () => context.transcript.digest(),
  };
}

/**
 * The chain of a Certificate message that is not empty, with its extensions checked against what was asked for.
 * @param context certificate_request_context that it has to repeat.
 * @param solicited ids of extensions that entries may have.
 */
export function peerChain(
  message: Certificate,
  context: Uint8Array,
  solicited: ReadonlySet<number>,
): PeerCertificate[] {
  if (!equal(message.certificateRequestContext, context)) {
    throw illegalParameter('certificate_request_context is not that of the request', 'RFC 8446 section 4.4.2');
  }
  return message.certificateList.map(({ certData, extensions }) => {
    checkSolicited(extensions, solicited, 'certificate');
    const ocspResponse = extensions.get(statusRequest.certificate);
    const scts = extensions.get(signedCertificateTimestamp.certificate);
    return { der: certData, ...(ocspResponse && { ocspResponse }), ...(scts && { scts }) };
  });
}

/** Verifies a CertificateVerify, then asks whether the chain is acceptable, then goes on. */
export function verifyPeer<S>(
  context: HandshakeContext,
  peer: UnverifiedPeer,
  accepted: readonly number[],
  message: CertificateVerify,
  transcriptHash: Uint8Array,
  then: (peer: PeerAuthenticated) => Next<S>,
): Next<S> {
  const signature = SignatureVerified.check(peerRole(context), peer.key, accepted, message, transcriptHash);
  return judgePeer(context, peer, signature, then);
}

/**
 * Sends Certificate and CertificateVerify; asks for the staple and the signature where they are to be asked for.
 * @param wanted what the peer asked for.
 * @param flight the handshake's unless given.
 */
export function sendCertificate<S>(
  context: HandshakeContext,
  chosen: ChosenCredential,
  requestContext: Uint8Array,
  wanted: CertificateWishes,
  then: () => Next<S>,
  flight: Flight = inHandshake(context),
): Next<S> {
  const { credential, scheme } = chosen;
  return withStaple(credential, wanted.ocsp, (staple) => {
    flight.send(ourCertificate(context, credential, requestContext, wanted, staple));
    return withSignature(context, chosen, signedContent(context.role, flight.digest()), (signature) => {
      flight.send(encodeCertificateVerify({ algorithm: SCHEMES[scheme].code, signature }, context.allocate));
      return then();
    });
  });
}

/** Sends Finished under the sender's handshake traffic secret; after the handshake its application one. */
export function sendFinished(
  context: HandshakeContext,
  secret: TrafficSecret,
  flight: Flight = inHandshake(context),
): void {
  const verifyData = secret.verifyData(flight.digest());
  context.info.finished = verifyData;
  flight.send(encodeFinished({ verifyData }, context.allocate));
}

/** Checks the peer's Finished. @throws TlsError BAD_FINISHED */
export function checkFinished(
  { info }: HandshakeContext,
  message: Finished,
  secret: TrafficSecret,
  transcriptHash: Uint8Array,
): void {
  const expected = secret.verifyData(transcriptHash);
  checkVerifyData(message, expected, 'RFC 8446 section 4.4.4');
  info.peerFinished = expected;
}

/** A Certificate of ours, compressed where the peer wants it so. */
function ourCertificate(
  context: HandshakeContext,
  credential: Credential,
  certificateRequestContext: Uint8Array,
  wanted: CertificateWishes,
  staple: Uint8Array | undefined,
): Uint8Array {
  const certificateList = credential.chain.map((certData, depth) => ({
    certData,
    extensions: depth === 0 ? leafExtensions(credential, wanted, staple) : [],
  }));
  const message = encodeCertificate({ certificateRequestContext, certificateList }, context.allocate);
  const { compression } = wanted;
  return compression === undefined ? message : compressed(context, compression, message);
}

function leafExtensions(
  credential: Credential,
  wanted: CertificateWishes,
  staple: Uint8Array | undefined,
): RawExtension[] {
  const extensions: RawExtension[] = [];
  if (staple !== undefined) extensions.push(extension(statusRequest.certificate, staple));
  if (wanted.scts && credential.scts !== undefined && credential.scts.length > 0) {
    extensions.push(extension(signedCertificateTimestamp.certificate, [...credential.scts]));
  }
  return extensions;
}
