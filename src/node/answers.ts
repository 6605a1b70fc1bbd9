/**
 * What the Node face answers to the engine's questions.
 */
import type { CertificateRequestSummary, Credential, PeerCertificate } from '../tls/index.ts';
import type { FatalAlertName } from '../tls/wire.ts';
import { leafKey } from '../x509/index.ts';
import { argumentError, type CodedError, codedError } from './error.ts';
import { toLegacy } from './inspect.ts';
import { SecureContext } from './secure-context.ts';
import type { ClientSettings, Settings } from './settings.ts';
import { type ChainRefusal, issuersOf } from './trust/index.ts';

/** Why a peer's chain is refused. `code` is node:tls's where it has one. */
export interface Refusal extends CodedError {
  readonly alert: FatalAlertName;
}

/** The key of the peer's leaf, or `null` when it does not parse. */
export function peerKey(leaf: Uint8Array): ReturnType<typeof leafKey> | null {
  try {
    return leafKey(leaf);
  } catch {
    return null; // the engine words the error
  }
}

/** Judges the peer's chain by a context's roots; `undefined` accepts it. */
export function refusalOf(
  settings: Settings,
  { verifier, config }: SecureContext,
  certificates: readonly PeerCertificate[],
): Refusal | undefined {
  const chain = certificates.map(({ der }) => der);
  const isClient = settings.role === 'client';
  const checksItself = isClient && settings.checkServerIdentity !== undefined;
  const refusal = failClosed(() =>
    verifier.verify(chain, {
      crypto: config.crypto,
      purpose: isClient ? 'server' : 'client',
      ...(isClient && !checksItself ? { hostname: settings.hostname } : {}),
    }),
  );
  if (refusal !== undefined) {
    const { code, reason, alert, finding } = refusal;
    return Object.assign(codedError(code, reason), { alert, finding });
  }
  return checksItself ? customIdentity(settings, chain) : undefined;
}

/**
 * Asks SNICallback, where there is one and the client named somebody, for the context to use; `undefined` stands for
 * the server's own; `this` is the socket, as in node:tls. `answer` is called once, now or later.
 */
export function chooseContext(
  socket: unknown,
  settings: Settings,
  serverName: string | undefined,
  answer: (chosen: SecureContext | Error | undefined) => void,
): void {
  const ask = settings.role === 'server' ? settings.SNICallback : undefined;
  if (ask === undefined || serverName === undefined) {
    answer(undefined);
    return;
  }
  try {
    ask.call(socket, serverName, (error, context) => {
      if (error) answer(error);
      else if (!context || context instanceof SecureContext) answer(context ?? undefined);
      else answer(argumentError('ERR_TLS_INVALID_CONTEXT', 'SNICallback gave no SecureContext of this package'));
    });
  } catch (error) {
    answer(asError(error));
  }
}

/** The client certificates for a server's request: those of an authority it names. */
export function clientCredentials(
  request: CertificateRequestSummary,
  credentials: readonly Credential[],
): readonly Credential[] {
  const authorities = request.certificateAuthorities.map((name) => Buffer.from(name));
  const isWanted = ({ chain }: Credential) =>
    authorities.length === 0 || issuersOf(chain).some((issuer) => authorities.some((name) => name.equals(issuer)));
  return credentials.filter(isWanted);
}

/** A verifier that throws has not accepted anything. */
function failClosed(verify: () => ChainRefusal | undefined): ChainRefusal | undefined {
  try {
    return verify();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { code: 'CERT_REJECTED', reason, alert: 'internal_error', finding: undefined };
  }
}

/** What was thrown. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function customIdentity(settings: Settings, chain: readonly Uint8Array[]): Refusal | undefined {
  const { checkServerIdentity, hostname } = settings as ClientSettings;
  const [leaf] = chain;
  if (leaf === undefined) return undefined;
  try {
    const error = checkServerIdentity?.(hostname, toLegacy(leaf));
    return error === undefined ? undefined : refused(error);
  } catch (error) {
    return refused(asError(error));
  }
}

function refused(error: Error): Refusal {
  const { code = 'ERR_TLS_CERT_ALTNAME_INVALID' } = error as Partial<CodedError>;
  return Object.assign(error, { code, alert: 'bad_certificate' as const });
}
