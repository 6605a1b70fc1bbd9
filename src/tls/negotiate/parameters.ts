import type { GroupName, HashName } from '../../crypto/index.ts';
import { TlsError, type TlsErrorCode } from '../error.ts';
import type { AlertName } from '../registry/alerts.ts';
import type { Tls13Suite } from '../registry/cipher-suites.ts';
import { showGroup, showScheme, showSuite } from '../registry/display.ts';
import { GROUPS, groupForProvider } from '../registry/named-groups.ts';
import type { ClientHelloSummary, Credential } from '../requests.ts';
import { firstCommon, listed } from './lists.ts';
import { type ChosenCredential, firstThatSigns } from './own-signature.ts';
import type { Settings } from './settings.ts';
import { chooseScheme } from './signature.ts';

/**
 * Chooses the cipher suite of TLS 1.3.
 * @param hash what a pre-shared key is for that both have: a suite with it goes first.
 * @throws TlsError NO_COMMON_CIPHER_SUITE
 */
export function chooseSuite(
  settings: Settings,
  serverPreference: boolean,
  offered: readonly number[],
  hash?: HashName,
): Tls13Suite {
  const common = commonSuites(settings.suites, serverPreference, offered);
  const suite = common.find((candidate) => candidate.hash === hash) ?? common[0];
  if (suite !== undefined) return suite;
  throw noCommonSuite(settings.suites, offered);
}

/** The suites that both have, in the order of who may choose. */
export function commonSuites<S extends { readonly code: number }>(
  own: readonly S[],
  serverPreference: boolean,
  offered: readonly number[],
): S[] {
  const common = own.filter(({ code }) => offered.includes(code));
  return serverPreference ? common : common.sort((a, b) => offered.indexOf(a.code) - offered.indexOf(b.code));
}

/** No suite of the client's can be used. */
export function noCommonSuite(own: readonly { readonly code: number }[], offered: readonly number[]): TlsError {
  const ours = own.map(({ code }) => showSuite(code));
  return none('NO_COMMON_CIPHER_SUITE', 'cipher suites', offered.map(showSuite), ours);
}

/**
 * Chooses the group: the first common one that has a share, so that no round trip is lost; else the first common
 * one, for which a share is asked. @throws TlsError NO_COMMON_GROUP
 */
export function chooseGroup(
  settings: Pick<Settings, 'groupCodes'>,
  serverPreference: boolean,
  offered: readonly number[],
  shares: readonly { readonly group: number }[],
): { readonly group: GroupName; readonly hasShare: boolean } {
  const own = settings.groupCodes;
  // Of ours, whoever may choose: a client may offer one group thousands of times.
  const common = own.filter((group) => offered.includes(group));
  if (!serverPreference) common.sort((a, b) => offered.indexOf(a) - offered.indexOf(b));
  const withShare = common.find((group) => shares.some((share) => share.group === group));
  const [first] = common;
  if (first === undefined) throw none('NO_COMMON_GROUP', 'groups', offered.map(showGroup), own.map(showGroup));
  const group = groupForProvider(withShare ?? first);
  if (group === undefined) throw new Error(`group ${first} is configured and unknown`);
  return { group, hasShare: withShare !== undefined };
}

/** Chooses the application protocol in the server's order. @throws TlsError NO_COMMON_APPLICATION_PROTOCOL */
export function chooseAlpn(own: readonly string[], offered: readonly string[]): string | undefined {
  if (own.length === 0 || offered.length === 0) return undefined;
  const protocol = firstCommon(own, offered);
  if (protocol !== undefined) return protocol;
  throw none(
    'NO_COMMON_APPLICATION_PROTOCOL',
    'application protocols',
    quoted(offered),
    quoted(own),
    'no_application_protocol',
    'RFC 7301 section 3.2',
  );
}

