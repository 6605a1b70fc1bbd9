import { hex, toLatin1 } from '../bytes/index.ts';
import { alpn, cipherSuiteName, groupName, keyShare, schemeName, supportedVersions, versionName } from '../tls/wire.ts';
import { decodeFound, findMessage } from './messages.ts';
import type { TlsObservation } from './observations.ts';

/** What a handshake negotiated, by registered names. A member is absent where the handshake did not come that far. */
export interface Negotiated {
  readonly version?: string;
  readonly cipherSuite?: string;
  readonly group?: string;
  readonly signatureScheme?: string;
  readonly alpn?: string;
  readonly helloRetryRequest: boolean;
  readonly certificateRequested: boolean;
  /** Whether both sides' Finished crossed. */
  readonly complete: boolean;
}

/** Reads what was negotiated from the messages of a handshake: they are the only source. */
export function negotiatedOf(tls: TlsObservation | undefined): Negotiated {
  const hello = decodeFound(tls, 'received', 'server_hello');
  const verify = decodeFound(tls, 'received', 'certificate_verify');
  const protocol = decodeFound(tls, 'received', 'encrypted_extensions')?.extensions.get(alpn.encryptedExtensions);
  const version = hello?.extensions.get(supportedVersions.serverHello) ?? hello?.legacyVersion;
  const group = hello?.extensions.get(keyShare.serverHello)?.group;
  return {
    ...(version === undefined ? {} : { version: versionName(version) }),
    ...(hello === undefined ? {} : { cipherSuite: cipherSuiteName(hello.cipherSuite) ?? hex(hello.cipherSuite, 2) }),
    ...(group === undefined ? {} : { group: groupName(group) ?? hex(group, 2) }),
    ...(verify === undefined ? {} : { signatureScheme: schemeName(verify.algorithm) ?? hex(verify.algorithm, 2) }),
    ...(protocol === undefined ? {} : { alpn: toLatin1(protocol) }),
    helloRetryRequest: findMessage(tls, 'received', 'hello_retry_request') !== undefined,
    certificateRequested: findMessage(tls, 'received', 'certificate_request') !== undefined,
    complete:
      findMessage(tls, 'received', 'finished') !== undefined && findMessage(tls, 'sent', 'finished') !== undefined,
  };
}
