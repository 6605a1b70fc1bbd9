/** The runner's command line. A flag that is not in the table is one that this shim does not implement. */
import { type CredentialOptions, emptyCredential, Options } from './options.ts';

/** Something the runner asked for that is not implemented: exit code 89, not a failure. */
export class Unimplemented extends Error {
  override readonly name = 'Unimplemented';
}

/** The options of the first connection, of the resuming ones, and of a retry after rejected early data. */
export interface Configurations {
  readonly initial: Options;
  readonly resume: Options;
  readonly retry: Options;
}

/** Takes a flag in: into the options, with its parameter if it has one. */
type Flag = { readonly hasParameter: boolean; readonly set: (options: Options, parameter: string) => void };

type KeysOf<T, V> = { [K in keyof T]-?: T[K] extends V ? (V extends T[K] ? K : never) : never }[keyof T];

function on(key: KeysOf<Options, boolean>): Flag {
  return { hasParameter: false, set: (options) => (options[key] = true) };
}

function nothing(): Flag {
  return { hasParameter: false, set: () => undefined };
}

function text(key: KeysOf<Options, string>): Flag {
  return { hasParameter: true, set: (options, parameter) => (options[key] = parameter) };
}

function number(key: KeysOf<Options, number>): Flag {
  return { hasParameter: true, set: (options, parameter) => (options[key] = Number(parameter)) };
}

function numbers(key: KeysOf<Options, number[]>): Flag {
  return { hasParameter: true, set: (options, parameter) => options[key].push(Number(parameter)) };
}

function base64(key: KeysOf<Options, Uint8Array<ArrayBuffer>>): Flag {
  return { hasParameter: true, set: (options, parameter) => (options[key] = fromBase64(parameter)) };
}

/** Credential flags are stateful: they are about the credential that was begun last. */
function ofCredential(hasParameter: boolean, set: (credential: CredentialOptions, parameter: string) => void): Flag {
  return {
    hasParameter,
    set: (options, parameter) => set(options.credentials.at(-1) ?? options.defaultCredential, parameter),
  };
}

function ofPsk(hasParameter: boolean, set: (psk: CredentialOptions['psk'], parameter: string) => void): Flag {
  return ofCredential(hasParameter, ({ psk }, parameter) => set(psk, parameter));
}

function fromBase64(parameter: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(parameter, 'base64'));
}

function refuseRenegotiations(parameter: string): void {
  if (parameter !== '0') throw new Unimplemented(`-expect-total-renegotiations ${parameter}`);
}

