/** What a handshake is made with. The failing neighbour differs in exactly one of these. */
export interface ProbeInput {
  readonly serverName?: string;
  readonly alpn: readonly string[];
  /** The versions to offer; absent means both. */
  readonly versions?: readonly ('TLS 1.3' | 'TLS 1.2')[];
  /** Registered names; absent means what the engine offers. */
  readonly cipherSuites?: readonly string[];
  /** Offers old suites of TLS 1.2 behind the others, which this client has for old servers alone. */
  readonly oldCipherSuites?: true;
  readonly groups?: readonly string[];
  readonly signatureSchemes?: readonly string[];
  readonly clientCertificate: boolean;
  /** False where the handshake does without a session id and change_cipher_spec (RFC 8446 appendix D.4). */
  readonly middleboxCompatibility?: false;
}
