/**
 * Every cause, in the order in which findings are shown: along the way of a connection, the gravest first. A new cause
 * is a file beside this one and a line here; the screens, the JSON, docs/findings.md and `explain CODE` follow.
 */
import type { Cause } from '../cause.ts';
import { alpnRefused } from './alpn-refused.ts';
import { alpnUnexpected } from './alpn-unexpected.ts';
import { certExpired } from './cert-expired.ts';
import { certExpiresSoon } from './cert-expires-soon.ts';
import { certNotYetValid } from './cert-not-yet-valid.ts';
import { chainDefects } from './chain-defects.ts';
import { clientCertRejected, clientCertRequired } from './client-certificate.ts';
import { clockWrong } from './clock-wrong.ts';
import { closedBeforeData } from './closed-before-data.ts';
import { handshakeTampered } from './handshake-tampered.ts';
import { httpNoAnswer } from './http-no-answer.ts';
import { intermittent } from './intermittent.ts';
import { nameMismatch } from './name-mismatch.ts';
import { nameNotResolved, namePartlyResolved } from './name-not-resolved.ts';
import { noCommonCipherSuite } from './no-common-cipher-suite.ts';
import { noCommonGroup } from './no-common-group.ts';
import { noCommonSignatureScheme } from './no-common-signature-scheme.ts';
import { noCommonVersion } from './no-common-version.ts';
import { notTls } from './not-tls.ts';
import { oldCipherSuitesOnly } from './old-cipher-suites-only.ts';
import { oldVersionEnabled } from './old-version-enabled.ts';
import { peerLimitExceeded } from './peer-limit-exceeded.ts';
import { peerSilent } from './peer-silent.ts';
import { protocolViolation } from './protocol-violation.ts';
import { proxyProtocolExpected } from './proxy-protocol-expected.ts';
import { resetBeforeData } from './reset-before-data.ts';
import { sessionNotResumed } from './session-not-resumed.ts';
import { sniRejected } from './sni-rejected.ts';
import { tcpRefused } from './tcp-refused.ts';
import { tcpTimeout } from './tcp-timeout.ts';
import { tcpUnreachable } from './tcp-unreachable.ts';
import { tls12NotSupported } from './tls12-not-supported.ts';
import { tls13Intolerant } from './tls13-intolerant.ts';
import { tls13NotPreferred } from './tls13-not-preferred.ts';
import { tls13NotSupported } from './tls13-not-supported.ts';
import { unexplained } from './unexplained.ts';
import { certSelfSigned, chainIncomplete, rootUntrusted, unknownIssuer } from './untrusted.ts';

/** The catalogue. */
export const CAUSES: readonly Cause[] = [
  nameNotResolved,
  namePartlyResolved,
  tcpRefused,
  tcpTimeout,
  tcpUnreachable,
  notTls,
  proxyProtocolExpected,
  peerSilent,
  resetBeforeData,
  closedBeforeData,
  intermittent,
  noCommonCipherSuite,
  noCommonGroup,
  noCommonSignatureScheme,
  noCommonVersion,
  tls13Intolerant,
  oldCipherSuitesOnly,
  oldVersionEnabled,
  tls13NotPreferred,
  tls13NotSupported,
  tls12NotSupported,
  sessionNotResumed,
  sniRejected,
  alpnRefused,
  alpnUnexpected,
  clientCertRequired,
  clientCertRejected,
  handshakeTampered,
  protocolViolation,
  peerLimitExceeded,
  certSelfSigned,
  rootUntrusted,
  chainIncomplete,
  unknownIssuer,
  certExpired,
  certNotYetValid,
  clockWrong,
  nameMismatch,
  ...chainDefects,
  certExpiresSoon,
  httpNoAnswer,
  unexplained,
];

const BY_CODE: ReadonlyMap<string, Cause> = new Map(CAUSES.map((cause) => [cause.code, cause]));

/** The cause of a code, in any case of letters; `undefined` for one that does not exist. */
export function causeOf(code: string): Cause | undefined {
  return BY_CODE.get(code.toUpperCase());
}
