/** seq_num, type, version, length (RFC 5246 sections 6.2.3.1 and 6.2.3.3). */
const ADDITIONAL_DATA_LENGTH = 13;

const SEQUENCE_LENGTH = 8;

/** The number of a record of TLS 1.2, and what stands beside it where a record is authenticated. */
export class SequenceNumber {
  static readonly ADDITIONAL_DATA_LENGTH: number = ADDITIONAL_DATA_LENGTH;
  /** Bytes of the number. */
  static readonly LENGTH: number = SEQUENCE_LENGTH;
  readonly #additional = new Uint8Array(ADDITIONAL_DATA_LENGTH);
  #value = 0;

  get value(): number {
    return this.#value;
  }

  next(): void {
    this.#value++;
  }

  /** The additional data of the record at this number: valid until the next call. @param header type and version */
  additionalData(header: Uint8Array, length: number): Uint8Array {
    const data = this.#additional;
    for (let i = SEQUENCE_LENGTH - 1, rest = this.#value; i >= 0; i--) {
      data[i] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    data[8] = header[0] ?? 0;
    data[9] = header[1] ?? 0;
    data[10] = header[2] ?? 0;
    data[11] = length >>> 8;
    data[12] = length & 0xff;
    return data;
  }
}
