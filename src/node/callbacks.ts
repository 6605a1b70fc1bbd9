/**
 * Callbacks of node:tls by which a program decides during the handshake, and what is made of their answers.
 */
import type { ExternalPsk } from '../tls/index.ts';
import { argumentError, codedError } from './error.ts';

/** Chooses one of a client's protocols. `undefined` refuses the connection, as no other choice is left. */
export type AlpnCallback = (offer: {
  readonly servername: string;
  readonly protocols: readonly string[];
}) => string | undefined;

/** A key that both ends have, for a client: who it is, and its secret of at least 16 bytes. */
export interface PskOffer {
  readonly identity: string;
  readonly psk: Uint8Array;
}

/**
 * Clients: the key to offer, or none. `hint` is null: TLS 1.3 has none. Servers: the key for an identity, or null if it is
 * not known.
 */
export type PskCallback<Socket> =
  | ((hint: null) => PskOffer | null | undefined)
  | ((socket: Socket, identity: string) => Uint8Array | null | undefined);

/** The protocol that a callback chose; its `this` is the socket, as in node:tls. @returns an error where it chose none, or one that was not offered */
export function chosenProtocol(
  socket: unknown,
  ask: AlpnCallback,
  servername: string | undefined,
  protocols: readonly string[],
): string | Error {
  const chosen = ask.call(socket, { servername: servername ?? '', protocols });
  if (chosen === undefined) return codedError('NO_APPLICATION_PROTOCOL', 'ALPNCallback chose no protocol');
  if (protocols.includes(chosen)) return chosen;
  return argumentError('ERR_TLS_ALPN_CALLBACK_INVALID_RESULT', `ALPNCallback chose ${chosen}, which is not offered`);
}

/** The key that a client's callback gives. @throws code ERR_INVALID_ARG_TYPE */
export function offeredPsk(offer: PskOffer | null | undefined): ExternalPsk | undefined {
  if (offer === null || offer === undefined) return undefined;
  const { identity, psk } = offer;
  if (typeof identity !== 'string' || !(psk instanceof Uint8Array)) {
    throw argumentError('ERR_INVALID_ARG_TYPE', 'pskCallback: expected { identity: string, psk: bytes }');
  }
  return { identity: Buffer.from(identity), key: psk };
}

/** The key that a server's callback gives for an identity. @throws code ERR_INVALID_ARG_TYPE */
export function knownPsk(identity: Uint8Array, key: unknown): ExternalPsk | null {
  if (key === null || key === undefined) return null;
  if (key instanceof Uint8Array) return { identity, key };
  throw argumentError('ERR_INVALID_ARG_TYPE', 'pskCallback: expected the bytes of a key, or null');
}
