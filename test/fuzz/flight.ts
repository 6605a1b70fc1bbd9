/**
 * Flights as bytes: the contents of records before protection, so that a mutation reaches what is behind it. The first
 * byte says how the stream is cut (and whether it is traced); then follow units
 *
 *     keys (1)  content type (1)  padding (1)  length (2)  content
 *
 * where keys is 0 for plaintext, 1 for the handshake's, 2 and 3 for the first and second application keys.
 */
import { concat } from '../../src/bytes/index.ts';
import { AEAD_TAG_LENGTH, type Aead, type CryptoProvider } from '../../src/crypto/index.ts';
import type { TrafficSecret } from '../../src/tls/key-schedule/tls13.ts';
import { CONTENT_TYPES } from '../../src/tls/record/content-type.ts';
import { fixedLength, type Vector } from './structure.ts';
import { messageVectors } from './targets/messages.ts';

/** The content of one record. */
export interface Unit {
  /** Index of the keys, as above. */
  readonly keys: number;
  readonly type: number;
  /** Zeros behind the content. */
  readonly padding: number;
  readonly content: Uint8Array;
}

const UNIT_HEADER = 5;

/** Cutting and tracing of a flight. */
export interface Delivery {
  /** Bytes per chunk; 0 for all in one. */
  readonly chunk: number;
  readonly traced: boolean;
}

export function encodeFlight({ chunk, traced }: Delivery, units: readonly Unit[]): Uint8Array {
  const parts: Uint8Array[] = [Uint8Array.of(chunk | (traced ? 0x80 : 0))];
  for (const { keys, type, padding, content } of units) {
    parts.push(Uint8Array.of(keys, type, padding, ...fixedLength(2)(content.length)), content);
  }
  return concat(parts);
}

/** Reads any bytes: what is cut off at the end is a shorter unit. */
export function decodeFlight(input: Uint8Array): Delivery & { readonly units: readonly Unit[] } {
  const units: Unit[] = [];
  for (const { lengthStart, start, end } of unitVectors(input)) {
    const [keys = 0, type = 0, padding = 0] = input.subarray(lengthStart - 3);
    units.push({ keys: keys & 3, type, padding, content: input.subarray(start, Math.min(end, input.length)) });
  }
  const first = input[0] ?? 0;
  return { chunk: first & 0x7f, traced: first >= 0x80, units };
}

function unitVectors(input: Uint8Array): Vector[] {
  const vectors: Vector[] = [];
  for (let at = 1; at + UNIT_HEADER <= input.length; ) {
    const start = at + UNIT_HEADER;
    const end = start + ((input[at + 3] ?? 0) << 8) + (input[at + 4] ?? 0);
    vectors.push({ lengthStart: at + 3, start, end, encode: fixedLength(2) });
    at = end;
  }
  return vectors;
}

/** The vectors of a flight: its units and, within them, those of whole handshake messages. */
export function flightVectors(input: Uint8Array): Vector[] {
  return unitVectors(input).flatMap((unit) => {
    const content = input.subarray(unit.start, unit.end);
    if (input[unit.lengthStart - 2] !== CONTENT_TYPES.handshake) return [unit];
    return [unit, ...messageVectors(content, unit.start)];
  });
}

/** Protects units with the keys of a handshake, as their sender would. */
export class Sealer {
  readonly #keys: readonly { readonly aead: Aead; readonly iv: Uint8Array }[];

  /** @param secrets of the handshake's and the two application keys. */
  constructor(crypto: CryptoProvider, secrets: readonly TrafficSecret[]) {
    this.#keys = secrets.map((secret) => ({ aead: crypto.aead(secret.suite.aead, secret.key()), iv: secret.iv() }));
  }

  /** The records of units, in order. */
  seal(units: readonly Unit[]): Uint8Array[] {
    const sequences = [0, 0, 0];
    return units.map(({ keys, type, padding, content }) => {
      const key = this.#keys[keys - 1];
      if (key === undefined) return concat([header(type, content.length), content]);
      const trailer = new Uint8Array(1 + padding);
      trailer[0] = type;
      const sequence = sequences[keys - 1] ?? 0;
      sequences[keys - 1] = sequence + 1;
      const nonce = Uint8Array.from(key.iv);
      nonce[11] = (nonce[11] ?? 0) ^ (sequence & 0xff);
      nonce[10] = (nonce[10] ?? 0) ^ (sequence >>> 8);
      const length = content.length + trailer.length + AEAD_TAG_LENGTH['aes-128-gcm'];
      const additional = header(CONTENT_TYPES.application_data, length);
      return concat([additional, ...key.aead.seal(nonce, additional, content, trailer)]);
    });
  }
}

function header(type: number, length: number): Uint8Array {
  return Uint8Array.of(type, 3, 3, (length >>> 8) & 0xff, length & 0xff);
}
