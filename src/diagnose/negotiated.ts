import { hex, toLatin1 } from '../bytes/index.ts';
import {
  alpn,
  cipherSuiteName,
  groupName,
  keyShare,
  type ServerKeyParams,
  schemeName,
  supportedVersions,
  versionName,
} from '../tls/wire.ts';
import { decodeFound, decodeTls12Found, findMessage, type Recorded } from './messages.ts';

/** What a handshake negotiated, by registered names. A member is absent where the handshake did not come that far. */
export interface Negotiated {
  readonly version?: string;
  readonly cipherSuite?: string;
  /** The group of the key agreement; of a finite field that has no name, its size: `2048-bit prime`. */
  readonly group?: string;
  readonly signatureScheme?: string;
  readonly alpn?: string;
  readonly helloRetryRequest: boolean;
  readonly certificateRequested: boolean;
  /** Whether both sides' Finished crossed. */
  readonly complete: boolean;
}

/** Reads what was negotiated from the messages of a handshake: they are the only source. */
export function negotiatedOf(tls: Recorded | undefined): Negotiated {
  const hello = decodeFound(tls, 'received', 'server_hello');
  const verify = decodeFound(tls, 'received', 'certificate_verify');
  const protocol =
    decodeFound(tls, 'received', 'encrypted_extensions')?.extensions.get(alpn.encryptedExtensions) ??
    hello?.extensions.get(alpn.serverHello);
  const version = hello?.extensions.get(supportedVersions.serverHello) ?? hello?.legacyVersion;
  const exchange = decodeTls12Found(tls, 'received', 'server_key_exchange');
  const scheme = verify?.algorithm ?? exchange?.algorithm;
  const group = groupText(hello?.extensions.get(keyShare.serverHello)?.group, exchange?.params);
  return {
    ...(version === undefined ? {} : { version: versionName(version) }),
    ...(hello === undefined ? {} : { cipherSuite: cipherSuiteName(hello.cipherSuite) ?? hex(hello.cipherSuite, 2) }),
    ...(group === undefined ? {} : { group }),
    ...(scheme === undefined ? {} : { signatureScheme: schemeName(scheme) ?? hex(scheme, 2) }),
    ...(protocol === undefined ? {} : { alpn: toLatin1(protocol) }),
    helloRetryRequest: findMessage(tls, 'received', 'hello_retry_request') !== undefined,
    certificateRequested: findMessage(tls, 'received', 'certificate_request') !== undefined,
    complete:
      findMessage(tls, 'received', 'finished') !== undefined && findMessage(tls, 'sent', 'finished') !== undefined,
  };
}

function groupText(share: number | undefined, params: ServerKeyParams | undefined): string | undefined {
  const code = params?.kind === 'ecdhe' ? params.group : share;
  if (code !== undefined) return groupName(code) ?? hex(code, 2);
  return params?.kind === 'dhe' ? `${primeBits(params.prime)}-bit prime` : undefined;
}

/** Bits of a number in network order. */
function primeBits(number: Uint8Array): number {
  const first = number.findIndex((byte) => byte !== 0);
  return first < 0 ? 0 : 8 * (number.length - first) - Math.clz32(number[first] ?? 0) + 24;
}
