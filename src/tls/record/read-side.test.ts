import { describe, expect, it } from 'vitest';
import { ALERT, CCS, DATA, HANDSHAKE, record, Sealer, trafficSecret } from '../../../test/tls/forge.ts';
import { allocate, concat, EMPTY } from '../../bytes/index.ts';
import { nodeCrypto } from '../../crypto/node/index.ts';
import { MAX_CHANGE_CIPHER_SPECS, MAX_EMPTY_RECORDS, MAX_PLAINTEXT, MAX_SKIPPED_EARLY_DATA } from './limits.ts';
import { type Content, RecordReadSide } from './read-side.ts';

const ONE = Uint8Array.of(1);
const bytes = (length: number) => new Uint8Array(length).fill(7);

/** A reader in plaintext, with change_cipher_spec allowed as during a handshake. */
function plain(): RecordReadSide {
  const reader = new RecordReadSide(nodeCrypto, allocate, undefined);
  reader.allowChangeCipherSpec = true;
  return reader;
}

/** A reader with keys, and who seals for it. */
function keyed() {
  const reader = plain();
  reader.setKey('application', trafficSecret());
  return { reader, sealer: new Sealer(trafficSecret()) };
}

function readAll(reader: RecordReadSide, ...chunks: readonly Uint8Array[]): Content[] {
  const out: Content[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let content = reader.next(); content !== undefined; content = reader.next()) out.push(content);
  }
  return out;
}

const refusal = (code: string, alert: string, message?: RegExp) =>
  expect.objectContaining({
    code,
    alert,
    fault: 'peer',
    ...(message && { message: expect.stringMatching(message) }),
  });

describe('records without protection', () => {
  it('are read up to 2^14 bytes', () => {
    const [content] = readAll(plain(), record(HANDSHAKE, bytes(MAX_PLAINTEXT)));
    expect(content).toEqual({ type: HANDSHAKE, level: 'initial', bytes: bytes(MAX_PLAINTEXT) });
    expect(readAll(plain(), record(ALERT, bytes(2)))).toMatchObject([{ type: ALERT, level: 'initial' }]);
  });

  it.each<[string, Uint8Array, string, string, RegExp]>([
    ['too long', record(HANDSHAKE, bytes(MAX_PLAINTEXT + 1)), 'RECORD_OVERFLOW', 'record_overflow', /16385 bytes/],
    [
      'application data',
      record(DATA, ONE),
      'UNEXPECTED_RECORD',
      'unexpected_message',
      /application_data, expected hand/,
    ],
    ['empty handshake', record(HANDSHAKE, EMPTY), 'UNEXPECTED_RECORD', 'unexpected_message', /empty handshake/],
    ['empty alert', record(ALERT, EMPTY), 'UNEXPECTED_RECORD', 'unexpected_message', /empty alert/],
  ])('are refused: %s', (_, wire, code, alert, message) => {
    expect(() => readAll(plain(), wire)).toThrow(refusal(code, alert, message));
  });

  it('of a type that does not exist are refused behind the first record', () => {
    const reader = plain();
    readAll(reader, record(HANDSHAKE, ONE));
    expect(() => readAll(reader, record(24, ONE))).toThrow(
      refusal('UNEXPECTED_RECORD', 'unexpected_message', /type 24, expected handshake or alert/),
    );
  });
});

describe('protected records', () => {
  it('are read with their padding removed, the longest included', () => {
    const { reader, sealer } = keyed();
    const wire = [
      sealer.seal(DATA, bytes(MAX_PLAINTEXT)),
      sealer.seal(DATA, EMPTY, MAX_PLAINTEXT),
      sealer.seal(HANDSHAKE, ONE, 100),
    ];
    expect(readAll(reader, concat(wire)).map(({ type, bytes: { length } }) => [type, length])).toEqual([
      [DATA, MAX_PLAINTEXT],
      [DATA, 0],
      [HANDSHAKE, 1],
    ]);
  });

  it.each<[string, (sealer: Sealer) => Uint8Array, string, string, RegExp]>([
    [
      'unprotected handshake',
      () => record(HANDSHAKE, ONE),
      'UNEXPECTED_RECORD',
      'unexpected_message',
      /type handshake/,
    ],
    ['empty change_cipher_spec', () => record(CCS, EMPTY), 'UNEXPECTED_RECORD', 'unexpected_message', /change_cipher/],
    ['not authentic', () => record(DATA, bytes(40)), 'BAD_RECORD_MAC', 'bad_record_mac', /does not decrypt/],
    ['shorter than a tag', () => record(DATA, ONE), 'BAD_RECORD_MAC', 'bad_record_mac', /does not decrypt/],
    ['too long', (s) => s.seal(DATA, bytes(MAX_PLAINTEXT), 1), 'RECORD_OVERFLOW', 'record_overflow', /16386 bytes/],
    ['padding only', (s) => s.seal(0, EMPTY, 9), 'UNEXPECTED_RECORD', 'unexpected_message', /padding only/],
    [
      'inner change_cipher_spec',
      (s) => s.seal(CCS, ONE),
      'UNEXPECTED_RECORD',
      'unexpected_message',
      /change_cipher_spec$/,
    ],
    ['inner type 24', (s) => s.seal(24, ONE), 'UNEXPECTED_RECORD', 'unexpected_message', /type 24$/],
    ['empty handshake', (s) => s.seal(HANDSHAKE, EMPTY), 'UNEXPECTED_RECORD', 'unexpected_message', /empty handshake/],
    ['empty alert', (s) => s.seal(ALERT, EMPTY, 3), 'UNEXPECTED_RECORD', 'unexpected_message', /empty alert/],
  ])('are refused: %s', (_, wire, code, alert, message) => {
    const { reader, sealer } = keyed();
    expect(() => readAll(reader, wire(sealer))).toThrow(refusal(code, alert, message));
  });

  it('may be preceded by a plaintext alert, of a peer that has no keys yet, and not followed by one', () => {
    const alert = record(ALERT, Uint8Array.of(2, 40));
    expect(readAll(keyed().reader, alert)).toMatchObject([{ type: ALERT, level: 'initial' }]);
    const { reader, sealer } = keyed();
    readAll(reader, sealer.seal(HANDSHAKE, ONE));
    expect(() => readAll(reader, alert)).toThrow(refusal('UNEXPECTED_RECORD', 'unexpected_message', /type alert/));
  });

  it('keep to the record_size_limit, padding and type included (RFC 8449 section 4)', () => {
    const { reader, sealer } = keyed();
    reader.limitInner(64);
    expect(readAll(reader, sealer.seal(DATA, bytes(60), 3)).length).toBe(1);
    expect(() => readAll(reader, sealer.seal(DATA, bytes(60), 4))).toThrow(
      refusal('RECORD_OVERFLOW', 'record_overflow', /65 bytes, at most 64/),
    );
  });

  it.each(['replayed', 'reordered', 'dropped'])('are refused when %s', (how) => {
    const { reader, sealer } = keyed();
    const [first, second, third] = [1, 2, 3].map((n) => sealer.seal(DATA, Uint8Array.of(n)));
    const order = { replayed: [first, first], reordered: [second, first], dropped: [first, third] }[how] ?? [];
    expect(() => readAll(reader, ...order.map((wire) => wire ?? EMPTY))).toThrow(
      refusal('BAD_RECORD_MAC', 'bad_record_mac'),
    );
  });

  it('under the keys before are refused after a change', () => {
    const { reader, sealer } = keyed();
    const late = new Sealer(trafficSecret());
    readAll(reader, sealer.keyUpdate());
    reader.setKey('application', trafficSecret().next());
    expect(readAll(reader, sealer.seal(DATA, ONE)).length).toBe(1);
    expect(() => readAll(reader, late.seal(DATA, ONE))).toThrow(refusal('BAD_RECORD_MAC', 'bad_record_mac'));
  });
});

