import { ReadError, type Reader, type Writer } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { EXTENSION_TYPES, type ExtensionName } from '../registry/extension-types.ts';

/** The messages that carry extensions (RFC 8446 section 4.2). */
export type ExtensionContext =
  | 'client_hello'
  | 'server_hello'
  | 'hello_retry_request'
  | 'encrypted_extensions'
  | 'certificate_request'
  | 'certificate'
  | 'new_session_ticket';

/** One extension in one message: the two may have different forms (RFC 8446 section 4.2.8). */
export interface ExtensionCodec<T> {
  readonly id: number;
  readonly name: string;
  readonly context: ExtensionContext;
  /** Where the form stands: "RFC 8446 section 4.2.8". */
  readonly rfc: string;
  /**
   * Reads extension_data; whoever calls it ends the reader.
   * @throws ReadError what does not parse
   * @throws TlsError what parses and is not allowed
   */
  decode(reader: Reader): T;
  /** Writes extension_data. */
  encode(writer: Writer, value: T): void;
}

/** Builds a codec for a registered extension. */
export function codec<T>(
  name: ExtensionName,
  context: ExtensionContext,
  rfc: string,
  decode: (reader: Reader) => T,
  encode: (writer: Writer, value: T) => void,
): ExtensionCodec<T> {
  return { id: EXTENSION_TYPES[name], name, context, rfc, decode, encode };
}

/** Builds a codec for an extension whose presence says everything: extension_data is empty. */
export function flag(name: ExtensionName, context: ExtensionContext, rfc: string): ExtensionCodec<null> {
  return codec(name, context, rfc, nothing, writeNothing);
}

/** Builds a codec for extension_data that is a vector of 16-bit code points behind a 16-bit length. */
export function codePoints(
  name: ExtensionName,
  context: ExtensionContext,
  rfc: string,
  list: string,
): ExtensionCodec<number[]> {
  return codec(
    name,
    context,
    rfc,
    (reader) => reader.u16s(2, list),
    (writer, values) => writer.u16s(2, values),
  );
}

/** A value that parses and that the RFC forbids, with the bytes that show it (RFC 8446 section 6.2). */
export function illegalValue(messageType: string, message: string, spec: string, start: number, end: number): TlsError {
  return new TlsError({
    code: 'ILLEGAL_PARAMETER',
    alert: 'illegal_parameter',
    fault: 'peer',
    message: `${messageType}: ${message}`,
    spec,
    evidence: { messageType, span: { start, end } },
  });
}

/** The failure of a decoder whose bytes have the wrong form although their lengths add up. */
export function malformed(message: string, reader: Reader, start: number): ReadError {
  return new ReadError(message, start, reader.offset);
}

function nothing(): null {
  return null;
}

function writeNothing(): void {
  // extension_data is empty.
}
