import { EMPTY } from '../../bytes/index.ts';
import type { PublicKey } from '../../crypto/index.ts';
import type { HandshakeContext } from '../context.ts';
import { TlsError } from '../error.ts';
import type { Role } from '../events.ts';
import { ask, type Next } from '../machine.ts';
import { ALERTS } from '../registry/alerts.ts';
import type { PeerCertificate, Verdict } from '../requests.ts';
import type { PskInUse } from '../tls13/psk.ts';
import type { FinishedVerified } from './finished.ts';
import { importPeerKey, type KeyPurpose, SignatureVerified } from './signature.ts';

/** A peer's chain before its key is proved and its chain is judged. */
export interface UnverifiedPeer {
  readonly chain: readonly PeerCertificate[];
  readonly key: PublicKey;
  /** SubjectPublicKeyInfo of the key. */
  readonly spki: Uint8Array;
}

/**
 * Proof that the peer holds its key and that its chain was accepted: only {@link judgePeer} and {@link resumePeer} make
 * one.
 */
export class PeerAuthenticated {
  readonly proof: ProofOfSecret | SignatureVerified;

  constructor(proof: ProofOfSecret | SignatureVerified, _accepted: ChainAccepted | 'no chain') {
    this.proof = proof;
  }
}

/** Proof that the peer knows what only the peer of the first handshake knows. */
type ProofOfSecret = PskInUse | FinishedVerified;

/** Proof of an accepting verdict. */
class ChainAccepted {
  readonly accepted = true;
}

/** Certificates that a chain may have unless configured: as many as GnuTLS puts in order (DEFAULT_MAX_VERIFY_DEPTH). */
const MAX_CERTIFICATES = 16;

/** Asks for the leaf's key and goes on with it. @throws TlsError LIMIT_EXCEEDED for too long a chain */
export function withPeerKey<S>(
  context: HandshakeContext,
  chain: readonly PeerCertificate[],
  then: (peer: UnverifiedPeer) => Next<S>,
  purpose?: KeyPurpose,
): Next<S> {
  checkLength(context, chain);
  context.info.peerCertificates = chain;
  const leaf = chain[0]?.der ?? EMPTY;
  return ask('peer_key', { leaf }, (answer) => {
    const key = importPeerKey(context.crypto, answer, purpose);
    return then({ chain, key, spki: answer?.spki ?? EMPTY });
  });
}

function checkLength({ maxChain = {} }: HandshakeContext, chain: readonly PeerCertificate[]): void {
  const { certificates = MAX_CERTIFICATES, bytes = Number.POSITIVE_INFINITY } = maxChain;
  const length = chain.reduce((sum, { der }) => sum + der.length, 0);
  if (chain.length <= certificates && length <= bytes) return;
  const limit = chain.length > certificates ? `${certificates} certificates` : `${bytes} bytes`;
  throw new TlsError({
    code: 'LIMIT_EXCEEDED',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: `the chain has ${chain.length} certificates of ${length} bytes, more than ${limit} (maxChain)`,
    spec: 'RFC 8446 section 4.4.2',
  });
}

/** Who signs on the other side. */
export function peerRole({ role }: HandshakeContext): Role {
  return role === 'client' ? 'server' : 'client';
}

/**
 * Asks whether the chain of a peer that has proved its key is acceptable, then goes on. The proof is a signature, or a
 * Finished that nobody could make who can not decrypt by that key.
 */
export function judgePeer<S>(
  context: HandshakeContext,
  { chain }: UnverifiedPeer,
  proof: SignatureVerified | FinishedVerified,
  then: (peer: PeerAuthenticated) => Next<S>,
): Next<S> {
  if (proof instanceof SignatureVerified) context.info.peerSignatureScheme = proof.scheme;
  return judge(context, chain, false, (verdict) => {
    if (verdict instanceof ChainAccepted) return then(new PeerAuthenticated(proof, verdict));
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
  proof: ProofOfSecret,
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

/**
 * Asks whether the chain of a session is acceptable still, before it is resumed: proof that the peer knows its secret
 * comes later.
 * @param refused what to do where it is not.
 */
export function judgeSession<S>(
  context: HandshakeContext,
  chain: readonly PeerCertificate[],
  refused: () => Next<S>,
  then: () => Next<S>,
): Next<S> {
  if (chain.length === 0) return then();
  return judge(context, chain, true, (verdict) => (verdict instanceof ChainAccepted ? then() : refused()));
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
    message: `the ${peerRole(context)}'s certificate was rejected: ${reason}`,
    spec: 'RFC 8446 section 4.4.2.4',
  });
}
