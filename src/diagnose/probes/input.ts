/** What a handshake is made with. The failing neighbour differs in exactly one of these. */
export interface ProbeInput {
  readonly serverName?: string;
  readonly alpn: readonly string[];
  /** Registered names; absent means what the engine offers. */
  readonly cipherSuites?: readonly string[];
  readonly groups?: readonly string[];
  readonly signatureSchemes?: readonly string[];
  readonly clientCertificate: boolean;
}
