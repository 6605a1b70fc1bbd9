import type { ServerConfig } from '../config.ts';
import type { Credential } from '../requests.ts';
import { badConfiguration } from './bad-configuration.ts';
import { checkPsks, checkServerSessions } from './session-settings.ts';
import { type Settings, settings } from './settings.ts';

/** Most bytes of certificate_authorities: the extension has 2^16 with its lengths (RFC 8446 section 4.2.4). */
const MAX_AUTHORITIES_LENGTH = 2 ** 16 - 8;

/** A server's configuration, resolved once. */
export interface ServerSetup {
  readonly config: ServerConfig;
  readonly settings: Settings;
}

/**
 * Resolves a server's configuration. What untyped code may get wrong is refused too: a misspelt `require` would
 * authenticate nobody.
 * @param transportParameters given where QUIC carries the handshake.
 * @throws TlsError BAD_CONFIGURATION
 */
export function serverSetup(config: ServerConfig, transportParameters?: Uint8Array): ServerSetup {
  const { credentials, clientCertificate = 'none', certificateAuthorities = [] } = config;
  if (!['none', 'request', 'require'].includes(clientCertificate)) {
    throw badConfiguration(
      `clientCertificate is ${JSON.stringify(clientCertificate)}, expected none, request or require`,
    );
  }
  if ('legacy' in config) throw badConfiguration('a server has no legacy');
  if (credentials !== 'ask') {
    if (credentials.length === 0 && config.psks === undefined) {
      throw badConfiguration("credentials is empty, expected at least one or 'ask'");
    }
    for (const credential of credentials) checkCredential(credential);
  }
  const length = certificateAuthorities.reduce((sum, name) => sum + 2 + name.length, 0);
  if (certificateAuthorities.some((name) => name.length === 0) || length > MAX_AUTHORITIES_LENGTH) {
    throw badConfiguration(`certificateAuthorities has an empty name or more than ${MAX_AUTHORITIES_LENGTH} bytes`);
  }
  checkServerSessions(config.sessions);
  checkPsks(config.psks);
  return { config, settings: settings(config, transportParameters) };
}

/** Checks what would become a message that no peer can accept. @throws TlsError BAD_CONFIGURATION */
export function checkCredential({ chain, ocspResponse, scts = [] }: Credential): void {
  if (chain.length === 0 || chain.some((certificate) => certificate.length === 0)) {
    throw badConfiguration("a credential's chain is empty, or a certificate in it");
  }
  if (ocspResponse?.length === 0 || scts.some((sct) => sct.length === 0)) {
    throw badConfiguration("a credential's ocspResponse or one of its scts is empty");
  }
}
