/** Plaintext of a full record (RFC 8446 section 5.1): writes are joined up to it, as a record costs more than a copy. */
const RECORD = 16_384;

/** Bytes encrypted before the transport has to take them: 16 records. Bounds memory however much is written at once. */
const MAX_BATCH = 16 * RECORD;

/** Cuts and joins what was written into pieces that are encrypted and sent one after the other. */
export function batches(chunks: readonly Buffer[]): Buffer[] {
  const pieces: Buffer[] = [];
  let run: Buffer[] = [];
  let length = 0;
  const join = () => {
    const [first] = run;
    if (first !== undefined) pieces.push(run.length === 1 ? first : Buffer.concat(run, length));
    run = [];
    length = 0;
  };
  for (const chunk of chunks) {
    if (length + chunk.length > RECORD) join();
    if (chunk.length < RECORD) {
      run.push(chunk);
      length += chunk.length;
      continue;
    }
    for (let at = 0; at < chunk.length; at += MAX_BATCH) pieces.push(chunk.subarray(at, at + MAX_BATCH));
  }
  join();
  return pieces;
}
