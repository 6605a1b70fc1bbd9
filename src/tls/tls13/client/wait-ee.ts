import { toLatin1 } from '../../../bytes/index.ts';
import type { HandshakeContext } from '../../context.ts';
import { illegalParameter } from '../../error.ts';
import { alpn } from '../../extensions/alpn.ts';
import { checkSolicited } from '../../extensions/block.ts';
import { recordSizeLimit } from '../../extensions/record-size-limit.ts';
import { serverName } from '../../extensions/server-name.ts';
import type { Received } from '../../machine.ts';
import type { ClientStateOf } from './state.ts';

/** WAIT_EE, encrypted_extensions. */
export function encryptedExtensions(
  context: HandshakeContext,
  { offer, secrets }: ClientStateOf<'WAIT_EE'>,
  { message: { extensions } }: Received<'encrypted_extensions'>,
): ClientStateOf<'WAIT_CERT_CR'> {
  checkSolicited(extensions, offer.extensionIds, 'encrypted_extensions');
  const protocol = extensions.get(alpn.encryptedExtensions);
  if (protocol !== undefined) {
    const name = toLatin1(protocol);
    if (!offer.settings.alpn.includes(name)) {
      throw illegalParameter(`ALPN protocol ${JSON.stringify(name)} was not offered`, 'RFC 7301 section 3.2');
    }
    context.info.alpn = name;
  }
  context.info.serverNameAcknowledged = extensions.get(serverName.encryptedExtensions) !== undefined;
  const limit = extensions.get(recordSizeLimit.encryptedExtensions);
  if (limit !== undefined) {
    context.info.peerRecordSizeLimit = limit;
    context.layer.limitWrites(limit);
    if (offer.config.recordSizeLimit !== undefined) context.layer.limitReads(offer.config.recordSizeLimit);
  }
  return { name: 'WAIT_CERT_CR', offer, secrets };
}
