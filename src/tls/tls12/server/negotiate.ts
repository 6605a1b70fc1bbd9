import type { GroupName, SchemeName } from '../../../crypto/index.ts';
import { illegalParameter } from '../../error.ts';
import { ecPointFormats, UNCOMPRESSED } from '../../extensions/ec-point-formats.ts';
import { renegotiationInfo } from '../../extensions/renegotiation-info.ts';
import { supportedGroups } from '../../extensions/supported-groups.ts';
import type { ClientHello } from '../../messages/client-hello.ts';
import { type ChosenCredential, firstThatSigns } from '../../negotiate/own-signature.ts';
import { chooseGroup, commonSuites, noCommonScheme, noCommonSuite } from '../../negotiate/parameters.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import { chooseScheme } from '../../negotiate/signature.ts';
import { CIPHER_SUITES } from '../../registry/cipher-suites.ts';
import { GROUPS, isElliptic } from '../../registry/named-groups.ts';
import type { Tls12Suite } from '../../registry/tls12-suites.ts';
import type { ClientHelloSummary, Credential } from '../../requests.ts';
import { authenticationOf, fitsCurves, schemesOf } from '../authentication.ts';
import { checkRenegotiationInfo } from '../renegotiation.ts';

/** What a ClientHello of TLS 1.2 is answered with. */
export interface Choice extends ChosenCredential {
  readonly suite: Tls12Suite;
  readonly group: GroupName;
}

/** Checks what TLS 1.2 demands of a ClientHello; whether the client knows RFC 5746. */
export function checkTls12ClientHello({ legacyCompressionMethods, cipherSuites, extensions }: ClientHello): boolean {
  if (!legacyCompressionMethods.includes(0)) {
    throw illegalParameter('compression_methods is without null', 'RFC 5246 section 7.4.1.2');
  }
  const formats = extensions.get(ecPointFormats.clientHello);
  if (formats !== undefined && !formats.includes(UNCOMPRESSED)) {
    throw illegalParameter('ec_point_formats is without uncompressed', 'RFC 8422 section 5.1.2');
  }
  const renegotiated = extensions.get(renegotiationInfo.clientHello);
  checkRenegotiationInfo('client_hello', renegotiated);
  return renegotiated !== undefined || cipherSuites.includes(CIPHER_SUITES.TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
}

/**
 * Chooses suite, group and credential, which depend on each other: a suite names the kind of key that signs, and an EC
 * key has to be on a curve of the client's (RFC 8422 section 5.1).
 * @throws TlsError NO_COMMON_GROUP, NO_COMMON_CIPHER_SUITE, NO_COMMON_SIGNATURE_SCHEME
 */
export function chooseParameters(
  { config, settings }: ServerSetup,
  message: ClientHello,
  summary: ClientHelloSummary,
  credentials: readonly Credential[],
): Choice {
  const isOurs = config.serverPreference !== false;
  const suites = commonSuites(settings.tls12Suites, isOurs, summary.cipherSuites);
  if (suites.length === 0) throw noCommonSuite(settings.tls12Suites, summary.cipherSuites);
  // A client without the extension takes any (RFC 8422 section 4).
  const own = settings.groups.filter(isElliptic).map((group) => GROUPS[group]);
  const groups = message.extensions.get(supportedGroups.clientHello) ?? own;
  const { group } = chooseGroup({ groupCodes: own }, isOurs, groups, []);
  for (const suite of suites) {
    const fitting = credentials.filter(
      (credential) => authenticationOf(credential) === suite.authentication && fitsCurves(credential, groups),
    );
    const chosen = firstThatSigns(fitting, (credential) => schemeFor(credential, summary));
    if (chosen !== undefined) return { suite, group, ...chosen };
  }
  throw credentials.some((credential) => schemeFor(credential, summary) !== undefined)
    ? noCommonSuite(settings.tls12Suites, summary.cipherSuites)
    : noCommonScheme(credentials, summary);
}

function schemeFor(credential: Credential, { signatureSchemes }: ClientHelloSummary): SchemeName | undefined {
  return chooseScheme(schemesOf(credential), signatureSchemes, 'TLS 1.2');
}
