/** nginx and openssl as `shop.example`, configured well and badly; and what the command says of them. */
import { expect } from 'vitest';
import { decodePem, encodePem } from '../../src/asn1/index.ts';
import type { Finding } from '../../src/diagnose/index.ts';
import type { LabCredential, LeafRequest } from '../../src/lab/ca.ts';
import { ca, writeFiles } from '../diagnose/serve.ts';
import { runInProcess } from '../lab/in-process.ts';
import { type PeerServer, startNginx, startOpensslServer } from '../support/peers.ts';

/** The name that everything here is asked for. */
export const HOST = 'shop.example';

/** A server, and the flags that it is checked with. */
export interface Setup {
  /** Whoever starts it stops it. */
  readonly start: () => Promise<PeerServer>;
  readonly flags: readonly string[];
}

/** The root that is trusted, in a file. */
export const [caFile] = writeFiles(ca.root);

/** A certificate for {@link HOST}, of the CA of the worker unless asked otherwise. */
export function issue(request: Partial<LeafRequest> = {}): LabCredential {
  return ca.issue({ names: [HOST], ...request });
}

const healthy = issue();

/** `ssl_certificate` and `ssl_certificate_key` of nginx, for a certificate without a fault unless given. */
export function presented({ cert, key }: LabCredential = healthy): string {
  const [certFile, keyFile] = writeFiles(cert, key);
  return `ssl_certificate ${certFile}; ssl_certificate_key ${keyFile};`;
}

/** What nginx is told beside its certificate. */
export interface NginxSettings {
  readonly credential?: LabCredential;
  /** Behind the address in `listen`; `ssl` unless given. */
  readonly listen?: string;
  /** `TLSv1.2 TLSv1.3` unless given: older ones of nginx begin with TLS 1.0. */
  readonly protocols?: string;
  readonly flags?: readonly string[];
}

/** nginx with one server that answers 200. */
export function nginx(directives = '', settings: NginxSettings = {}): Setup {
  const { credential, listen = 'ssl', protocols = 'TLSv1.2 TLSv1.3', flags = [] } = settings;
  return nginxOf(
    (port) => `server { listen 127.0.0.1:${port} ${listen}; ssl_protocols ${protocols}; ${presented(credential)}
      location / { return 200 "served"; } ${directives} }`,
    flags,
  );
}

/** nginx with `server` blocks of one's own. */
export function nginxOf(servers: (port: number) => string, flags: readonly string[] = []): Setup {
  return { start: () => startNginx(servers), flags };
}

/** What s_server is told beside its arguments. */
export interface OpensslSettings {
  readonly credential?: LabCredential;
  /** Another one than the machine's. */
  readonly program?: string | undefined;
  readonly flags?: readonly string[];
}

/** `openssl s_server`. It has no HTTP that answers HEAD, so none is asked for. */
export function openssl(args: readonly string[] = [], settings: OpensslSettings = {}): Setup {
  const { credential = healthy, program, flags = [] } = settings;
  const start = () => {
    const [certFile, keyFile] = writeFiles(credential.cert, credential.key);
    const [, ...above] = decodePem(credential.cert);
    const [chainFile] = writeFiles(above.map(({ label, bytes }) => encodePem(label, bytes)).join(''));
    const chain = above.length === 0 ? [] : ['-cert_chain', chainFile];
    return startOpensslServer(['-cert', certFile, ...chain, '-key', keyFile, ...args], program);
  };
  return { start, flags: ['--no-http', ...flags] };
}

/** What the command says of a server. */
export interface Said {
  readonly code: number;
  readonly status: string;
  readonly connections: number;
  /** The findings that say that something is wrong. */
  readonly faults: readonly Finding[];
  /** Codes of those that only tell. */
  readonly notices: readonly string[];
}

/** Runs `hellofin check shop.example` against a server on a port of loopback. */
export async function said(port: number, flags: readonly string[] = []): Promise<Said> {
  const trust = flags.includes('--ca') ? [] : ['--ca', caFile];
  const argv = ['check', `${HOST}:${port}`, '--connect', `127.0.0.1:${port}`, ...trust, ...flags, '--json'];
  const { code, document } = await runInProcess(argv);
  const [result] = document.results ?? [];
  expect(result, JSON.stringify(document)).toBeDefined();
  const { status = '', connections = 0, findings = [] } = result ?? {};
  const all = findings as readonly object[] as readonly Finding[];
  return {
    ...{ code, status, connections },
    faults: all.filter(({ severity }) => severity !== 'notice'),
    notices: all.filter(({ severity }) => severity === 'notice').map((finding) => finding.code),
  };
}

/** Starts a server for as long as `use` takes. */
export async function during<T>({ start }: Setup, use: (server: PeerServer) => Promise<T>): Promise<T> {
  const server = await start();
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}
