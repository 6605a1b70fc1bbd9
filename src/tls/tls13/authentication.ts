import { EMPTY, equal, equalConstantTime } from '../../bytes/index.ts';
import type { PublicKey, SchemeName } from '../../crypto/index.ts';
import type { CertificateCompression } from '../config.ts';
import type { HandshakeContext } from '../context.ts';
import { illegalParameter, TlsError } from '../error.ts';
import type { Role } from '../events.ts';
import { checkSolicited, extension, type RawExtension } from '../extensions/block.ts';
import { signedCertificateTimestamp } from '../extensions/signed-certificate-timestamp.ts';
import { statusRequest } from '../extensions/status-request.ts';
import type { TrafficSecret } from '../key-schedule/tls13.ts';
import { ask, type Next } from '../machine.ts';
import { type Certificate, encodeCertificate } from '../messages/certificate.ts';
import { type CertificateVerify, encodeCertificateVerify } from '../messages/certificate-verify.ts';
import { encodeFinished, type Finished } from '../messages/finished.ts';
import { importPeerKey, SignatureVerified, signedContent } from '../negotiate/signature.ts';
import { ALERTS } from '../registry/alerts.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { Credential, PeerCertificate, Verdict } from '../requests.ts';
import { compressed } from './compression.ts';
import type { PskInUse } from './psk.ts';

/** A peer's chain before its key is proved and its chain is judged. */
export interface UnverifiedPeer {
  readonly chain: readonly PeerCertificate[];
  readonly key: PublicKey;
}

/** How a peer wants our certificates. */
export interface CertificateWishes {
  /** A stapled OCSP response. */
  readonly ocsp: boolean;
  readonly scts: boolean;
  /** The algorithm chosen for them, if any. */
  readonly compression: CertificateCompression | undefined;
}

/**
 * Proof that the peer holds its key and that its chain was accepted: only {@link verifyPeer} and {@link resumePeer} make
 * one.
 */
export class PeerAuthenticated {
  readonly proof: SignatureVerified | PskInUse;

  constructor(proof: SignatureVerified | PskInUse, _accepted: ChainAccepted | 'no chain') {
    this.proof = proof;
  }
}