/**
 * Chooses the credential: of the {@link candidatesFor} for the name the first that can sign as the client accepts.
 * @throws TlsError NO_CERTIFICATE_FOR_NAME, NO_COMMON_SIGNATURE_SCHEME, UNKNOWN_PSK_IDENTITY
 */
export function chooseCredential(
  credentials: readonly Credential[],
  summary: ClientHelloSummary,
  rejectUnknownName: boolean,
): ChosenCredential {
  if (credentials.length === 0) throw noPsk();
  const candidates = candidatesFor(credentials, summary.serverName, rejectUnknownName);
  const chosen = firstThatSigns(candidates, ({ key }) => chooseScheme(key.schemes, summary.signatureSchemes));
  if (chosen !== undefined) return chosen;
  throw noCommonScheme(credentials, summary);
}

/** None of the credentials can sign as the client accepts. */
export function noCommonScheme(credentials: readonly Credential[], summary: ClientHelloSummary): TlsError {
  const own = credentials.flatMap((credential) => credential.key.schemes);
  const offered = summary.signatureSchemes.map(showScheme);
  return none('NO_COMMON_SIGNATURE_SCHEME', 'signature schemes', offered, [...new Set(own)]);
}

/** The credentials for a name, or all where none is. @throws TlsError NO_CERTIFICATE_FOR_NAME */
export function candidatesFor(
  credentials: readonly Credential[],
  name: string | undefined,
  rejectUnknownName: boolean,
): readonly Credential[] {
  if (name === undefined) return credentials;
  const named = credentials.filter((credential) => isFor(credential, name));
  if (named.length > 0) return named;
  if (rejectUnknownName) throw noCertificate(name);
  return credentials;
}

/** A server without certificates that knows none of the client's keys (RFC 8446 section 6.2). */
function noPsk(): TlsError {
  return new TlsError({
    code: 'UNKNOWN_PSK_IDENTITY',
    alert: 'unknown_psk_identity',
    fault: 'incompatible',
    message: 'the client offers no pre-shared key that this server knows, and the server has no certificate',
    spec: 'RFC 8446 section 6.2',
  });
}

/** The client's name has no credential (RFC 6066 section 3). */
export function noCertificate(name: string | undefined): TlsError {
  return new TlsError({
    code: 'NO_CERTIFICATE_FOR_NAME',
    alert: 'unrecognized_name',
    fault: 'incompatible',
    message: `no certificate for server_name ${name === undefined ? '(none)' : JSON.stringify(name)}`,
    spec: 'RFC 6066 section 3',
  });
}

/** The group's share, when the client sent one. */
export function shareOf<S extends { readonly group: number }>(shares: readonly S[], group: GroupName): S | undefined {
  return shares.find((share) => share.group === GROUPS[group]);
}

/** Whether a credential, where there is one, is for the name that a client gave. */
export function isForName(credential: Credential | undefined, serverName: string | undefined): boolean {
  return credential !== undefined && serverName !== undefined && isFor(credential, serverName);
}

/** Whether a credential is for a name, in any case of letters; one without names is for all. */
export function isFor({ names }: Credential, serverName: string): boolean {
  if (names === undefined) return true;
  const name = serverName.toLowerCase();
  const dot = name.indexOf('.');
  const wildcard = dot < 0 ? undefined : `*${name.substring(dot)}`;
  return names.some((own) => own.toLowerCase() === name || own.toLowerCase() === wildcard);
}

function none(
  code: TlsErrorCode,
  what: string,
  offered: readonly string[],
  own: readonly string[],
  alert: AlertName = 'handshake_failure',
  spec = 'RFC 8446 section 4.1.1',
): TlsError {
  const message = `no common ${what}: client offers ${listed(offered)}; this server has ${listed(own)}`;
  return new TlsError({ code, alert, fault: 'incompatible', message, spec });
}

/** Protocol ids are a peer's bytes: quoted, so that no control character reaches a log. */
function quoted(protocols: readonly string[]): string[] {
  return protocols.map((protocol) => JSON.stringify(protocol));
}