describe('change_cipher_spec', () => {
  const ccs = record(CCS, ONE);

  it('is dropped, with keys and without', () => {
    expect(readAll(plain(), ccs, record(HANDSHAKE, ONE)).length).toBe(1);
    const { reader, sealer } = keyed();
    expect(readAll(reader, ccs, sealer.seal(DATA, ONE), ccs).length).toBe(1);
  });

  it.each<[string, Uint8Array]>([
    ['of two bytes', record(CCS, Uint8Array.of(1, 1))],
    ['of no byte', record(CCS, EMPTY)],
    ['of another value', record(CCS, Uint8Array.of(2))],
  ])('%s is refused', (_, wire) => {
    expect(() => readAll(plain(), wire)).toThrow(refusal('UNEXPECTED_RECORD', 'unexpected_message'));
  });

  it('is refused where it is not allowed', () => {
    const reader = plain();
    reader.allowChangeCipherSpec = false;
    expect(() => readAll(reader, ccs)).toThrow(
      refusal('UNEXPECTED_RECORD', 'unexpected_message', /expected no change_cipher_spec/),
    );
  });

  it('is not dropped without end', () => {
    const reader = plain();
    expect(readAll(reader, ...Array.from({ length: MAX_CHANGE_CIPHER_SPECS }, () => ccs))).toEqual([]);
    expect(() => readAll(reader, ccs)).toThrow(refusal('LIMIT_EXCEEDED', 'unexpected_message'));
  });
});

describe('empty application data', () => {
  it('has a limit in a row, which data resets and nothing else does', () => {
    const { reader, sealer } = keyed();
    const empty = (count: number) => Array.from({ length: count }, () => sealer.seal(DATA, EMPTY));
    readAll(reader, ...empty(MAX_EMPTY_RECORDS), sealer.seal(DATA, ONE), ...empty(MAX_EMPTY_RECORDS));
    readAll(reader, sealer.seal(HANDSHAKE, ONE));
    expect(() => readAll(reader, ...empty(1))).toThrow(refusal('LIMIT_EXCEEDED', 'unexpected_message'));
  });
});

describe('early data that is skipped', () => {
  const skipping = (between = () => true) => {
    const { reader, sealer } = keyed();
    reader.skipEarlyData(MAX_SKIPPED_EARLY_DATA, between);
    return { reader, sealer };
  };

  it('is what does not decrypt, up to a limit', () => {
    const { reader, sealer } = skipping();
    expect(readAll(reader, record(DATA, bytes(MAX_SKIPPED_EARLY_DATA + 17)))).toEqual([]);
    expect(() => readAll(reader, record(DATA, bytes(1)))).toThrow(refusal('LIMIT_EXCEEDED', 'unexpected_message'));
    expect(readAll(skipping().reader, sealer.seal(DATA, ONE)).length).toBe(1);
  });

  it('ends with the first record that decrypts', () => {
    const { reader, sealer } = skipping();
    readAll(reader, record(DATA, bytes(50)), sealer.seal(HANDSHAKE, ONE));
    expect(() => readAll(reader, record(DATA, bytes(50)))).toThrow(refusal('BAD_RECORD_MAC', 'bad_record_mac'));
  });

  it('does not stand inside a handshake message', () => {
    expect(() => readAll(skipping(() => false).reader, record(DATA, bytes(50)))).toThrow(
      refusal('BAD_RECORD_MAC', 'bad_record_mac'),
    );
  });
});
