/** Any extension_data gives a value, a ReadError or a TlsError; a value that can be encoded decodes to itself. */

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { ReadError, Reader, toHex, Writer } from '../../../src/bytes/index.ts';
import type { ExtensionCodec } from '../../../src/tls/extensions/codec.ts';
import { TlsError } from '../../../src/tls/index.ts';
import { EXTENSION_CASES, type ExtensionCase } from '../../support/messages.ts';
import { mutateBytes, mutateVector } from '../mutate.ts';
import { VectorSink } from '../structure.ts';
import { attempt, must, type Target } from '../target.ts';

function decode(codec: ExtensionCodec<unknown>, data: Uint8Array, sink?: VectorSink): unknown {
  const reader = new Reader(data, sink);
  const value = codec.decode(reader);
  reader.end();
  return value;
}

function encode(codec: ExtensionCodec<unknown>, value: unknown): Uint8Array {
  const writer = new Writer();
  codec.encode(writer, value);
  return writer.finish();
}

function vectorsOf(codec: ExtensionCodec<unknown>, data: Uint8Array) {
  const sink = new VectorSink();
  attempt<unknown, ReadError | TlsError>([ReadError, TlsError], () => decode(codec, data, sink));
  return sink.vectors;
}

function target({ codec, value }: ExtensionCase): Target {
  return {
    name: `extension-${codec.name}-${codec.context}`,
    runs: 10_000,
    seeds: () => fc.sample(value, { seed: 1, numRuns: 10 }).map((decoded) => encode(codec, decoded)),
    mutations: [mutateBytes, (random, input) => mutateVector(random, input, vectorsOf(codec, input))],
    check(input) {
      const { error, value: decoded } = attempt<unknown, ReadError | TlsError>([ReadError, TlsError], () =>
        decode(codec, input),
      );
      if (error !== undefined) return error.message;
      // A name that is taken need not be one that would be sent.
      const again = attempt([TlsError], () => encode(codec, decoded));
      if (again.error !== undefined) return `not to be sent: ${again.error.message}`;
      must(isDeepStrictEqual(decode(codec, again.value), decoded), `${toHex(again.value)} is another value`);
      return 'ok';
    },
  };
}

/** Every extension's codec. */
export const extensions: readonly Target[] = EXTENSION_CASES.map(target);
