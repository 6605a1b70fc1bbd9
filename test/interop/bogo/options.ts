/** What BoringSSL's test runner asks of a shim, for one connection. Names follow the runner's flags. */

/** One certificate of the shim, as `-cert-file` and the flags beside it describe it. */
export interface CredentialOptions {
  certFile: string;
  keyFile: string;
  /** Code points, in order of preference; empty for the key's own order. */
  signingPrefs: number[];
  ocspResponse: Uint8Array;
  /** A SignedCertificateTimestampList as it stands in the extension. */
  signedCertTimestamps: Uint8Array;
  mustMatchIssuer: boolean;
  /** What `-new-psk-credential` is: a key to be imported (RFC 9258). */
  readonly psk: { key: Uint8Array; identity: Uint8Array; context: Uint8Array; hash: 'sha256' | 'sha384' };
}

/** A credential without anything set. */
export function emptyCredential(): CredentialOptions {
  return {
    certFile: '',
    keyFile: '',
    signingPrefs: [],
    ocspResponse: new Uint8Array(0),
    signedCertTimestamps: new Uint8Array(0),
    mustMatchIssuer: false,
    psk: { key: new Uint8Array(0), identity: new Uint8Array(0), context: new Uint8Array(0), hash: 'sha256' },
  };
}

/** The options of one connection: everything that {@link parseFlags} can set. */
export class Options {
  // The connection to the runner.
  port = 0;
  shimId = 0n;
  ipv6 = false;
  server = false;
  resumeCount = 0;
  isHandshakerSupported = false;

  // How the shim drives its engine.
  async = false;
  implicitHandshake = false;
  shimWritesFirst = false;
  shimInitialWrite = 'hello';
  repeatShimInitialWrite = 1;
  shimShutsDown = false;
  checkCloseNotify = false;
  readSize = 512;
  readWithUnfinishedWrite = false;
  writeDifferentRecordSizes = false;
  sendAlert = false;
  keyUpdate = false;
  keyUpdateBeforeRead = false;
  exportKeyingMaterial = 0;
  exportLabel = '';
  exportContext = '';
  useExportContext = false;
  useExporterBetweenReads = false;
  exportTrafficSecrets = false;

  // Sessions and early data.
  enableEarlyData = false;
  noTicket = false;
  /** What early data depends on, over QUIC. */
  quicEarlyDataContext = '';
  useTicketCallback = false;
  skipTicket = false;
  renewTicket = false;
  reverifyOnResume = false;
  /** Seconds between two connections. */
  resumptionDelay = 0;

  // What it configures.
  minVersion = 0;
  maxVersion = 0;
  noTls1 = false;
  noTls11 = false;
  noTls12 = false;
  noTls13 = false;
  cipher = '';
  curves: number[] = [];
  keyShares: number[] | undefined;
  verifyPrefs: number[] = [];
  serverPreference = false;
  hostName = '';
  advertiseAlpn = '';
  selectAlpn = '';
  declineAlpn = false;
  rejectAlpn = false;
  enableOcspStapling = false;
  enableSignedCertTimestamps = false;
  quic = false;
  /** 1: the code point of drafts 13 to 32. */
  quicUseLegacyCodepoint = 0;
  noServerNameAck = false;
  selectEmptyAlpn = false;
  fallbackScsv = false;
  maxCertList = 0;
  noLegacyServerConnect = false;
  maxSendFragment = 0;
  renegotiateIgnore = false;
  enableGrease = false;
  permuteExtensions = false;
  quicTransportParams = new Uint8Array(0);
  requireAnyClientCertificate = false;
  installCertCompressionAlgs = false;
  installOneCertCompressionAlg = 0;
  verifyPeer = false;
  useClientCaList = '';
  /** The credential of the flags that stand before any `-new-x509-credential`. */
  readonly defaultCredential = emptyCredential();
  readonly credentials: CredentialOptions[] = [];

  // How it answers requests.
  verifyFail = false;
  useCustomVerifyCallback = false;
  useEarlyCallback = false;
  useOldClientCertCallback = false;
  failEarlyCallback = false;
  failDdosCallback = false;
  failCertCallback = false;
  useOcspCallback = false;
  setOcspInCallback = false;
  declineOcspCallback = false;
  failOcspCallback = false;

  // What it expects.
  expectVersion = 0;
  expectExtendedMasterSecret = false;
  expectNoExtendedMasterSecret = false;
  expectSecureRenegotiation = false;
  expectNoSecureRenegotiation = false;
  expectServerName = '';
  expectNoServerName = false;
  expectAlpn = '';
  expectAdvertisedAlpn = '';
  expectCurveId = 0;
  expectCipher = 0;
  /** Where the processor has AES instructions; this machine and CI's do. */
  expectCipherAes = 0;
  expectHrr = false;
  expectNoHrr = false;
  expectPeerSignatureAlgorithm = 0;
  expectPeerVerifyPref: number[] = [];
  expectPeerCertFile = '';
  expectNoPeerCert = false;
  expectClientCaList = '';
  expectQuicTransportParams = new Uint8Array(0);
  expectOcspResponse = new Uint8Array(0);
  expectSignedCertTimestamps = new Uint8Array(0);
  expectSelectedCredential: number | undefined;
  expectVerifyResult = false;
  expectMsgCallback = '';
  expectSessionMiss = false;
  expectTicketRenewal = false;
  /** ClientCertificateTypes of the CertificateRequest. */
  expectCertificateTypes = new Uint8Array(0);
  expectNoSession = false;
  expectSessionId = false;
  expectNoSessionId = false;
  expectTicketSupportsEarlyData = false;
  expectAcceptEarlyData = false;
  expectRejectEarlyData = false;
  expectNoOfferEarlyData = false;
  expectEarlyDataReason = '';
  /** Seconds that the client's idea of a ticket's age is ahead of the server's. */
  expectTicketAgeSkew = 0;
  handshakeNeverDone = false;
}
