import { describe, expect, it } from 'vitest';
import {
  decodeServerSession,
  decodeSession,
  encodeServerSession,
  encodeSession,
  type ServerSession,
  type Session,
  type SessionState,
} from './session.ts';

const bytes = (...values: number[]) => Uint8Array.of(...values);

const state: SessionState = {
  version: 'TLS 1.3',
  cipherSuite: 0x1301,
  secret: new Uint8Array(32).fill(7),
  serverName: 'server.test',
  alpn: 'h2',
  issued: 1_790_000_000_123,
  authenticated: 1_789_999_999_999,
  lifetime: 7200,
  ageAdd: 0xffff_fffe,
  maxEarlyData: 16_384,
  peerCertificates: [{ der: bytes(1, 2), ocspResponse: bytes(3), scts: [bytes(4), bytes(5, 6)] }, { der: bytes(8) }],
  extendedMasterSecret: false,
};
const client: Session = { ...state, ticket: bytes(9, 9), sessionId: new Uint8Array(0) };
const server: ServerSession = { ...state, binding: bytes(1, 2, 3) };

describe('a session as bytes', () => {
  it('comes back as it was', () => {
    expect(decodeSession(encodeSession(client))).toEqual(client);
    expect(decodeServerSession(encodeServerSession(server))).toEqual(server);
  });

  it('has TLS 1.2 and what is absent', () => {
    const least: Session = {
      ...client,
      version: 'TLS 1.2',
      serverName: undefined,
      alpn: undefined,
      peerCertificates: [],
      extendedMasterSecret: true,
      ticket: new Uint8Array(0),
      sessionId: bytes(1, 2, 3),
    };
    expect(decodeSession(encodeSession(least))).toEqual(least);
  });

  it("is not the other end's", () => {
    expect(decodeServerSession(encodeSession(client))).toBeUndefined();
    expect(decodeSession(encodeServerSession(server))).toBeUndefined();
  });

  it('is none when cut short, followed by more, or of another format or version', () => {
    const encoded = encodeSession(client);
    for (let length = 0; length < encoded.length; length++) {
      expect(decodeSession(encoded.subarray(0, length))).toBeUndefined();
    }
    expect(decodeSession(Uint8Array.from([...encoded, 0]))).toBeUndefined();
    expect(decodeSession(encoded.with(0, 2))).toBeUndefined();
    expect(decodeSession(encoded.with(3, 2))).toBeUndefined();
    const at = (text: string) => Buffer.from(encoded).indexOf(text);
    expect(decodeSession(encoded.with(at('server.test'), 0x80))).toBeUndefined();
    expect(decodeSession(encoded.with(at('h2'), 0x80))).toBeUndefined();
    const bound = at('h2') + 2 + 12 + 12;
    expect(decodeSession(encoded.with(bound, 1))?.extendedMasterSecret).toBe(true);
    expect(decodeSession(encoded.with(bound, 2))).toBeUndefined();
  });
});
