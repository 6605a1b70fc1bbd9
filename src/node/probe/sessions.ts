/** Sessions of a run: they are secrets, and leave this room in ClientHellos alone. */
import { decodeSession } from '../../tls/index.ts';

/** Where a session came from: another server is never offered it. */
interface Origin {
  readonly connection: number;
  readonly address: string;
  readonly port: number;
}

/** What each connection left to resume from. */
export class SessionShelf {
  readonly #sessions: { readonly origin: Origin; readonly session: Buffer }[] = [];

  put({ connection, address, port }: Origin, session: Buffer): void {
    this.#sessions.push({ origin: { connection, address, port }, session });
  }

  /** Takes one that no other connection offers (RFC 8446 appendix C.4): of that connection if it left one, or the latest. */
  take({ connection, address, port }: Origin): Buffer | undefined {
    const here = this.#sessions.filter(({ origin }) => origin.address === address && origin.port === port);
    const taken = here.find(({ origin }) => origin.connection === connection) ?? here.at(-1);
    if (taken !== undefined) this.#sessions.splice(this.#sessions.indexOf(taken), 1);
    return taken?.session;
  }
}

/** The connection preface of HTTP/2 and an empty SETTINGS frame: it asks for nothing (RFC 9113 section 3.4). */
const HTTP2_PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0';

/** 0-RTT data, and the protocols to offer with it. */
interface Early {
  readonly earlyData: Buffer;
  readonly ALPNProtocols: string[];
}

/**
 * What is sent before the server is known to be there, by the protocol of its session, which alone is offered again (RFC
 * 8446 section 4.2.10); `undefined` where the server takes less.
 */
export function earlyRequest(session: Uint8Array, host: string): Early | undefined {
  const { alpn, maxEarlyData = 0 } = decodeSession(session) ?? {};
  const name = host.includes(':') ? `[${host}]` : host;
  const head = `HEAD / HTTP/1.1\r\nhost: ${name}\r\nuser-agent: hellofin\r\nconnection: close\r\n\r\n`;
  const earlyData = Buffer.from(alpn === 'h2' ? HTTP2_PREFACE : head, 'latin1');
  if (earlyData.length > maxEarlyData) return undefined;
  return { earlyData, ALPNProtocols: alpn === undefined ? [] : [alpn] };
}
