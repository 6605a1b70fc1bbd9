/**
 * The extensions of one message: read strictly, kept raw beside their decoded values. What an extension means is
 * in its own file; which of them a message may carry is in known.ts. Start at {@link decodeExtensions}.
 */
import { type Allocator, allocate, type Reader, Writer } from '../../bytes/index.ts';
import { TlsError } from '../error.ts';
import { EXTENSION_TYPES, extensionName } from '../registry/extension-types.ts';
import { type ExtensionCodec, type ExtensionContext, illegalValue } from './codec.ts';
import { codecsFor, isBeforeTls13, isKnown } from './known.ts';

const RFC = 'RFC 8446 section 4.2';

/** One extension as it stands on the wire. */
export interface RawExtension {
  readonly id: number;
  /** extension_data. */
  readonly data: Uint8Array;
}

/** The extensions of one message, none of them twice. */
export class ExtensionBlock {
  /** Every extension in the order of the message, unknown ones included. */
  readonly raw: readonly RawExtension[];
  readonly #context: ExtensionContext;
  readonly #values: ReadonlyMap<number, unknown>;

  /** @param values what was decoded, by code: one entry per element of `raw`, `undefined` where it stayed raw. */
  constructor(context: ExtensionContext, raw: readonly RawExtension[], values: ReadonlyMap<number, unknown>) {
    this.#context = context;
    this.raw = raw;
    this.#values = values;
  }

  /**
   * The value of an extension, or `undefined` when the message does not have it.
   * @throws RangeError for a codec of another message, which is a bug of the caller
   */
  get<T>(codec: ExtensionCodec<T>): T | undefined {
    if (codec.context !== this.#context) {
      throw new RangeError(`the extensions of ${this.#context} were asked for ${codec.name} of ${codec.context}`);
    }
    // There is one codec per extension and message, so this one made the value.
    return this.#values.get(codec.id) as T | undefined;
  }

  /** Whether the message has the extension, implemented or not. */
  has(id: number): boolean {
    return this.#values.has(id);
  }

  /** The codes of all extensions, in the order of the message. */
  ids(): number[] {
    return this.raw.map((extension) => extension.id);
  }
}

/** A message that has no extensions field at all, as TLS 1.2 and earlier allow. */
export function noExtensions(context: ExtensionContext): ExtensionBlock {
  return new ExtensionBlock(context, [], new Map());
}

/**
 * Reads a vector of extensions and decodes every one that is implemented.
 * @param message the bytes that `reader` was made of: extension_data is kept as a view of them.
 * @throws ReadError what does not parse
 * @throws TlsError a duplicate, an extension that belongs in another message, pre_shared_key not last in a
 * ClientHello, and a value that its RFC forbids (RFC 8446 section 4.2)
 */
export function decodeExtensions(reader: Reader, context: ExtensionContext, message: Uint8Array): ExtensionBlock {
  const decoder = new BlockDecoder(context, message);
  const block = decoder.decode(reader);
  if (decoder.misplaced !== undefined) throw decoder.misplaced;
  return block;
}

/**
 * Reads the extensions of a ServerHello, which alone say whether it is one of TLS 1.3. Where it is not, extensions
 * that TLS 1.2 has here and TLS 1.3 elsewhere are kept raw, so that the version can be judged first.
 * @throws ReadError and TlsError as {@link decodeExtensions}
 */
export function decodeServerHelloExtensions(reader: Reader, message: Uint8Array): ExtensionBlock {
  const decoder = new BlockDecoder('server_hello', message);
  const block = decoder.decode(reader);
  const isTls13 = block.has(EXTENSION_TYPES.supported_versions);
  if (isTls13 && decoder.misplaced !== undefined) throw decoder.misplaced;
  return block;
}

class BlockDecoder {
  /** The first extension that is implemented and that TLS 1.3 does not have in this message. */
  misplaced: TlsError | undefined;
  readonly #context: ExtensionContext;
  readonly #message: Uint8Array;
  readonly #codecs: ReadonlyMap<number, ExtensionCodec<unknown>>;
  readonly #raw: RawExtension[] = [];
  readonly #values = new Map<number, unknown>();

