import { randomBytes } from 'node:crypto';
import type { Server } from 'node:net';
import { decodePem } from '../../asn1/index.ts';
import { Writer } from '../../bytes/index.ts';
import {
  CIPHER_SUITES,
  type ClientHello,
  EXTENSION_TYPES,
  HANDSHAKE_TYPES,
  supportedVersions,
  VERSIONS,
} from '../../tls/wire.ts';
import type { LabCredential } from '../ca.ts';
import { type Reply, responder } from './responder.ts';

/** Suites of TLS 1.1 whose flight needs no signature: RSA key transport (RFC 4346 appendix A.5). */
const SUITES: readonly number[] = [
  CIPHER_SUITES.TLS_RSA_WITH_AES_128_CBC_SHA,
  CIPHER_SUITES.TLS_RSA_WITH_AES_256_CBC_SHA,
];

/** A server that stopped at TLS 1.1. It sends its flight up to ServerHelloDone. @param credential with an RSA key */
export function tls11Only(credential: LabCredential): Server {
  const chain = chainOf(credential);
  return responder(VERSIONS.tls11, (hello) =>
    offersTls11(hello) ? answer(hello, chain) : { alert: 'protocol_version' },
  );
}

/** A server that speaks TLS 1.1 with whom offers nothing newer; the others come to `behind`. */
export function tls11Beside(credential: LabCredential, behind: Server): Server {
  const chain = chainOf(credential);
  return responder(VERSIONS.tls11, (hello) => (isTls11AtMost(hello) ? answer(hello, chain) : { handOver: behind }));
}

function offersTls11(hello: ClientHello): boolean {
  const versions = hello.extensions.get(supportedVersions.clientHello);
  // RFC 8446 section 4.2.1: where the list is there, it alone counts.
  return versions === undefined ? hello.legacyVersion >= VERSIONS.tls11 : versions.includes(VERSIONS.tls11);
}

function isTls11AtMost(hello: ClientHello): boolean {
  const versions = hello.extensions.get(supportedVersions.clientHello) ?? [hello.legacyVersion];
  return versions.includes(VERSIONS.tls11) && !versions.some((version) => version > VERSIONS.tls11);
}

function answer(hello: ClientHello, chain: readonly Uint8Array[]): Reply {
  const suite = SUITES.find((code) => hello.cipherSuites.includes(code));
  if (suite === undefined) return { alert: 'handshake_failure' };
  return { messages: [serverHello(suite), certificate(chain), message(HANDSHAKE_TYPES.server_hello_done)] };
}

function chainOf({ cert }: LabCredential): readonly Uint8Array[] {
  return decodePem(cert).map(({ bytes }) => bytes);
}

function serverHello(suite: number): Uint8Array {
  return message(HANDSHAKE_TYPES.server_hello, (body) => {
    body
      .u16(VERSIONS.tls11)
      .bytes(new Uint8Array(randomBytes(32)))
      .opaque(1, new Uint8Array(0))
      .u16(suite)
      .u8(0);
    // RFC 5746 section 3.6: an empty renegotiated_connection, without which OpenSSL ends the handshake.
    body.vector(2, (extensions) => extensions.u16(EXTENSION_TYPES.renegotiation_info).opaque(2, Uint8Array.of(0)));
  });
}

/** RFC 4346 section 7.4.2: a list of certificates without extensions. */
function certificate(chain: readonly Uint8Array[]): Uint8Array {
  return message(HANDSHAKE_TYPES.certificate, (body) =>
    body.vector(3, (list) => {
      for (const der of chain) list.opaque(3, der);
    }),
  );
}

function message(type: number, body: (writer: Writer) => unknown = () => undefined): Uint8Array {
  return new Writer().u8(type).vector(3, body).finish();
}
