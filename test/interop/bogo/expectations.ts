/** Compares what a connection negotiated with what the runner's flags say. */
import type { TlsConnection, TlsEvent } from '../../../src/tls/index.ts';
import { CIPHER_SUITES } from '../../../src/tls/registry/cipher-suites.ts';
import { HANDSHAKE_TYPES } from '../../../src/tls/registry/handshake-types.ts';
import { GROUPS } from '../../../src/tls/registry/named-groups.ts';
import { SIGNATURE_SCHEMES } from '../../../src/tls/registry/signature-schemes.ts';
import { SPOKEN } from '../../../src/tls/registry/versions.ts';
import type { Observed } from './answers.ts';
import { splitNames } from './configuration.ts';
import { loadChain } from './credentials.ts';
import { Mismatch } from './error.ts';
import type { Options } from './options.ts';
import { isPsk } from './sessions.ts';

/** Checks what became of early data. @throws Mismatch */
export function checkEarlyData(options: Options, { earlyData }: TlsConnection['info']): void {
  const isAccepted = earlyData === 'accepted';
  if (options.expectAcceptEarlyData && !isAccepted) throw new Mismatch(`early data is ${earlyData}`);
  if (options.expectRejectEarlyData && isAccepted) throw new Mismatch('early data was accepted');
}

/** Checks everything that is known when the handshake is complete. @throws Mismatch */
export function checkHandshake(
  options: Options,
  { info }: Pick<TlsConnection, 'info'>,
  observed: Observed,
  isResumption: boolean,
): void {
  const isResumed = isResumption && !options.expectSessionMiss;
  if (isResumed !== (info.resumed ?? false)) throw new Mismatch(`the session was${isResumed ? ' not' : ''} resumed`);
  const skew = Math.round((info.ticketAgeSkew ?? 0) / 1000);
  if (isResumption) expect('the skew of ticket ages', options.expectTicketAgeSkew, skew);
  expect('version', options.expectVersion, info.version && SPOKEN[info.version]);
  checkFlags(options, info);
  const alpn = options.server ? options.selectAlpn : options.expectAlpn;
  if ((info.alpn ?? '') !== alpn) throw new Mismatch(`ALPN is ${info.alpn ?? 'absent'}, expected ${alpn || 'none'}`);
  if (options.expectServerName !== '' && info.serverName !== options.expectServerName) {
    throw new Mismatch(`server_name is ${info.serverName}, expected ${options.expectServerName}`);
  }
  if (options.expectNoServerName && info.serverName !== undefined) throw new Mismatch('there is a server_name');
  expect('group', options.expectCurveId, info.group && GROUPS[info.group]);
  const cipher = info.cipherSuite && CIPHER_SUITES[info.cipherSuite];
  expect('cipher suite', options.expectCipher, cipher);
  expect('cipher suite', options.expectCipherAes, cipher);
  const scheme = info.peerSignatureScheme && SIGNATURE_SCHEMES[info.peerSignatureScheme];
  // Sessions do not keep it.
  if (!isResumed) expect("the peer's signature algorithm", options.expectPeerSignatureAlgorithm, scheme);
  if (options.expectHrr && info.helloRetryRequest !== true) throw new Mismatch('there was no HelloRetryRequest');
  if (options.expectNoHrr && info.helloRetryRequest === true) throw new Mismatch('there was a HelloRetryRequest');
  checkPeerVerifyPrefs(options, observed);
  if (options.expectQuicTransportParams.length > 0) {
    expectAll('transport parameters', [options.expectQuicTransportParams], [info.peerTransportParameters]);
  }
  checkPeer(options, info);
  if (options.expectSelectedCredential !== undefined && observed.selected !== options.expectSelectedCredential) {
    throw new Mismatch(`credential ${observed.selected} was used, expected ${options.expectSelectedCredential}`);
  }
  // What no verdict was asked for counts as accepted.
  if (options.expectVerifyResult && (observed.verified ?? true) !== !options.verifyFail) {
    throw new Mismatch(`the verdict is ${observed.verified}, expected ${!options.verifyFail}`);
  }
}

