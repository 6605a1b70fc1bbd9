import type { HandshakeContext } from '../context.ts';
import type { Role } from '../events.ts';
import { MasterSecret, PremasterSecret, type Randoms, type Tls12Keys } from '../key-schedule/tls12.ts';
import { encodeFinished, type Finished } from '../messages/finished.ts';
import { checkVerifyData, type FinishedVerified } from '../negotiate/finished.ts';
import type { Tls12Suite } from '../registry/tls12-suites.ts';

/** What both hellos agreed on. */
export interface Agreed {
  readonly suite: Tls12Suite;
  readonly randoms: Randoms;
  /** Whether the master secret is bound to the handshake (RFC 7627). */
  readonly extendedMasterSecret: boolean;
  /** Whether the MAC of a suite with CBC covers the ciphertext (RFC 7366). */
  readonly encryptThenMac?: boolean;
}

/** The secrets of a connection. */
export interface Secrets {
  readonly master: MasterSecret;
  readonly client: Tls12Keys;
  readonly server: Tls12Keys;
}

/** Derives everything from the key exchange; the transcript stands at ClientKeyExchange (RFC 7627 section 4). */
export function deriveSecrets(context: HandshakeContext, agreed: Agreed, shared: Uint8Array): Secrets {
  const { suite, randoms, extendedMasterSecret } = agreed;
  const { crypto, allocate, transcript } = context;
  const premaster = new PremasterSecret({ crypto, suite, allocate }, shared);
  const master = extendedMasterSecret ? premaster.extendedMaster(transcript.digest()) : premaster.master(randoms);
  // Without the binding two connections may share a master secret: nothing is exported (RFC 7627 section 5.4).
  if (extendedMasterSecret) context.exporter = master.exporter(randoms);
  return withKeys(context, master, agreed);
}

/** Changes to our keys and sends Finished under them (RFC 5246 sections 7.1 and 7.4.9). */
export function sendFinished(context: HandshakeContext, { master, ...keys }: Secrets): void {
  const verifyData = master.verifyData(context.role, context.transcript.digest());
  context.info.finished = verifyData;
  context.tls12.changeCipherSpec(keys[context.role]);
  context.send('application', encodeFinished({ verifyData }, context.allocate));
}

/** The secrets of a session that is resumed: the same master secret, and new keys (RFC 5246 section 7.3). */
export function resumeSecrets(context: HandshakeContext, agreed: Agreed, secret: Uint8Array): Secrets {
  const { crypto, allocate } = context;
  const { suite, randoms } = agreed;
  const master = new MasterSecret({ crypto, suite, allocate }, secret);
  // Only what is bound to its handshake is resumed.
  context.exporter = master.exporter(randoms);
  return withKeys(context, master, agreed);
}

function withKeys(context: HandshakeContext, master: MasterSecret, { randoms, encryptThenMac }: Agreed): Secrets {
  context.announce('CLIENT_RANDOM', master.secret);
  return { master, ...master.keys(randoms, encryptThenMac) };
}

/** Checks the `sender`'s Finished. @throws TlsError BAD_FINISHED */
export function checkFinished(
  { info }: HandshakeContext,
  sender: Role,
  message: Finished,
  { master }: Secrets,
  transcriptHash: Uint8Array,
): FinishedVerified {
  const expected = master.verifyData(sender, transcriptHash);
  const verified = checkVerifyData(message, expected, 'RFC 5246 section 7.4.9');
  info.peerFinished = expected;
  return verified;
}
