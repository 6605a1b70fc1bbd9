/**
 * What the Node face answers to the engine's questions.
 */
import type { SchemeName } from '../crypto/index.ts';
import type { CertificateRequestSummary, ClientHelloSummary, Credential, PeerCertificate } from '../tls/index.ts';
import { type FatalAlertName, SIGNATURE_SCHEMES } from '../tls/wire.ts';
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
 * the server's own. `answer` is called once, now or later.
 */
export function chooseContext(
  settings: Settings,
  serverName: string | undefined,
  answer: (chosen: SecureContext | Error | undefined) => void,
): void {
  const ask = settings.role === 'server' ? settings.SNICallback : undefined;
  if (ask === undefined || serverName === undefined) {
    answer(undefined);
    return;
  }
  ask(serverName, (error, context) => {
    if (error) answer(error);
    else if (!context || context instanceof SecureContext) answer(context ?? undefined);
    else answer(argumentError('ERR_TLS_INVALID_CONTEXT', 'SNICallback gave no SecureContext of this package'));
  });
}

/**
 * Among the credentials for the client's name, or all if there are none, the first that can sign with a scheme of the
 * client's. Where none can, the first: the engine then says what does not fit.
 */
export function credentialFor(hello: ClientHelloSummary, credentials: readonly Credential[]): Credential | null {
  const named = credentials.filter(
    ({ names }) => names === undefined || names.some((n) => covers(n, hello.serverName)),
  );
  const candidates = named.length === 0 ? credentials : named;
  return signing(hello.signatureSchemes, candidates) ?? candidates[0] ?? null;
}

/** The client certificate for a server's request: one of an authority it names, with a scheme it takes. */
export function clientCredential(
  request: CertificateRequestSummary,
  credentials: readonly Credential[],
): Credential | null {
  const authorities = request.certificateAuthorities.map((name) => Buffer.from(name));
  const isWanted = ({ chain }: Credential) =>
    authorities.length === 0 || issuersOf(chain).some((issuer) => authorities.some((name) => name.equals(issuer)));
  return signing(request.signatureSchemes, credentials.filter(isWanted)) ?? null;
}

function signing(offered: readonly number[], credentials: readonly Credential[]): Credential | undefined {
  // PKCS#1 signs certificates only (RFC 8446 section 4.2.3).
  const fits = (name: SchemeName) => !name.startsWith('rsa_pkcs1') && offered.includes(SIGNATURE_SCHEMES[name]);
  return credentials.find(({ key }) => key.schemes.some(fits));
}

function covers(pattern: string, serverName: string | undefined): boolean {
  if (serverName === undefined) return false;
  const name = serverName.toLowerCase();
  if (!pattern.startsWith('*.')) return pattern === name;
  const dot = name.indexOf('.');
  return dot > 0 && name.substring(dot) === pattern.substring(1);
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

function customIdentity(settings: Settings, chain: readonly Uint8Array[]): Refusal | undefined {
  const { checkServerIdentity, hostname } = settings as ClientSettings;
  const [leaf] = chain;
  if (leaf === undefined) return undefined;
  try {
    const error = checkServerIdentity?.(hostname, toLegacy(leaf));
    return error === undefined ? undefined : refused(error);
  } catch (error) {
    return refused(error instanceof Error ? error : new Error(String(error)));
  }
}

function refused(error: Error): Refusal {
  const { code = 'ERR_TLS_CERT_ALTNAME_INVALID' } = error as Partial<CodedError>;
  return Object.assign(error, { code, alert: 'bad_certificate' as const });
}
