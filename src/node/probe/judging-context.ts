import { OID } from '../../asn1/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import type { ChainObservation, ObservedError } from '../../diagnose/index.ts';
import type { FatalAlertName } from '../../tls/wire.ts';
import { findExtension, leafKey, parseCertificate, type RootStore } from '../../x509/index.ts';
import { SecureContext, type SecureContextOptions } from '../secure-context.ts';
import type { ChainVerifier } from '../trust/index.ts';
import { judgeChain } from './judge.ts';

/** By what and when a chain is judged. */
export interface Judging {
  readonly roots: () => RootStore;
  readonly identity: string;
  /** Epoch milliseconds. */
  readonly clock: number;
  readonly connection: number;
  /** Notes the verdict and goes on whatever it is: for asking the time, and nothing that is worth a secret. */
  readonly acceptsAnyChain?: true;
}

/** What the peer is told of a chain that is refused (RFC 8446 section 6.2); bad_certificate for the rest. */
const ALERTS: Readonly<Record<string, FatalAlertName>> = {
  CERT_EXPIRED: 'certificate_expired',
  CERT_SELF_SIGNED: 'unknown_ca',
  ROOT_UNTRUSTED: 'unknown_ca',
  CHAIN_INCOMPLETE: 'unknown_ca',
  UNKNOWN_ISSUER: 'unknown_ca',
  CERT_SIGNATURE_UNSUPPORTED: 'unsupported_certificate',
  CERT_KEY_UNSUPPORTED: 'unsupported_certificate',
  CERT_WRONG_PURPOSE: 'unsupported_certificate',
};

/** A context that judges chains at the run's clock and notes what it finds. It refuses what no client should accept, unless it is told not to. */
export class JudgingContext extends SecureContext {
  override readonly verifier: ChainVerifier;
  /** What was found, once a chain was judged. */
  found: ChainObservation | undefined;

  constructor(options: SecureContextOptions, { roots, identity, clock, connection, acceptsAnyChain }: Judging) {
    super(options);
    this.verifier = {
      verify: (sent, { crypto, purpose }) => {
        const request = { connection, sent, identity, clock };
        const { observation, verdict } = judgeChain(request, { roots: roots(), crypto, purpose });
        this.found = observation;
        if (verdict.trusted || acceptsAnyChain === true) return undefined;
        const [finding] = verdict.findings;
        const code = finding?.code ?? 'CHAIN_REFUSED';
        return { code, reason: finding?.message ?? 'not trusted', alert: ALERTS[code] ?? 'bad_certificate', finding };
      },
    };
  }

  /**
   * Judges a chain that no verdict was asked for, as the handshake ended over the leaf's key. Where the chain is right
   * all the same, that key is what is wrong with it.
   */
  noteKey(sent: readonly Uint8Array[], { message, spec }: Pick<ObservedError, 'message' | 'spec'>): void {
    this.verifier.verify(sent, { crypto: nodeCrypto, purpose: 'server' });
    if (this.found?.trusted !== true || sent[0] === undefined) return;
    const mayNotSign = !leafKey(sent[0]).digitalSignature;
    const code = mayNotSign ? 'CERT_WRONG_PURPOSE' : 'CERT_KEY_UNSUPPORTED';
    const span = mayNotSign ? findExtension(parseCertificate(sent[0]), OID.keyUsage)?.span : undefined;
    const place = { depth: 0, sent: 0, ...(span === undefined ? {} : { span }) };
    this.found = { ...this.found, trusted: false, problems: [{ code, message, spec, ...place }] };
  }
}
