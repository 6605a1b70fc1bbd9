/** How the shim answers its engine: what an application would decide, as the runner's flags say. */
import type {
  ClientHelloAnswer,
  ClientHelloSummary,
  Credential,
  Request,
  Requests,
  TlsConnection,
  Verdict,
} from '../../../src/tls/index.ts';
import type { FatalAlertName } from '../../../src/tls/registry/alerts.ts';
import { leafKey, X509Error } from '../../../src/x509/index.ts';
import { loadCredentials, type ShimCredential } from './credentials.ts';
import { Mismatch } from './error.ts';
import type { Options } from './options.ts';
import type { Memory } from './sessions.ts';

/** What the answers told of a connection. */
export interface Observed {
  /** The credential that signed: -1 for the default one and for none. */
  selected: number;
  /** Schemes in the peer's hello or request. */
  peerSchemes: readonly number[];
  /** The verdict given, if one was asked for. */
  verified: boolean | undefined;
}

/** The application will not go on. */
interface Refusal {
  readonly alert: FatalAlertName;
  readonly reason: string;
}

/** Answers the requests of one connection and remembers what they told. */
export class Answers {
  readonly observed: Observed = { selected: -1, peerSchemes: [], verified: undefined };
  readonly credentials: readonly ShimCredential[];
  #options: Options;
  readonly #memory: Memory;

  constructor(options: Options, memory: Memory) {
    this.#options = options;
    this.#memory = memory;
    this.credentials = loadCredentials(options, (number) => (this.observed.selected = number));
  }

  /** Goes by other options from now on. */
  use(options: Options): void {
    this.#options = options;
  }

  /** Answers a pending request. @throws Mismatch when the question is not what the runner expects */
  answer(engine: Pick<TlsConnection, 'answer' | 'abort'>, request: Request): void {
    if (request.name === 'peer_key') engine.answer(request, keyOf(request.question.leaf));
    else if (request.name === 'verdict') engine.answer(request, this.#verdict(request.question));
    else if (request.name === 'staple') engine.answer(request, null);
    else if (request.name === 'sign') engine.answer(request, this.#sign(request.question));
    else if (request.name === 'early_data') engine.answer(request, this.#memory.use(request.question));
    else if (request.name === 'store_session') {
      engine.answer(request, !this.#options.skipTicket && this.#memory.store(request.question));
    } else if (request.name === 'find_session') engine.answer(request, this.#memory.find(request.question));
    else if (request.name === 'psk') engine.answer(request, null);
    else if (request.name === 'client_hello') {
      const decision = this.#clientHello(request.question);
      if ('alert' in decision) engine.abort(decision.alert, decision.reason);
      else engine.answer(request, decision);
    } else {
      const decision = this.#clientCertificate(request.question);
      if ('alert' in decision) engine.abort(decision.alert, decision.reason);
      else engine.answer(request, decision);
    }
  }

  #verdict({ chain, resumed }: Requests['verdict'][0]): Verdict {
    const options = this.#options;
    if (resumed && !options.reverifyOnResume) {
      this.observed.verified = this.#memory.verified;
      return { accepted: true };
    }
    if (options.expectOcspResponse.length > 0 && chain[0]?.ocspResponse === undefined) {
      throw new Mismatch('no OCSP response before the verdict');
    }
    if (this.observed.verified !== undefined) throw new Mismatch('a second verdict was asked for');
    this.observed.verified = !options.verifyFail;
    this.#memory.verified = this.observed.verified;
    // Where the peer need not be verified, a failure is noted and nothing more.
    const isEnforced = options.verifyPeer || options.requireAnyClientCertificate;
    if (options.verifyFail && isEnforced) {
      const alert = options.useCustomVerifyCallback ? 'certificate_unknown' : 'handshake_failure';
      return { accepted: false, alert, reason: 'verify-fail' };
    }
    if (!options.server && options.useOcspCallback && options.failOcspCallback) {
      return { accepted: false, alert: 'bad_certificate_status_response', reason: 'fail-ocsp-callback' };
    }
    return { accepted: true };
  }

  #clientHello(hello: ClientHelloSummary): ClientHelloAnswer | Refusal {
    const options = this.#options;
    this.observed.peerSchemes = hello.signatureSchemes;
    const advertised = hello.alpn.map((name) => `${String.fromCharCode(name.length)}${name}`).join('');
    if (options.expectAdvertisedAlpn !== '' && options.expectAdvertisedAlpn !== advertised) {
      throw new Mismatch(`the client advertised ${JSON.stringify(advertised)}`);
    }
    if (options.failEarlyCallback) return { alert: 'handshake_failure', reason: 'fail-early-callback' };
    if (options.failDdosCallback) return { alert: 'internal_error', reason: 'fail-ddos-callback' };
    if (options.failCertCallback) return { alert: 'internal_error', reason: 'fail-cert-callback' };
    if (options.useOcspCallback && options.failOcspCallback) {
      return { alert: 'internal_error', reason: 'fail-ocsp-callback' };
    }
    const credentials = this.#fitting(hello.certificateAuthorities);
    if ('alert' in credentials) return credentials;
    if (options.selectEmptyAlpn) return { credentials, alpn: [''] };
    if (!options.declineOcspCallback) return { credentials };
    return { credentials: credentials.map(({ ocspResponse: _, ...withoutStaple }) => withoutStaple) };
  }

  #clientCertificate(asked: Requests['client_certificate'][0]): readonly Credential[] | Refusal {
    this.observed.peerSchemes = asked.signatureSchemes;
    if (this.#options.failCertCallback) return { alert: 'internal_error', reason: 'fail-cert-callback' };
    return this.#fitting(asked.certificateAuthorities);
  }

  /** The credentials whose issuer the peer names, where that matters. The engine chooses by their keys. */
  #fitting(authorities: readonly Uint8Array[]): readonly Credential[] | Refusal {
    const fitting = this.credentials.filter(
      ({ mustMatchIssuer, issuers }) =>
        !mustMatchIssuer || issuers.some((issuer) => authorities.some((name) => Buffer.compare(name, issuer) === 0)),
    );
    if (fitting.length === 0 && this.credentials.length > 0) {
      return { alert: 'handshake_failure', reason: 'no matching issuer' };
    }
    return fitting.map(({ credential }) => credential);
  }

  #sign({ credential, scheme, data }: Requests['sign'][0]): Uint8Array | null {
    const own = this.credentials.find((candidate) => candidate.credential.chain === credential.chain);
    if (own === undefined) return null;
    this.observed.selected = own.number;
    return own.key.sign(scheme, data);
  }
}

function keyOf(leaf: Uint8Array): ReturnType<typeof leafKey> | null {
  try {
    return leafKey(leaf);
  } catch (error) {
    if (error instanceof X509Error) return null;
    throw error;
  }
}
