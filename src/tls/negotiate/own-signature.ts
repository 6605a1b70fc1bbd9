import type { SchemeName, SignatureName } from '../../crypto/index.ts';
import type { ClientConfig } from '../config.ts';
import type { HandshakeContext } from '../context.ts';
import { TlsError } from '../error.ts';
import { ask, type Next } from '../machine.ts';
import { showScheme } from '../registry/display.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { CertificateRequestSummary, Credential } from '../requests.ts';
import { listed } from './lists.ts';

/** A credential and the scheme it will sign with. */
export interface ChosenCredential {
  readonly credential: Credential;
  readonly scheme: SchemeName;
}

/** The first credential that a scheme is found for. */
export function firstThatSigns(
  credentials: readonly Credential[],
  schemeOf: (credential: Credential) => SchemeName | undefined,
): ChosenCredential | undefined {
  for (const credential of credentials) {
    const scheme = schemeOf(credential);
    if (scheme !== undefined) return { credential, scheme };
  }
  return undefined;
}

/** Signs the handshake and goes on; asks for the signature when the key is elsewhere. */
export function withSignature<S>(
  context: HandshakeContext,
  { credential, scheme }: ChosenCredential,
  content: Uint8Array,
  then: (signature: Uint8Array) => Next<S>,
): Next<S> {
  return sign(context, { credential, scheme }, scheme, content, then);
}

/** As {@link withSignature}, by what the scheme means in TLS 1.2. */
export function withTls12Signature<S>(
  context: HandshakeContext,
  chosen: ChosenCredential,
  content: Uint8Array,
  then: (signature: Uint8Array) => Next<S>,
): Next<S> {
  return sign(context, chosen, SCHEMES[chosen.scheme].tls12.name, content, then);
}

function sign<S>(
  context: HandshakeContext,
  { credential, scheme }: ChosenCredential,
  name: SignatureName,
  content: Uint8Array,
  then: (signature: Uint8Array) => Next<S>,
): Next<S> {
  const proceed = (signature: Uint8Array | null): Next<S> => {
    if (signature === null) {
      throw new TlsError({
        code: 'INTERNAL',
        alert: 'internal_error',
        fault: 'local',
        message: `no signature of the handshake (${scheme}) could be made`,
        spec: 'RFC 8446 section 4.4.3',
      });
    }
    context.info.signatureScheme = scheme;
    context.info.certificates = credential.chain;
    return then(signature);
  };
  if ('remote' in credential.key) return ask('sign', { credential, scheme, data: content }, proceed);
  return proceed(credential.key.sign(name, content));
}

/** What a version looks at to find the client's certificate for a request. */
export interface CredentialSearch {
  readonly schemeOf: (credential: Credential) => SchemeName | undefined;
  /** What of the credentials the server does not take, where none fits. */
  readonly misfit: (credentials: readonly Credential[]) => 'certificate type' | 'signature scheme';
}

/**
 * Finds the client's certificate for a request and goes on with it: the configured one, or the first of those that are
 * answered, if a scheme is found for it.
 * @throws TlsError NO_COMMON_SIGNATURE_SCHEME where none fits and one has to
 */
export function withClientCredential<S>(
  { credential: configured, requireCredential }: ClientConfig,
  summary: CertificateRequestSummary,
  { schemeOf, misfit }: CredentialSearch,
  then: (chosen: ChosenCredential | undefined) => Next<S>,
): Next<S> {
  const choose = (credentials: readonly Credential[]): Next<S> => {
    const chosen = firstThatSigns(credentials, schemeOf);
    if (chosen !== undefined || credentials.length === 0 || !requireCredential) return then(chosen);
    throw nothingFits(summary, credentials, misfit(credentials));
  };
  if (configured === undefined) return then(undefined);
  if (configured !== 'ask') return choose([configured]);
  return ask('client_certificate', summary, (answer) =>
    choose(answer === null ? [] : 'chain' in answer ? [answer] : answer),
  );
}

function nothingFits(
  { signatureSchemes, certificateTypes = [] }: CertificateRequestSummary,
  credentials: readonly Credential[],
  what: ReturnType<CredentialSearch['misfit']>,
): TlsError {
  const own = [...new Set(credentials.flatMap(({ key }) => key.schemes))].join(', ');
  const theirs = what === 'certificate type' ? certificateTypes.map(String) : signatureSchemes.map(showScheme);
  return new TlsError({
    code: 'NO_COMMON_SIGNATURE_SCHEME',
    alert: 'handshake_failure',
    fault: 'incompatible',
    message: `the server takes no ${what} of this client's, which signs by ${own}: it takes ${listed(theirs) || 'none'}`,
    spec: 'RFC 8446 section 4.4.2',
  });
}