  constructor(context: ExtensionContext, message: Uint8Array) {
    this.#context = context;
    this.#message = message;
    this.#codecs = codecsFor(context);
  }

  decode(reader: Reader): ExtensionBlock {
    const list = reader.vector(2, 'extensions');
    while (list.remaining > 0) list.group('extension', this.#one);
    list.end();
    return new ExtensionBlock(this.#context, this.#raw, this.#values);
  }

  /** One function for all extensions of a block, so that the loop allocates no closure. */
  readonly #one = (reader: Reader): void => {
    const start = reader.offset;
    const id = reader.u16('extension_type');
    if (this.#values.has(id)) throw this.#duplicate(id, start, reader.offset);
    if (this.#context === 'client_hello' && this.#values.has(EXTENSION_TYPES.pre_shared_key)) {
      // RFC 8446 section 4.2.11: it MUST be last, because the binders cover everything before them.
      throw this.#illegal('pre_shared_key is not the last extension', start, reader.offset);
    }
    const codec = this.#codecs.get(id);
    if (codec === undefined ? isKnown(id) : isBeforeTls13(codec)) {
      this.misplaced ??= this.#illegal(`${describe(id)} does not belong here`, start, reader.offset);
    }
    if (codec === undefined) {
      this.#values.set(id, undefined);
      this.#raw.push({ id, data: reader.opaque(2, 'extension_data') });
      return;
    }
    const data = reader.vector(2, 'extension_data');
    const dataStart = data.offset;
    const value = codec.decode(data);
    data.end();
    this.#values.set(id, value);
    this.#raw.push({ id, data: this.#message.subarray(dataStart, reader.offset) });
  };

  #illegal(message: string, start: number, end: number): TlsError {
    return illegalValue(this.#context, message, RFC, start, end);
  }

  #duplicate(id: number, start: number, end: number): TlsError {
    return new TlsError({
      code: 'DUPLICATE_EXTENSION',
      alert: 'illegal_parameter',
      fault: 'peer',
      message: `${this.#context}: ${describe(id)} twice`,
      spec: RFC,
      evidence: { messageType: this.#context, span: { start, end } },
    });
  }
}

/**
 * Checks that a response has no extension that was not asked for (RFC 8446 section 4.2). A cookie in a
 * HelloRetryRequest is the one exception; ClientHello, CertificateRequest and NewSessionTicket are no responses.
 * @param offered the codes of the extensions in the message that asked.
 * @throws TlsError UNSUPPORTED_EXTENSION
 */
export function checkSolicited(block: ExtensionBlock, offered: ReadonlySet<number>, context: ExtensionContext): void {
  if (context === 'client_hello' || context === 'certificate_request' || context === 'new_session_ticket') return;
  for (const { id } of block.raw) {
    if (offered.has(id)) continue;
    if (context === 'hello_retry_request' && id === EXTENSION_TYPES.cookie) continue;
    throw new TlsError({
      code: 'UNSUPPORTED_EXTENSION',
      alert: 'unsupported_extension',
      fault: 'peer',
      message: `${context}: ${describe(id)} was not offered`,
      spec: RFC,
    });
  }
}

/** Encodes one extension. */
export function extension<T>(codec: ExtensionCodec<T>, value: T, alloc: Allocator = allocate): RawExtension {
  const writer = new Writer(alloc, 64);
  codec.encode(writer, value);
  return { id: codec.id, data: writer.finish() };
}

/** Writes a vector of extensions in the order given. */
export function encodeExtensions(writer: Writer, list: readonly RawExtension[]): void {
  writer.vector(2, (extensions) => {
    for (const { id, data } of list) extensions.u16(id).opaque(2, data);
  });
}

function describe(id: number): string {
  return `extension ${extensionName(id) ?? id}`;
}
