import type { SchemeName, SignatureName } from '../../crypto/index.ts';
import type { HandshakeContext } from '../context.ts';
import { TlsError } from '../error.ts';
import { ask, type Next } from '../machine.ts';
import { SCHEMES } from '../registry/signature-schemes.ts';
import type { CertificateRequestSummary, Credential } from '../requests.ts';

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
    return then(signature);
  };
  if ('remote' in credential.key) return ask('sign', { credential, scheme, data: content }, proceed);
  return proceed(credential.key.sign(name, content));
}

/**
 * Finds the client's certificate for a request and goes on with it: the configured one, or the first of those that are
 * answered, if a scheme is found for it.
 */
export function withClientCredential<S>(
  configured: Credential | 'ask' | undefined,
  summary: CertificateRequestSummary,
  schemeOf: (credential: Credential) => SchemeName | undefined,
  then: (chosen: ChosenCredential | undefined) => Next<S>,
): Next<S> {
  if (configured === undefined) return then(undefined);
  if (configured !== 'ask') return then(firstThatSigns([configured], schemeOf));
  return ask('client_certificate', summary, (answer) => {
    const credentials = answer === null ? [] : 'chain' in answer ? [answer] : answer;
    return then(firstThatSigns(credentials, schemeOf));
  });
}
