/** What the matrix tries with every peer, as data: what a client does, what a server does, what both then know. */
import type { GroupName } from '../../../src/crypto/index.ts';

/** A version of the protocol. */
export type Version = 'TLS 1.3' | 'TLS 1.2';

/** What one end knows of a connection. */
export interface Facts {
  readonly version?: Version;
  readonly resumed?: boolean;
  /** 0-RTT data was accepted. */
  readonly early?: boolean;
  /** Common name of the certificate that the client showed. */
  readonly client?: string;
  readonly group?: GroupName;
  readonly alpn?: string;
  /** There was a HelloRetryRequest. */
  readonly retried?: boolean;
  /** The OCSP response came with the certificate. */
  readonly staple?: boolean;
  /** SignedCertificateTimestamps of the server's that came in the handshake. */
  readonly timestamps?: number;
  /** The other end has changed its keys. */
  readonly updated?: boolean;
}

/** The name of a fact. */
export type Fact = keyof Facts;

/** What a client does beside shaking hands and exchanging a line. */
export interface ClientTask {
  readonly groups?: readonly GroupName[];
  readonly alpn?: readonly string[];
  /** Shows a certificate when asked, in the handshake or after it. */
  readonly certificate?: 'in the handshake' | 'after it';
  /** Asks for an OCSP response. */
  readonly staple?: boolean;
  /** Asks for SignedCertificateTimestamps. */
  readonly timestamps?: boolean;
  readonly early?: boolean;
  /** Changes its keys and asks the server for the same. */
  readonly update?: boolean;
}

/** What a server does beside shaking hands and answering. */
export interface ServerTask {
  readonly groups?: readonly GroupName[];
  readonly alpn?: readonly string[];
  /** When a certificate is asked for. */
  readonly certificate?: 'in the handshake' | 'after it';
  readonly staple?: boolean;
  readonly timestamps?: boolean;
  readonly early?: boolean;
  readonly update?: boolean;
  /** Keeps its sessions itself: a session id in TLS 1.2, a ticket that is a name in TLS 1.3. */
  readonly stored?: boolean;
}

/** One column of the matrix. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly versions: readonly Version[];
  readonly client: ClientTask;
  readonly server: ServerTask;
  /** What is known of each connection, one after the other; to both ends unless said otherwise. */
  readonly visits: readonly Facts[];
  /** Facts that only one end can know. */
  readonly onlyClient?: readonly Fact[];
  readonly onlyServer?: readonly Fact[];
}

const BOTH: readonly Version[] = ['TLS 1.3', 'TLS 1.2'];
const TLS13: readonly Version[] = ['TLS 1.3'];

/** Common name of the client certificate. */
export const CLIENT = 'a client';
const HYBRID = 'X25519MLKEM768';

/** Every scenario, in the order of the docs. */
export const SCENARIOS: readonly Scenario[] = [
  { id: 'full', title: 'full handshake', versions: BOTH, client: {}, server: {}, visits: [{ resumed: false }] },
  {
    id: 'resumed',
    title: 'resumption by ticket',
    versions: BOTH,
    client: {},
    server: {},
    visits: [{ resumed: false }, { resumed: true }],
  },
  {
    id: 'stored',
    title: 'resumption of a session that the server keeps',
    versions: BOTH,
    client: {},
    server: { stored: true },
    visits: [{ resumed: false }, { resumed: true }],
  },
  {
    id: 'early',
    title: '0-RTT accepted',
    versions: TLS13,
    client: { early: true, alpn: ['http/1.1'] }, // curl sends none without
    server: { early: true, alpn: ['http/1.1'] },
    visits: [{ resumed: false }, { resumed: true, early: true }],
  },
  {
    id: 'certificate',
    title: 'client certificate',
    versions: BOTH,
    client: { certificate: 'in the handshake' },
    server: { certificate: 'in the handshake' },
    visits: [{ client: CLIENT }],
    onlyServer: ['client'],
  },
  {
    id: 'later',
    title: 'client certificate after the handshake',
    versions: TLS13,
    client: { certificate: 'after it' },
    server: { certificate: 'after it' },
    visits: [{ client: CLIENT }],
    onlyServer: ['client'],
  },
  {
    id: 'retry',
    title: 'HelloRetryRequest',
    versions: TLS13,
    // Some clients send a share for the first of each kind of curve.
    client: { groups: ['x25519', 'secp256r1', 'secp384r1'] },
    server: { groups: ['secp384r1'] },
    visits: [{ retried: true }],
  },
  {
    id: 'hybrid',
    title: HYBRID,
    versions: TLS13,
    client: { groups: [HYBRID, 'x25519'] },
    server: { groups: [HYBRID, 'x25519'] },
    visits: [{ group: HYBRID }],
  },
  {
    id: 'alpn',
    title: 'ALPN',
    versions: BOTH,
    client: { alpn: ['h2', 'http/1.1'] },
    server: { alpn: ['http/1.1'] },
    visits: [{ alpn: 'http/1.1' }],
  },
  {
    id: 'staple',
    title: 'OCSP staple',
    versions: BOTH,
    client: { staple: true },
    server: { staple: true },
    visits: [{ staple: true }],
    onlyClient: ['staple'],
  },
  {
    id: 'timestamps',
    title: 'SCTs',
    versions: BOTH,
    client: { timestamps: true },
    server: { timestamps: true },
    visits: [{ timestamps: 1 }],
    onlyClient: ['timestamps'],
  },
  {
    id: 'client-update',
    title: "KeyUpdate, the client's",
    versions: TLS13,
    client: { update: true },
    server: {},
    visits: [{ updated: true }],
  },
  {
    id: 'server-update',
    title: "KeyUpdate, the server's",
    versions: TLS13,
    client: {},
    server: { update: true },
    visits: [{ updated: true }],
  },
];
