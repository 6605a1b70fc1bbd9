/**
 * The server's answers to extensions that need no key: in EncryptedExtensions in TLS 1.3, in ServerHello in TLS 1.2, and
 * alike in both.
 */
import { fromAscii, toLatin1 } from '../../bytes/index.ts';
import type { HandshakeContext } from '../context.ts';
import { illegalParameter } from '../error.ts';
import { alpn } from '../extensions/alpn.ts';
import { extension, type RawExtension } from '../extensions/block.ts';
import { recordSizeLimit } from '../extensions/record-size-limit.ts';
import { serverName } from '../extensions/server-name.ts';
import type { ClientHello } from '../messages/client-hello.ts';
import type { ServerSetup } from '../negotiate/server-setup.ts';
import type { Offer } from './offer.ts';

/**
 * Answers server_name, ALPN and record_size_limit, and holds both sides to them.
 * @param answer the protocol chosen, and whether the credential is for the client's name.
 * @param maxLimit largest record_size_limit that the version has (RFC 8449 section 4).
 */
export function giveAnswers(
  context: HandshakeContext,
  { config }: ServerSetup,
  message: ClientHello,
  { protocol, isNamed }: { readonly protocol: string | undefined; readonly isNamed: boolean },
  maxLimit: number,
): RawExtension[] {
  const extensions: RawExtension[] = [];
  // Only a name that was used is acknowledged (RFC 6066 section 3).
  if (context.info.serverName !== undefined && isNamed) {
    extensions.push(extension(serverName.encryptedExtensions, null));
    context.info.serverNameAcknowledged = true;
  }
  if (protocol !== undefined) {
    extensions.push(extension(alpn.encryptedExtensions, fromAscii(protocol)));
    context.info.alpn = protocol;
  }
  const limit = message.extensions.get(recordSizeLimit.clientHello);
  if (limit !== undefined) {
    context.info.peerRecordSizeLimit = limit;
    context.layer.limitWrites(limit);
    if (config.recordSizeLimit !== undefined) {
      const own = Math.min(config.recordSizeLimit, maxLimit);
      extensions.push(extension(recordSizeLimit.encryptedExtensions, own));
      context.layer.limitReads(own);
    }
  }
  return extensions;
}

/** What a server answered. */
export interface Answers {
  readonly protocol: Uint8Array | undefined;
  /** server_name: acknowledged. */
  readonly name: null | undefined;
  readonly limit: number | undefined;
}

/** Takes the server's answers in; it has been checked that they were asked for. */
export function takeAnswers(context: HandshakeContext, offer: Offer, { protocol, name, limit }: Answers): void {
  if (protocol !== undefined) {
    const chosen = toLatin1(protocol);
    if (!offer.settings.alpn.includes(chosen)) {
      throw illegalParameter(`ALPN protocol ${JSON.stringify(chosen)} was not offered`, 'RFC 7301 section 3.2');
    }
    context.info.alpn = chosen;
  }
  context.info.serverNameAcknowledged = name !== undefined;
  if (limit === undefined) return;
  context.info.peerRecordSizeLimit = limit;
  context.layer.limitWrites(limit);
  if (offer.config.recordSizeLimit !== undefined) context.layer.limitReads(offer.config.recordSizeLimit);
}
