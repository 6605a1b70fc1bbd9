/**
 * Handshakes with their randomness taken out. A recording provider notes every result that chance had a part in; a
 * replaying one gives them again, so that an engine that is asked the same says the same, byte for byte. What the
 * recording does not have (a peer's share or a transcript that was changed) is computed afresh.
 */
import { createECDH, createPrivateKey, createPublicKey } from 'node:crypto';
import { equal, fromHex } from '../../src/bytes/index.ts';
import type { CryptoProvider, EphemeralShare, GroupName, PrivateKey, SignatureName } from '../../src/crypto/index.ts';
import { nistSecret, x25519Secret as nobleX25519Secret } from '../../src/crypto/noble/groups.ts';
import { ecdhSecret, x25519Secret } from '../../src/crypto/node/groups.ts';

/** What chance decided in one engine's handshake, each list in the order it was asked for. */
export interface Recording {
  readonly random: Uint8Array[];
  readonly generated: { readonly group: GroupName; readonly share: EphemeralShare }[];
  readonly responses: {
    readonly group: GroupName;
    readonly peerShare: Uint8Array;
    readonly share: Uint8Array;
    readonly secret: Uint8Array;
  }[];
  readonly signatures: { readonly scheme: SignatureName; readonly data: Uint8Array; readonly signature: Uint8Array }[];
}

/** A recording without anything in it. */
export function emptyRecording(): Recording {
  return { random: [], generated: [], responses: [], signatures: [] };
}

/** `crypto`, with every random result also written into `recording`. */
export function recordingCrypto(crypto: CryptoProvider, recording: Recording): CryptoProvider {
  return {
    ...crypto,
    random(length) {
      const bytes = crypto.random(length);
      recording.random.push(bytes);
      return bytes;
    },
    group(name) {
      const group = crypto.group(name);
      return {
        name,
        generate() {
          const share = group.generate();
          recording.generated.push({ group: name, share });
          return share;
        },
        respond(peerShare) {
          const response = group.respond(peerShare);
          recording.responses.push({ group: name, peerShare, ...response });
          return response;
        },
      };
    },
  };
}

/** `key`, with every signature also written into `recording`. */
export function recordingKey(key: PrivateKey, recording: Recording): PrivateKey {
  return {
    ...key,
    sign(scheme, data) {
      const signature = key.sign(scheme, data);
      recording.signatures.push({ scheme, data, signature });
      return signature;
    },
  };
}

/** `crypto` for one more engine, with the random results of a recording. */
export function replayingCrypto(crypto: CryptoProvider, recording: Recording): CryptoProvider {
  let randoms = 0;
  let generated = 0;
  return {
    ...crypto,
    random: (length) => recording.random[randoms++] ?? crypto.random(length),
    group(name) {
      return {
        name,
        generate() {
          const next = recording.generated[generated];
          if (next?.group !== name) return crypto.group(name).generate();
          generated++;
          return next.share;
        },
        respond(peerShare) {
          const same = recording.responses.find(
            (response) => response.group === name && equal(response.peerShare, peerShare),
          );
          return same ?? crypto.group(name).respond(peerShare);
        },
      };
    },
  };
}

/** `key`, with the signatures of a recording. */
export function replayingKey(key: PrivateKey, recording: Recording): PrivateKey {
  return {
    ...key,
    sign(scheme, data) {
      const same = recording.signatures.find((made) => made.scheme === scheme && equal(made.data, data));
      return same?.signature ?? key.sign(scheme, data);
    },
  };
}

/** Groups whose key pairs can be made from a private key. */
export type KnownGroup = 'x25519' | 'secp256r1';

/** PKCS#8 up to the 32 bytes of an X25519 private key (RFC 8410 section 7). */
const X25519_PKCS8 = fromHex('302e020100300506032b656e04220420');

/**
 * A key share whose private key is known, computed by the provider it is for.
 * @param privateKey 32 bytes, as RFC 7748 or SEC 1 have them.
 */
export function knownShare(crypto: CryptoProvider, group: KnownGroup, privateKey: Uint8Array): EphemeralShare {
  const isNoble = crypto.name === 'noble';
  if (group === 'x25519') {
    const der = Buffer.concat([X25519_PKCS8, privateKey]);
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    const share = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
    const finish = isNoble
      ? (peer: Uint8Array) => nobleX25519Secret(privateKey, peer)
      : (peer: Uint8Array) => x25519Secret(key, peer);
    return { share: Uint8Array.from(share), finish };
  }
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey);
  const finish = isNoble
    ? (peer: Uint8Array) => nistSecret('secp256r1', privateKey, peer)
    : (peer: Uint8Array) => ecdhSecret(ecdh, peer);
  return { share: Uint8Array.from(ecdh.getPublicKey()), finish };
}