/** Proof of an accepting verdict. */
class ChainAccepted {
  readonly accepted = true;
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

/** Asks for the leaf's key and goes on with it. */
export function withPeerKey<S>(
  context: HandshakeContext,
  chain: readonly PeerCertificate[],
  then: (peer: UnverifiedPeer) => Next<S>,
): Next<S> {
  context.info.peerCertificates = chain;
  const leaf = chain[0]?.der ?? EMPTY;
  return ask('peer_key', { leaf }, (answer) => then({ chain, key: importPeerKey(context.crypto, answer) }));
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
  const signer = peerOf(context);
  const signature = SignatureVerified.check(signer, peer.key, accepted, message, transcriptHash);
  context.info.peerSignatureScheme = signature.scheme;
  return judge(context, peer.chain, false, (verdict) => {
    if (verdict instanceof ChainAccepted) return then(new PeerAuthenticated(signature, verdict));
    throw rejected(context, verdict);
  });
}

/**
 * Asks whether the chain of a session is acceptable still. A key from elsewhere, and a session made with one, has no
 * chain: whoever holds the key is the peer.
 * @param refused what to do where it is not; default: the connection ends.
 */
export function resumePeer<S>(
  context: HandshakeContext,
  proof: PskInUse,
  chain: readonly PeerCertificate[],
  then: (peer: PeerAuthenticated) => Next<S>,
  refused?: () => Next<S>,
): Next<S> {
  if (chain.length === 0) return then(new PeerAuthenticated(proof, 'no chain'));
  return judge(context, chain, true, (verdict) => {
    if (verdict instanceof ChainAccepted) return then(new PeerAuthenticated(proof, verdict));
    if (refused === undefined) throw rejected(context, verdict);
    return refused();
  });
}

type Rejected = Extract<Verdict, { readonly accepted: false }>;

function judge<S>(
  context: HandshakeContext,
  chain: readonly PeerCertificate[],
  resumed: boolean,
  then: (verdict: ChainAccepted | Rejected) => Next<S>,
): Next<S> {
  // The name that a client sent says nothing of who the client is.
  const serverName = context.role === 'client' ? context.info.serverName : undefined;
  return ask('verdict', { chain, serverName, resumed }, (verdict) =>
    // Exactly true: an answer from untyped code that is merely truthy authenticates nobody.
    then(verdict.accepted === true ? new ChainAccepted() : verdict),
  );
}

function rejected(context: HandshakeContext, { alert, reason }: Rejected): TlsError {
  return new TlsError({
    code: 'CERTIFICATE_REJECTED',
    alert: Object.hasOwn(ALERTS, alert) ? alert : 'certificate_unknown',
    fault: 'peer',
    message: `the ${peerOf(context)}'s certificate was rejected: ${reason}`,
    spec: 'RFC 8446 section 4.4.2.4',
  });
}

function peerOf({ role }: HandshakeContext): Role {
  return role === 'client' ? 'server' : 'client';
}

/**
 * Sends Certificate and CertificateVerify at the handshake level; asks for the signature when the key is elsewhere.
 * @param wanted what the peer asked for.
 */
export function sendCertificate<S>(
  context: HandshakeContext,
  credential: Credential,
  scheme: SchemeName,
  requestContext: Uint8Array,
  wanted: CertificateWishes,
  then: () => Next<S>,
): Next<S> {
  const certificateList = credential.chain.map((certData, depth) => ({
    certData,
    extensions: depth === 0 ? leafExtensions(credential, wanted) : [],
  }));
  const message = encodeCertificate({ certificateRequestContext: requestContext, certificateList }, context.allocate);
  const { compression } = wanted;
  context.send('handshake', compression === undefined ? message : compressed(context, compression, message));
  const content = signedContent(context.role, context.transcript.digest());
  const finish = (signature: Uint8Array | null): Next<S> => {
    if (signature === null) {
      throw new TlsError({
        code: 'INTERNAL',
        alert: 'internal_error',
        fault: 'local',
        message: `no signature for CertificateVerify (${scheme}) could be made`,
        spec: 'RFC 8446 section 4.4.3',
      });
    }
    context.info.signatureScheme = scheme;
    const message = { algorithm: SCHEMES[scheme].code, signature };
    context.send('handshake', encodeCertificateVerify(message, context.allocate));
    return then();
  };
  if ('remote' in credential.key) return ask('sign', { credential, scheme, data: content }, finish);
  return finish(credential.key.sign(scheme, content));
}

/** Sends Finished under the sender's handshake traffic secret. */
export function sendFinished(context: HandshakeContext, secret: TrafficSecret): void {
  const verifyData = secret.verifyData(context.transcript.digest());
  context.send('handshake', encodeFinished({ verifyData }, context.allocate));
}

/** Checks the peer's Finished. @throws TlsError BAD_FINISHED */
export function checkFinished(message: Finished, secret: TrafficSecret, transcriptHash: Uint8Array): void {
  if (equalConstantTime(message.verifyData, secret.verifyData(transcriptHash))) return;
  throw new TlsError({
    code: 'BAD_FINISHED',
    alert: 'decrypt_error',
    fault: 'peer',
    message: "verify_data of the peer's Finished does not match this handshake",
    spec: 'RFC 8446 section 4.4.4',
    evidence: { messageType: 'finished', span: { start: 4, end: 4 + message.verifyData.length } },
  });
}

function leafExtensions(credential: Credential, wanted: CertificateWishes): RawExtension[] {
  const extensions: RawExtension[] = [];
  if (wanted.ocsp && credential.ocspResponse !== undefined) {
    extensions.push(extension(statusRequest.certificate, credential.ocspResponse));
  }
  if (wanted.scts && credential.scts !== undefined && credential.scts.length > 0) {
    extensions.push(extension(signedCertificateTimestamp.certificate, [...credential.scts]));
  }
  return extensions;
}
