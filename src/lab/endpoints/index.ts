import type { EndpointSpec } from '../endpoint.ts';
import { alpnRefused, alpnUnexpected } from './alpn.ts';
import { ftpBanner, imapBanner, pop3Banner, smtpBanner } from './banners.ts';
import { issuerNotCa, pathLength, weakKey, weakSignature, wrongPurpose } from './certificates.ts';
import { clientCert, clientCertExpired, clientCertTls12 } from './client-certificate.ts';
import { closing } from './closing.ts';
import { healthy, healthyDual, healthyRsa } from './healthy.ts';
import { noIntermediate, privateRoot, selfSigned, unknownIssuer } from './issuers.ts';
import { nodata, nxdomain, servfail } from './names.ts';
import { noCommonCipherSuite, noCommonGroup, noCommonSignatureScheme, oldVersion } from './nothing-in-common.ts';
import { plainHttp } from './plain-http.ts';
import { proxyProtocolExpected } from './proxy-protocol.ts';
import { refused } from './refused.ts';
import { resetting } from './resetting.ts';
import { sessionLost } from './session-lost.ts';
import { httpSilent, silent } from './silent.ts';
import { tampered, tamperedTls12 } from './tampered.ts';
import { expired, expiredIntermediate, notYetValid, wrongClock } from './validity.ts';
import { tls11Enabled, tls12Only, tls13Only } from './versions.ts';
import { defaultCertificate, filteredName, refusesName, unknownName } from './virtual-hosts.ts';
import { noSan, wrongName } from './wrong-name.ts';

/** Every endpoint of the lab, along the way of a connection. A new one is a line here, beside its file. */
export const ENDPOINTS: readonly EndpointSpec[] = [
  healthy,
  healthyRsa,
  healthyDual,
  nxdomain,
  servfail,
  nodata,
  refused,
  resetting,
  closing,
  silent,
  plainHttp,
  smtpBanner,
  imapBanner,
  pop3Banner,
  ftpBanner,
  proxyProtocolExpected,
  oldVersion,
  tls12Only,
  tls13Only,
  tls11Enabled,
  sessionLost,
  noCommonCipherSuite,
  noCommonGroup,
  noCommonSignatureScheme,
  alpnRefused,
  alpnUnexpected,
  unknownName,
  refusesName,
  filteredName,
  clientCert,
  clientCertTls12,
  clientCertExpired,
  tampered,
  tamperedTls12,
  expired,
  expiredIntermediate,
  notYetValid,
  wrongClock,
  wrongName,
  noSan,
  defaultCertificate,
  noIntermediate,
  unknownIssuer,
  selfSigned,
  privateRoot,
  wrongPurpose,
  issuerNotCa,
  pathLength,
  weakSignature,
  weakKey,
  httpSilent,
];
