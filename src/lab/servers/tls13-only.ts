import { createHash, randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { Reader, Writer } from '../../bytes/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import {
  CIPHER_SUITES,
  type ClientHello,
  EXTENSION_TYPES,
  type ExtensionName,
  GROUPS,
  HANDSHAKE_TYPES,
  keyShare,
  supportedVersions,
  VERSIONS,
} from '../../tls/wire.ts';
import { type Reply, responder } from './responder.ts';

/** The one thing that a server insists on, by its registered code. */
export interface Insistence {
  readonly cipherSuite?: number;
  readonly group?: number;
  readonly signatureScheme?: number;
}

/** The random of a HelloRetryRequest (RFC 8446 section 4.1.3). */
const RETRY = new Uint8Array(createHash('sha256').update('HelloRetryRequest').digest());

/** A TLS 1.3 server that insists on something that few clients have. */
export function tls13Only(insistence: Insistence): Server {
  return responder(VERSIONS.tls12, (hello) => answer(hello, insistence));
}

function answer(hello: ClientHello, { cipherSuite, group, signatureScheme }: Insistence): Reply {
  const versions = hello.extensions.get(supportedVersions.clientHello) ?? [];
  if (!versions.includes(VERSIONS.tls13)) return { alert: 'protocol_version' };
  const suite = cipherSuite ?? CIPHER_SUITES.TLS_AES_128_GCM_SHA256;
  const isRefused =
    !hello.cipherSuites.includes(suite) ||
    (group !== undefined && !listOf(hello, 'supported_groups').includes(group)) ||
    (signatureScheme !== undefined && !listOf(hello, 'signature_algorithms').includes(signatureScheme));
  // RFC 8446 section 4.1.1: no acceptable set of parameters.
  if (isRefused) return { alert: 'handshake_failure' };
  const shares = hello.extensions.get(keyShare.clientHello) ?? [];
  const share = group === undefined ? shares.find((one) => one.group === GROUPS.x25519) : undefined;
  if (share === undefined) {
    const wanted = new Writer();
    keyShare.helloRetryRequest.encode(wanted, group ?? GROUPS.x25519);
    return { messages: [serverHello(hello, suite, RETRY, wanted.finish())] };
  }
  const { share: own } = nodeCrypto.group('x25519').respond(share.keyExchange);
  const entry = new Writer();
  keyShare.serverHello.encode(entry, { group: GROUPS.x25519, keyExchange: own });
  return { messages: [serverHello(hello, suite, new Uint8Array(randomBytes(32)), entry.finish())] };
}

/** A ServerHello or a HelloRetryRequest, which is told by its random (RFC 8446 section 4.1.3). */
function serverHello(hello: ClientHello, suite: number, random: Uint8Array, share: Uint8Array): Uint8Array {
  return new Writer()
    .u8(HANDSHAKE_TYPES.server_hello)
    .vector(3, (body) => {
      body.u16(VERSIONS.tls12).bytes(random).opaque(1, hello.legacySessionId).u16(suite).u8(0);
      body.vector(2, (extensions) => {
        extensions.u16(EXTENSION_TYPES.supported_versions).u16(2).u16(VERSIONS.tls13);
        extensions.u16(EXTENSION_TYPES.key_share).opaque(2, share);
      });
    })
    .finish();
}

/** The code points of an extension that is a list of them. */
function listOf({ extensions }: ClientHello, name: ExtensionName): readonly number[] {
  const found = extensions.raw.find(({ id }) => id === EXTENSION_TYPES[name]);
  return found === undefined ? [] : new Reader(found.data).u16s(2, name);
}
