import type { X509Certificate } from 'node:crypto';
import type { SocketConnectOpts } from 'node:net';
import type { EphemeralKeyInfo, PeerCertificate as LegacyCertificate } from 'node:tls';
import { AnsweringSocket } from './answering-socket.ts';
import { argumentError, codedError } from './error.ts';
import { type CipherInfo, cipherInfo, ephemeralKeyInfo, legacyCertificate, x509Certificate } from './inspect.ts';
import { versionNameOf } from './protocols.ts';
import { SecureContext, type SecureContextOptions } from './secure-context.ts';
import { ticketOf } from './sessions.ts';
import { checkKind, checkWhole } from './validate.ts';

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

  /** The certificate that this side showed. Empty without one, as node:tls has it; undefined after the end. */
  getCertificate(): LegacyCertificate | object | undefined {
    return this.destroyed ? undefined : legacyCertificate(this.#ownChain(), false);
  }

  getX509Certificate(): X509Certificate | undefined {
    return x509Certificate(this.#ownChain());
  }

  /** verify_data of this side's latest Finished. TLS 1.2: what `tls-unique` is made of; use {@link exportKeyingMaterial} in TLS 1.3 (RFC 9266). */
  getFinished(): Buffer | undefined {
    return bufferOf(this.engine?.info.finished);
  }

  /** verify_data of the peer's Finished. */
  getPeerFinished(): Buffer | undefined {
    return bufferOf(this.engine?.info.peerFinished);
  }

  /** The peer's certificate; with `detailed` all that were sent, linked by `issuerCertificate`. Empty without one. */
  getPeerCertificate(detailed = false): LegacyCertificate | object {
    return legacyCertificate(this.getPeerChain(), detailed);
  }

  /** The chain that this side showed; a server that resumed a session has shown none anew. */
  #ownChain(): readonly Uint8Array[] {
    return this.engine?.info.certificates ?? this.configuredChain;
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
    checkWhole('length', length, 1, 0xffff);
    checkKind('label', 'string', label);
    if (context !== undefined) checkKind('context', 'bytes', context);
    if (this.engine === undefined || this.secureConnecting) {
      throw codedError('ERR_TLS_INVALID_STATE', 'TLS socket connection must be securely established');
    }
    const material = this.engine.exportKeyingMaterial(label, context, length);
    return Buffer.from(material.buffer, material.byteOffset, material.byteLength);
  }

  /** Connects a socket that was made without a stream below; arguments as net.Socket's. */
  connect(...args: SocketConnectArguments): this {
    if (this.net === undefined) throw codedError('ERR_METHOD_NOT_IMPLEMENTED', 'the stream below connects itself');
    this.net.once('connect', () => this.emit('connect'));
    Reflect.apply(this.net.connect, this.net, args);
    return this;
  }

  /** Clients, before the handshake: the name to ask for. Who is verified stays as it was. */
  setServername(name: string): void {
    checkKind('name', 'string', name);
    if (this.settings.role === 'server') {
      throw argumentError('ERR_TLS_SNI_FROM_SERVER', 'a server asks for no name');
    }
    this.requireBefore();
    this.otherName = name;
  }

  /** Clients, before the handshake: the session to resume, as the option `session`. */
  setSession(session: Uint8Array): void {
    checkKind('session', 'bytes', session);
    this.requireBefore();
    this.offered = session;
  }

  /** Servers, until SNICallback and ALPNCallback have answered: the certificate to show. */
  setKeyCert(context: SecureContext | SecureContextOptions): void {
    this.keyCert = context instanceof SecureContext ? context : new SecureContext(context);
  }

  /** What both ends sign with is not kept. @throws code ERR_METHOD_NOT_IMPLEMENTED */
  getSharedSigalgs(): never {
    throw codedError('ERR_METHOD_NOT_IMPLEMENTED', 'getSharedSigalgs is not implemented');
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
    checkKind('size', 'number', size);
    if (!(size >= 512 && size <= 16_384)) return false;
    this.maxFragment = Math.floor(size);
    return true;
  }

  /** TLS 1.3 has none (RFC 8446 section 1.2), and TLS 1.2's is refused: false, and the error to the callback. */
  renegotiate(options: object, callback?: (error: Error) => void): boolean {
    checkKind('options', 'object', options);
    if (callback !== undefined) checkKind('callback', 'function', callback);
    const error = argumentError('ERR_TLS_RENEGOTIATION_DISABLED', 'renegotiation is not implemented');
    if (callback !== undefined) process.nextTick(callback, error);
    return false;
  }

  disableRenegotiation(): void {
    // It is refused in any case.
  }
}

/** The arguments of net.Socket's connect. */
export type SocketConnectArguments =
  | [options: SocketConnectOpts, callback?: () => void]
  | [port: number, callback?: () => void]
  | [port: number, host: string, callback?: () => void]
  | [path: string, callback?: () => void];

/** As node:tls gives bytes out. */
function bufferOf(bytes: Uint8Array | undefined): Buffer | undefined {
  return bytes && Buffer.from(bytes);
}