/** What TLS 1.2 negotiates beside the rest. */
function checkFlags(options: Options, info: TlsConnection['info']): void {
  const isBound = info.version === 'TLS 1.3' || info.extendedMasterSecret === true;
  if (isBound ? options.expectNoExtendedMasterSecret : options.expectExtendedMasterSecret) {
    throw new Mismatch(`extended master secret: ${isBound}`);
  }
  const isSecure = info.version === 'TLS 1.3' || info.secureRenegotiation === true;
  if (isSecure ? options.expectNoSecureRenegotiation : options.expectSecureRenegotiation) {
    throw new Mismatch(`secure renegotiation: ${isSecure}`);
  }
}

function expect(what: string, expected: number, found: number | undefined): void {
  if (expected !== 0 && expected !== found) throw new Mismatch(`${what} is ${found}, expected ${expected}`);
}

function checkPeerVerifyPrefs({ expectPeerVerifyPref }: Options, { peerSchemes }: Observed): void {
  if (expectPeerVerifyPref.length > 0 && expectPeerVerifyPref.join() !== peerSchemes.join()) {
    throw new Mismatch(`the peer's schemes are ${peerSchemes.join()}, expected ${expectPeerVerifyPref.join()}`);
  }
}

function checkPeer(options: Options, { peerCertificates, certificateRequest }: TlsConnection['info']): void {
  if (options.expectNoPeerCert && peerCertificates !== undefined) throw new Mismatch('there is a peer certificate');
  const isExpected =
    !options.expectNoPeerCert &&
    !options.credentials.some(isPsk) &&
    (!options.server || options.requireAnyClientCertificate);
  if (isExpected && peerCertificates === undefined) throw new Mismatch('there is no peer certificate');
  const chain = peerCertificates?.map(({ der }) => der) ?? [];
  if (options.expectPeerCertFile !== '') expectAll('peer certificates', loadChain(options.expectPeerCertFile), chain);
  if (options.expectClientCaList !== '') {
    const names = certificateRequest?.certificateAuthorities ?? [];
    expectAll('certificate authorities', splitNames(options.expectClientCaList), names);
  }
  if (options.expectCertificateTypes.length > 0) {
    const types = Uint8Array.from(certificateRequest?.certificateTypes ?? []);
    expectAll('certificate types', [options.expectCertificateTypes], [types]);
  }
  const staple = peerCertificates?.[0]?.ocspResponse;
  if (options.expectOcspResponse.length > 0) expectAll('OCSP response', [options.expectOcspResponse], [staple]);
  if (options.expectSignedCertTimestamps.length > 0) {
    expectAll('SCTs', [options.expectSignedCertTimestamps], [joinScts(peerCertificates?.[0]?.scts ?? [])]);
  }
}

function expectAll(what: string, expected: readonly Uint8Array[], found: readonly (Uint8Array | undefined)[]): void {
  const same =
    expected.length === found.length &&
    expected.every((bytes, i) => Buffer.compare(bytes, found[i] ?? new Uint8Array(0)) === 0);
  if (!same) throw new Mismatch(`${what} are not the ${expected.length} expected`);
}

function joinScts(scts: readonly Uint8Array[]): Uint8Array {
  const items = scts.map((sct) => Buffer.concat([Buffer.of(sct.length >> 8, sct.length & 0xff), sct]));
  const list = Buffer.concat(items);
  return Buffer.concat([Buffer.of(list.length >> 8, list.length & 0xff), list]);
}

/** An event as a line of `-expect-msg-callback`, or nothing. */
export function messageLine(event: TlsEvent): string {
  const way = 'direction' in event && event.direction === 'sent' ? 'write' : 'read';
  if (event.kind === 'message') return `${way} hs ${event.bytes[0] ?? HANDSHAKE_TYPES.client_hello}\n`;
  if (event.kind === 'alert') return `${way} alert ${event.severity} ${event.code}\n`;
  return event.kind === 'record' && event.contentType === 'change_cipher_spec' ? `${way} ccs\n` : '';
}
