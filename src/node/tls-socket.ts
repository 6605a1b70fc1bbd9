import type { X509Certificate } from 'node:crypto';
import type { EphemeralKeyInfo, PeerCertificate as LegacyCertificate } from 'node:tls';
import { AnsweringSocket } from './answering-socket.ts';
import { argumentError, codedError } from './error.ts';
import { type CipherInfo, cipherInfo, ephemeralKeyInfo, legacyCertificate, x509Certificate } from './inspect.ts';
import { versionNameOf } from './protocols.ts';
import { ticketOf } from './sessions.ts';

/**
 * TLS over a net.Socket or any other Duplex, with the surface of node:tls's TLSSocket.
 *
 * Beside a Duplex's events it emits 'secure' after the handshake, on clients then 'secureConnect'; 'OCSPResponse';
 * 'session' with a Buffer for each ticket of the server's; 'keylog' if that was listened to before the handshake began;
 * 'timeout'.
 */
export class TLSSocket extends AnsweringSocket {
  readonly encrypted = true;

  /** `TLSv1.2` or `TLSv1.3`; null before the handshake is done. */
  getProtocol(): string | null {
    const version = this.secureConnecting ? undefined : this.engine?.info.version;
    return version === undefined ? null : versionNameOf(version);
  }

  getCipher(): CipherInfo | undefined {
    return this.engine && cipherInfo(this.engine.info);
  }

  /** The group of the key exchange by OpenSSL's name. Null on servers, as node:tls has it. */
  getEphemeralKeyInfo(): EphemeralKeyInfo | object | null {
    if (this.settings.role === 'server') return null;
    return this.engine === undefined ? {} : ephemeralKeyInfo(this.engine.info);
  }

  /** The peer's certificate; with `detailed` all that were sent, linked by `issuerCertificate`. Empty without one. */
  getPeerCertificate(detailed = false): LegacyCertificate | object {
    return legacyCertificate(this.getPeerChain(), detailed);
  }

  getPeerX509Certificate(): X509Certificate | undefined {
    return x509Certificate(this.getPeerChain());
  }

  /** The peer's chain as it was sent: DER, leaf first. Ours. */
  getPeerChain(): readonly Uint8Array[] {
    return this.engine?.info.peerCertificates?.map(({ der }) => der) ?? [];
  }

  /** Keying material for the application (RFC 8446 section 7.5, RFC 5705), `length` bytes. */
  exportKeyingMaterial(length: number, label: string, context?: Uint8Array): Buffer {
    if (this.engine === undefined || this.secureConnecting) {
      throw codedError('ERR_TLS_INVALID_STATE', 'TLS socket connection must be securely established');
    }
    const material = this.engine.exportKeyingMaterial(label, context, length);
    return Buffer.from(material.buffer, material.byteOffset, material.byteLength);
  }

  isSessionReused(): boolean {
    return this.engine?.info.resumed === true;
  }

  /**
   * The latest session that the server gave, for the `session` option of a later connection; undefined until it gave
   * one. Opaque, and as secret as a key. TLS 1.3 servers give theirs after the handshake: 'session' tells when.
   */
  getSession(): Buffer | undefined {
    return this.latestSession(this.engine);
  }

  /** The ticket in {@link getSession}. */
  getTLSTicket(): Buffer | undefined {
    const session = this.getSession();
    return session === undefined ? undefined : ticketOf(session);
  }

  /** What became of 0-RTT data: a client's `earlyData`, or what a client sent to this server. Ours. */
  get earlyData(): 'offered' | 'accepted' | 'rejected' | undefined {
    return this.engine?.info.earlyData;
  }

  /** Largest plaintext to send in one record, 512 to 16,384 bytes; false, and nothing changed, for another number. */
  setMaxSendFragment(size: number): boolean {
    if (!(size >= 512 && size <= 16_384)) return false;
    this.maxFragment = Math.floor(size);
    return true;
  }

  /** TLS 1.3 has none (RFC 8446 section 1.2), and TLS 1.2's is refused: false, and the error to the callback. */
  renegotiate(_options: object, callback?: (error: Error) => void): boolean {
    const error = argumentError('ERR_TLS_RENEGOTIATION_DISABLED', 'renegotiation is not implemented');
    if (callback !== undefined) process.nextTick(callback, error);
    return false;
  }

  disableRenegotiation(): void {
    // It is refused in any case.
  }
}
