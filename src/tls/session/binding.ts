import { Writer } from '../../bytes/index.ts';
import type { ServerSetup } from '../negotiate/server-setup.ts';
import type { Credential } from '../requests.ts';

const MODES = { none: 0, request: 1, require: 2 } as const;

/**
 * Digest of what has to be the same for a session to be resumed: the host's context, whether clients are asked for a
 * certificate, and the certificate that the server shows. A client that resumes saw that one and judged it.
 */
export function bindingOf({ config, settings }: ServerSetup, credential: Credential | undefined): Uint8Array {
  const { sessions, clientCertificate = 'none' } = config;
  const writer = new Writer(settings.allocate, 2048)
    .opaque(1, sessions?.context ?? new Uint8Array(0))
    .u8(MODES[clientCertificate])
    .opaque(3, credential?.chain[0] ?? new Uint8Array(0));
  return settings.crypto.digest('sha256', writer.finish());
}
