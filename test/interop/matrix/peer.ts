/** A peer of the matrix, as data: how it serves and connects, what it cannot do, what it keeps to itself. */
import type { GroupName } from '../../../src/crypto/index.ts';
import type { TLSSocket } from '../../../src/node/index.ts';
import type { PeerName } from '../../support/peers.ts';
import type { CertificateFiles } from '../openssl.ts';
import type { ClientTask, Fact, Facts, ServerTask, Version } from './scenarios.ts';

/** The files that peers read. */
export interface Material {
  readonly caFile: string;
  readonly server: CertificateFiles;
  readonly client: CertificateFiles;
  /** A DER OCSPResponse for the server's certificate. */
  readonly stapleFile: string;
  /** One SignedCertificateTimestamp, by a log that nobody knows. */
  readonly timestamp: Buffer;
}

/** What a peer is asked to do as a server. */
export interface ServerOrder extends ServerTask {
  readonly version: Version;
  readonly material: Material;
}

/** What a peer is asked to do as a client of a port on 127.0.0.1, by the name `localhost`. */
export interface ClientOrder extends ClientTask {
  readonly version: Version;
  readonly material: Material;
  readonly port: number;
  /** Connections, one after the other, each with the session of the one before. */
  readonly visits: number;
  /** Whether more has to be asked for until the peer answers a KeyUpdate. */
  readonly isUpdated: boolean;
}

/** A peer that serves. */
export interface Serving {
  readonly port: number;
  /** What a client says to have `word` answered. */
  request(word: string): string;
  /** Awaits the answer to it. */
  answer(socket: TLSSocket, word: string): Promise<void>;
  /** Changes the keys, or asks for a certificate, of the connection that is open. */
  act?(what: 'update' | 'certificate', socket: TLSSocket): void;
  /** What the peer has told so far of a connection, counted from 0. */
  facts(visit: number): Facts;
  stop(): Promise<void>;
}

/** One way round with a peer. */
export interface Role {
  /** What it can not do, and why, by scenario, or by version and scenario: `TLS 1.2 staple`. */
  readonly cannot: Readonly<Record<string, string>>;
  /** What it does not say of itself. Our end's word has to do. */
  readonly silent: readonly Fact[];
}

/** Software to shake hands with. */
export interface Peer {
  readonly name: string;
  /** What it takes; each of them is looked for. The first tells the version. */
  readonly programs: readonly [PeerName, ...PeerName[]];
  /** Arguments that make it tell its version, and where that stands. */
  readonly version: readonly [args: readonly string[], pattern: RegExp];
  /** Part of `npm run interop:full` only. */
  readonly isOptional?: boolean;
  readonly server?: Role & { readonly serve: (order: ServerOrder) => Promise<Serving> };
  readonly client?: Role & { readonly connect: (order: ClientOrder) => Promise<readonly Facts[]> };
}

/** What comes until it ends in a match of the pattern. Whatever came between two calls is lost. */
export function heard(socket: TLSSocket, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk.toString();
      if (!pattern.test(text)) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
  });
}

/** A conversation by lines, answered by a line that has the word in it, whatever the case. */
export const LINES: Pick<Serving, 'request' | 'answer'> = {
  request: (word) => `${word}\n`,
  answer: async (socket, word) => void (await heard(socket, new RegExp(`${word}.*\n$`, 'i'))),
};

/** The first group of a pattern in a text. */
export function told(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text)?.[1];
}

/** `TLSv1.3`, `TLS1.3` and the like as we say it. */
export function versionIn(text: string | undefined): Version | undefined {
  if (text === undefined) return undefined;
  if (/1\.3/.test(text)) return 'TLS 1.3';
  return /1\.2/.test(text) ? 'TLS 1.2' : undefined;
}

/** The groups of the scenarios by OpenSSL's names, as an option takes them. */
export function opensslGroups(groups: readonly GroupName[]): string {
  const names: { readonly [G in GroupName]?: string } = { x25519: 'X25519', secp256r1: 'P-256', secp384r1: 'P-384' };
  return groups.map((group) => names[group] ?? group).join(':');
}

/** The hybrid group where a text names it, or gives its number. */
export function hybridIn(text: string | undefined): GroupName | undefined {
  return /X25519MLKEM768|0x11ec|\b4588\b/.test(text ?? '') ? 'X25519MLKEM768' : undefined;
}

/** Facts without those that nobody told. */
export function factsOf(facts: { readonly [F in Fact]?: Facts[F] | undefined }): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
}
