import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import {
  type ExpiryLimit,
  type FindingCode,
  InputError,
  judge,
  observe,
  type ProbeInput,
  type Progress,
  parseTarget,
  type Report,
  type RunSettings,
  type Target,
} from '../../diagnose/index.ts';
import { certificatesFromPem, parseIp, RootStore } from '../../x509/index.ts';
import { SecureContext } from '../secure-context.ts';
import { defaultRoots } from '../trust/index.ts';
import { offerOf } from './handshake.ts';
import { createNetwork } from './network.ts';
import { resolverOf } from './resolver.ts';
import { packageVersion } from './version.ts';

/** How to check a target. What is absent has the default of the command. */
export interface CheckOptions {
  /** Milliseconds for each step; 5,000 unless given. */
  readonly timeout?: number;
  /** Connections to open at most; 10 unless given, 20 where versions are asked for. */
  readonly maxConnections?: number;
  /** The name to send in SNI and to verify, in place of the target's. */
  readonly sni?: string;
  /** `IP:port` to connect to in place of what DNS says. */
  readonly connect?: string;
  /** Address families to use; both unless given. */
  readonly families?: readonly (4 | 6)[];
  /** `udp://IP:PORT`; the system's resolver unless given. */
  readonly resolver?: string;
  /** Trusted roots, PEM, in place of those of Node.js. */
  readonly ca?: string;
  /** What to call them in texts, and the file for commands that show the same. */
  readonly caFile?: string;
  /** The client certificate with its chain, and its key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** The one version to offer; both unless given. */
  readonly tls?: '1.2' | '1.3';
  /** Application protocols to offer; `h2` and `http/1.1` unless given. Empty offers none. */
  readonly alpn?: readonly string[];
  /** What the ClientHello offers, by registered names; everything that the engine has unless given. */
  readonly cipherSuites?: readonly string[];
  readonly groups?: readonly string[];
  readonly signatureSchemes?: readonly string[];
  /** Whether to ask for every version, one connection each. False unless given. */
  readonly versions?: boolean;
  /** Whether to offer the session of a healthy handshake on a second connection. True unless given. */
  readonly resumption?: boolean;
  /**
   * Whether to send 0-RTT data where the server announces that it takes some: a request of `HEAD /`, or the beginning of
   * an HTTP/2 connection. Whoever records it can send it again. False unless given.
   */
  readonly earlyData?: boolean;
  /** Whether to make a request after the handshake. True unless given. */
  readonly http?: boolean;
  /** Whether to fetch nothing that certificates name: only the target and the resolver are asked. False unless given. */
  readonly offline?: boolean;
  /** Epoch milliseconds to judge certificates at; now unless given. */
  readonly at?: number;
  /** When an expiry becomes a warning; below 20 % of the lifetime unless given. */
  readonly expiry?: ExpiryLimit;
  /** Findings that are not to be counted. */
  readonly ignore?: readonly FindingCode[];
  /** Receives lines of the key log format, each with its line end. Whoever holds them reads the connection. */
  readonly keyLog?: (line: Buffer) => void;
  readonly progress?: Progress;
}

/** Milliseconds for each step. */
const TIMEOUT = 5_000;

/** Connections that a diagnosis opens at most, alone and with every version of a server or two. */
const [MAX_CONNECTIONS, MAX_WITH_VERSIONS] = [10, 20];

/**
 * Checks one target: DNS, TCP, TLS, certificate and HTTP on every address, and why it fails where it does. The report
 * holds the whole run (`report.facts.run`). Rejects with InputError for what can not be checked as asked.
 */
export async function check(target: string, options: CheckOptions = {}): Promise<Report> {
  const parsed = parseTarget(target, domainToASCII);
  const settings = settingsOf(parsed, options);
  asInput('offer', () => new SecureContext(offerOf(settings.input)));
  const roots = rootsOf(options);
  // Some milliseconds of work, done before the clock starts.
  roots();
  const startedAt = Date.now();
  const network = createNetwork(resolverOf(options.resolver), {
    roots,
    ...credentialOf(options),
    ...(options.keyLog === undefined ? {} : { keyLog: options.keyLog }),
  });
  const start = {
    tool: `hellofin ${packageVersion()}`,
    target: parsed,
    settings,
    startedAt,
    clock: options.at ?? startedAt,
  };
  return judge(await observe(start, network, options.progress), options.ignore);
}

/** @throws InputError */
function settingsOf(target: Target, options: CheckOptions): RunSettings {
  const identity = options.sni === undefined ? target.host : nameOf(options.sni);
  const isName = parseIp(identity) === undefined;
  const speaksHttp = target.protocol !== 'other';
  const input: ProbeInput = {
    ...(isName ? { serverName: identity } : {}),
    alpn: options.alpn ?? (speaksHttp ? ['h2', 'http/1.1'] : []),
    ...(options.tls === undefined ? {} : { versions: [`TLS ${options.tls}`] as const }),
    ...(options.cipherSuites === undefined ? {} : { cipherSuites: options.cipherSuites }),
    ...(options.groups === undefined ? {} : { groups: options.groups }),
    ...(options.signatureSchemes === undefined ? {} : { signatureSchemes: options.signatureSchemes }),
    clientCertificate: options.cert !== undefined,
  };
  const connect = options.connect === undefined ? undefined : connectOf(options.connect);
  const address = connect?.address ?? (target.isAddress ? target.host : undefined);
  if (address !== undefined && options.families?.includes(isIPv6(address) ? 6 : 4) === false) {
    throw new InputError(`${address} is not an address of the family asked for`);
  }
  return {
    timeout: options.timeout ?? TIMEOUT,
    maxConnections: options.maxConnections ?? (options.versions === true ? MAX_WITH_VERSIONS : MAX_CONNECTIONS),
    identity,
    trust: options.caFile ?? (options.ca === undefined ? 'the roots of Node.js' : 'the roots given'),
    ...(options.caFile === undefined ? {} : { caFile: options.caFile }),
    http: (options.http ?? true) && speaksHttp,
    ...(options.offline === undefined ? {} : { offline: options.offline }),
    ...(options.versions === true ? { versions: true } : {}),
    resumption: options.resumption ?? true,
    ...(options.earlyData === true ? { earlyData: true } : {}),
    input,
    ...(connect === undefined ? {} : { connect }),
    families: options.families ?? [4, 6],
    expiry: options.expiry ?? { value: 20, unit: 'percent' },
  };
}

function nameOf(sni: string): string {
  if (/[:/@]/.test(sni)) throw new InputError(`--sni ${sni}: expected a host name`);
  return parseTarget(sni, domainToASCII).host;
}

function connectOf(text: string): { address: string; port: number } {
  const { host, isAddress, port } = parseTarget(text, domainToASCII);
  if (!isAddress) throw new InputError(`--connect ${text}: expected IP:port`);
  return { address: host, port };
}

function rootsOf({ ca, caFile }: CheckOptions): () => RootStore {
  if (ca === undefined) return defaultRoots;
  const certificates = asInput(caFile ?? 'ca', () => certificatesFromPem(ca));
  if (certificates.length === 0) throw new InputError(`${caFile ?? 'ca'}: no certificate in it`);
  const store = new RootStore(certificates);
  return () => store;
}

function credentialOf({ cert, key }: CheckOptions): { credential?: { cert: string; key: string } } {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined) throw new InputError('a key needs its certificate: --cert');
  // One file may hold both.
  const credential = { cert, key: key ?? cert };
  asInput('client certificate', () => new SecureContext(credential));
  return { credential };
}

/** Runs `read` over what the user gave: its errors are the user's to repair. */
function asInput<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new InputError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
