import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, EMPTY } from '../../bytes/index.ts';
import { HANDSHAKE_TYPES } from '../registry/handshake-types.ts';
import {
  HANDSHAKE_HEADER_LENGTH,
  HandshakeBuffer,
  type HandshakeFrame,
  MAX_CERTIFICATE_MESSAGE_LENGTH,
  MAX_MESSAGE_LENGTH,
} from './frame.ts';

function message(type: number, body: Uint8Array): HandshakeFrame {
  const { length } = body;
  return { type, bytes: new Uint8Array([type, length >> 16, (length >> 8) & 0xff, length & 0xff, ...body]) };
}

function drain(buffer: HandshakeBuffer): HandshakeFrame[] {
  const frames: HandshakeFrame[] = [];
  for (let frame = buffer.next(); frame !== undefined; frame = buffer.next()) frames.push(frame);
  return frames;
}

function header(type: number, length: number): Uint8Array {
  return new Uint8Array([type, length >> 16, (length >> 8) & 0xff, length & 0xff]);
}

describe('HandshakeBuffer', () => {
  const frames = fc.array(
    fc
      .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 300 }))
      .map(([type, body]) => message(type, body)),
    { maxLength: 8 },
  );

  it('gives the messages back however they were cut and joined', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 200 })), (sent, cuts) => {
        const stream = concat(sent.map(({ bytes }) => bytes));
        const buffer = new HandshakeBuffer();
        const received: HandshakeFrame[] = [];
        let offset = 0;
        for (const cut of [...cuts, stream.length]) {
          // The caller's memory is wiped, as a record layer that decrypts in place would.
          const piece = Uint8Array.from(stream.subarray(offset, offset + cut));
          buffer.push(piece);
          received.push(...drain(buffer).map(({ type, bytes }) => ({ type, bytes: Uint8Array.from(bytes) })));
          piece.fill(0xee);
          offset += cut;
        }
        expect(received).toEqual(sent);
        expect(buffer.empty).toBe(true);
      }),
    );
  });

  it('never writes into a message that it has given away', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 50 }), (sent, cut) => {
        const stream = concat(sent.map(({ bytes }) => bytes));
        const buffer = new HandshakeBuffer();
        const received: HandshakeFrame[] = [];
        for (let offset = 0; offset < stream.length; offset += cut) {
          buffer.push(stream.subarray(offset, offset + cut));
          received.push(...drain(buffer));
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  it('copies nothing when a message comes in one piece', () => {
    const buffer = new HandshakeBuffer(() => {
      throw new Error('allocated');
    });
    const first = message(8, new Uint8Array(20));
    const second = message(11, new Uint8Array(30));
    const record = concat([first.bytes, second.bytes]);
    buffer.push(record);
    const received = drain(buffer);
    expect(received).toEqual([first, second]);
    expect(received.map(({ bytes }) => bytes.buffer)).toEqual([record.buffer, record.buffer]);
    expect(buffer.empty).toBe(true);
  });

  it('is not empty while a message is incomplete', () => {
    const buffer = new HandshakeBuffer();
    expect(buffer.empty).toBe(true);
    buffer.push(header(20, 1).subarray(0, 2));
    expect([buffer.next(), buffer.empty]).toEqual([undefined, false]);
    buffer.push(header(20, 1).subarray(2));
    expect([buffer.next(), buffer.empty]).toEqual([undefined, false]);
    buffer.push(new Uint8Array([7]));
    expect(buffer.empty).toBe(false);
    expect(buffer.next()).toEqual(message(20, new Uint8Array([7])));
    expect(buffer.empty).toBe(true);
    buffer.push(EMPTY);
    expect([buffer.next(), buffer.empty]).toEqual([undefined, true]);
  });

  it.each([
    ['finished', HANDSHAKE_TYPES.finished, MAX_MESSAGE_LENGTH],
    ['certificate', HANDSHAKE_TYPES.certificate, MAX_CERTIFICATE_MESSAGE_LENGTH],
    ['compressed_certificate', HANDSHAKE_TYPES.compressed_certificate, MAX_CERTIFICATE_MESSAGE_LENGTH],
    ['handshake type 99', 99, MAX_MESSAGE_LENGTH],
  ])('refuses too long a %s as soon as its header says so', (name, type, limit) => {
    const buffer = new HandshakeBuffer();
    buffer.push(header(type, limit));
    expect(buffer.next()).toBeUndefined();
    const greedy = new HandshakeBuffer();
    greedy.push(header(type, limit + 1));
    expect(() => greedy.next()).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        alert: 'illegal_parameter',
        message: expect.stringContaining(name),
      }),
    );
  });

  it('takes memory for what came, not for what was declared', () => {
    let allocated = 0;
    const buffer = new HandshakeBuffer((length) => {
      allocated += length;
      return new Uint8Array(length);
    });
    buffer.push(header(HANDSHAKE_TYPES.certificate, MAX_CERTIFICATE_MESSAGE_LENGTH));
    expect(buffer.next()).toBeUndefined();
    expect(allocated).toBeLessThanOrEqual(4 * HANDSHAKE_HEADER_LENGTH);
  });
});