const FLAGS: Readonly<Record<string, Flag>> = {
  '-port': number('port'),
  '-shim-id': { hasParameter: true, set: (options, parameter) => (options.shimId = BigInt(parameter)) },
  '-ipv6': on('ipv6'),
  '-server': on('server'),
  '-resume-count': number('resumeCount'),
  '-is-handshaker-supported': on('isHandshakerSupported'),

  '-async': on('async'),
  '-implicit-handshake': on('implicitHandshake'),
  '-shim-writes-first': on('shimWritesFirst'),
  '-shim-initial-write': text('shimInitialWrite'),
  '-repeat-shim-initial-write': number('repeatShimInitialWrite'),
  '-shim-shuts-down': on('shimShutsDown'),
  '-check-close-notify': on('checkCloseNotify'),
  '-read-size': number('readSize'),
  '-read-with-unfinished-write': on('readWithUnfinishedWrite'),
  '-write-different-record-sizes': on('writeDifferentRecordSizes'),
  '-send-alert': on('sendAlert'),
  '-key-update': on('keyUpdate'),
  '-key-update-before-read': on('keyUpdateBeforeRead'),
  '-export-keying-material': number('exportKeyingMaterial'),
  '-export-label': text('exportLabel'),
  '-export-context': text('exportContext'),
  '-use-export-context': on('useExportContext'),
  '-use-exporter-between-reads': on('useExporterBetweenReads'),
  '-export-traffic-secrets': on('exportTrafficSecrets'),

  '-enable-early-data': on('enableEarlyData'),
  '-no-ticket': on('noTicket'),
  '-quic-early-data-context': text('quicEarlyDataContext'),
  '-use-ticket-callback': on('useTicketCallback'),
  '-use-ticket-aead-callback': on('useTicketCallback'),
  '-skip-ticket': on('skipTicket'),
  '-renew-ticket': on('renewTicket'),
  '-reverify-on-resume': on('reverifyOnResume'),
  '-resumption-delay': number('resumptionDelay'),

  '-min-version': number('minVersion'),
  '-max-version': number('maxVersion'),
  '-no-tls1': on('noTls1'),
  '-no-tls11': on('noTls11'),
  '-no-tls12': on('noTls12'),
  '-no-tls13': on('noTls13'),
  '-cipher': text('cipher'),
  '-expect-extended-master-secret': on('expectExtendedMasterSecret'),
  '-expect-no-extended-master-secret': on('expectNoExtendedMasterSecret'),
  '-expect-secure-renegotiation': on('expectSecureRenegotiation'),
  '-expect-no-secure-renegotiation': on('expectNoSecureRenegotiation'),
  '-curves': numbers('curves'),
  '-key-shares': {
    hasParameter: true,
    set: (options, parameter) => (options.keyShares = [...(options.keyShares ?? []), Number(parameter)]),
  },
  '-no-key-shares': { hasParameter: false, set: (options) => (options.keyShares = []) },
  '-verify-prefs': numbers('verifyPrefs'),
  '-server-preference': on('serverPreference'),
  '-host-name': text('hostName'),
  '-advertise-alpn': text('advertiseAlpn'),
  '-select-alpn': text('selectAlpn'),
  '-decline-alpn': on('declineAlpn'),
  '-reject-alpn': on('rejectAlpn'),
  '-select-empty-alpn': on('selectEmptyAlpn'),
  '-no-server-name-ack': on('noServerNameAck'),
  '-fallback-scsv': on('fallbackScsv'),
  '-no-legacy-server-connect': on('noLegacyServerConnect'),
  '-max-cert-list': number('maxCertList'),
  '-enable-ocsp-stapling': on('enableOcspStapling'),
  '-enable-signed-cert-timestamps': on('enableSignedCertTimestamps'),
  '-install-cert-compression-algs': on('installCertCompressionAlgs'),
  '-install-one-cert-compression-alg': number('installOneCertCompressionAlg'),
  '-enable-grease': on('enableGrease'),
  '-permute-extensions': on('permuteExtensions'),
  '-quic': on('quic'),
  '-max-send-fragment': number('maxSendFragment'),
  '-renegotiate-ignore': on('renegotiateIgnore'),
  // Nothing is renegotiated, and the first wish to ends the connection unless it is to be ignored.
  '-forbid-renegotiation-after-handshake': nothing(),
  '-expect-total-renegotiations': { hasParameter: true, set: (_, parameter) => refuseRenegotiations(parameter) },
  // Data is handed out once, and looking at it is the application's business; nothing is done where nothing is done.
  '-peek-then-read': nothing(),
  '-no-op-extra-handshake': nothing(),
  '-quic-transport-params': base64('quicTransportParams'),
  '-expect-quic-transport-params': base64('expectQuicTransportParams'),
  '-quic-use-legacy-codepoint': number('quicUseLegacyCodepoint'),
  '-require-any-client-certificate': on('requireAnyClientCertificate'),
  '-verify-peer': on('verifyPeer'),
  '-use-client-ca-list': text('useClientCaList'),
  // The root of the runner's chain: the runner judges the answer to the verdict, not how it is reached.
  '-trust-cert': { hasParameter: true, set: () => undefined },

  '-new-x509-credential': { hasParameter: false, set: (options) => options.credentials.push(emptyCredential()) },
  '-cert-file': ofCredential(true, (credential, parameter) => (credential.certFile = parameter)),
  '-key-file': ofCredential(true, (credential, parameter) => (credential.keyFile = parameter)),
  '-signing-prefs': ofCredential(true, (credential, parameter) => credential.signingPrefs.push(Number(parameter))),
  '-ocsp-response': ofCredential(true, (credential, parameter) => (credential.ocspResponse = fromBase64(parameter))),
  '-signed-cert-timestamps': ofCredential(
    true,
    (credential, parameter) => (credential.signedCertTimestamps = fromBase64(parameter)),
  ),
  '-new-psk-credential': { hasParameter: false, set: (options) => options.credentials.push(emptyCredential()) },
  '-psk-importer-key': ofPsk(true, (psk, parameter) => (psk.key = fromBase64(parameter))),
  '-psk-importer-identity': ofPsk(true, (psk, parameter) => (psk.identity = fromBase64(parameter))),
  '-psk-importer-context': ofPsk(true, (psk, parameter) => (psk.context = fromBase64(parameter))),
  '-psk-importer-sha256': ofPsk(false, (psk) => (psk.hash = 'sha256')),
  '-psk-importer-sha384': ofPsk(false, (psk) => (psk.hash = 'sha384')),
  '-must-match-issuer': ofCredential(false, (credential) => (credential.mustMatchIssuer = true)),

  '-verify-fail': on('verifyFail'),
  '-use-custom-verify-callback': on('useCustomVerifyCallback'),
  '-use-early-callback': on('useEarlyCallback'),
  '-use-old-client-cert-callback': on('useOldClientCertCallback'),
  '-fail-early-callback': on('failEarlyCallback'),
  '-install-ddos-callback': nothing(),
  '-fail-ddos-callback': on('failDdosCallback'),
  '-fail-cert-callback': on('failCertCallback'),
  '-use-ocsp-callback': on('useOcspCallback'),
  '-set-ocsp-in-callback': on('setOcspInCallback'),
  '-decline-ocsp-callback': on('declineOcspCallback'),
  '-fail-ocsp-callback': on('failOcspCallback'),

  '-expect-version': number('expectVersion'),
  '-expect-server-name': text('expectServerName'),
  '-expect-no-server-name': on('expectNoServerName'),
  '-expect-alpn': text('expectAlpn'),
  '-expect-advertised-alpn': text('expectAdvertisedAlpn'),
  '-expect-curve-id': number('expectCurveId'),
  '-expect-cipher': number('expectCipher'),
  '-expect-cipher-aes': number('expectCipherAes'),
  '-expect-cipher-no-aes': { hasParameter: true, set: () => undefined },
  '-expect-hrr': on('expectHrr'),
  '-expect-no-hrr': on('expectNoHrr'),
  '-expect-peer-signature-algorithm': number('expectPeerSignatureAlgorithm'),
  '-expect-peer-verify-pref': numbers('expectPeerVerifyPref'),
  '-expect-peer-cert-file': text('expectPeerCertFile'),
  '-expect-no-peer-cert': on('expectNoPeerCert'),
  '-expect-client-ca-list': text('expectClientCaList'),
  '-expect-ocsp-response': base64('expectOcspResponse'),
  '-expect-signed-cert-timestamps': base64('expectSignedCertTimestamps'),
  '-expect-selected-credential': {
    hasParameter: true,
    set: (options, parameter) => (options.expectSelectedCredential = Number(parameter)),
  },
  '-expect-verify-result': on('expectVerifyResult'),
  '-expect-msg-callback': text('expectMsgCallback'),
  '-expect-ticket-renewal': on('expectTicketRenewal'),
  '-expect-certificate-types': base64('expectCertificateTypes'),
  '-expect-session-miss': on('expectSessionMiss'),
  '-expect-no-session': on('expectNoSession'),
  '-expect-session-id': on('expectSessionId'),
  '-expect-no-session-id': on('expectNoSessionId'),
  '-expect-ticket-supports-early-data': on('expectTicketSupportsEarlyData'),
  '-expect-accept-early-data': on('expectAcceptEarlyData'),
  '-expect-reject-early-data': on('expectRejectEarlyData'),
  '-expect-early-data-reason': text('expectEarlyDataReason'),
  '-expect-no-offer-early-data': on('expectNoOfferEarlyData'),
  '-expect-ticket-age-skew': number('expectTicketAgeSkew'),
  '-handshake-never-done': on('handshakeNeverDone'),
};

/** Reads the command line. @throws Unimplemented */
export function parseFlags(args: readonly string[]): Configurations {
  const all = { initial: new Options(), resume: new Options(), retry: new Options() };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    const [, when, name = arg] = /^-on-(initial|resume|retry)(-.*)$/.exec(arg) ?? [];
    const flag = FLAGS[name];
    if (flag === undefined) throw new Unimplemented(name);
    const parameter = flag.hasParameter ? (args[++i] ?? '') : '';
    const targets = when === undefined ? Object.values(all) : [all[when as keyof typeof all]];
    for (const options of targets) flag.set(options, parameter);
  }
  return all;
}
