/** Chromium, headless: a page of ours says by which protocol it came, its network log says the rest. */
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirePeer, run, tempDir } from '../../../support/peers.ts';
import { type ClientOrder, factsOf, hybridIn, type Material, type Peer, versionIn } from '../peer.ts';
import type { Facts } from '../scenarios.ts';

/** BoringSSL's ssl_early_data_accepted. */
const ACCEPTED = 2;
const KEY_UPDATE = 24;

/** One that any suite of Debian has. */
export const chromium: Peer = {
  name: 'Chromium',
  programs: ['chromium'],
  version: [['--version'], /Chromium (\S+)/],
  client: {
    cannot: {
      certificate: 'Chromium shows none that its user or a policy of the machine has not picked',
      later: 'Chromium does not do it',
      'client-update': 'Chromium answers a KeyUpdate, and has no switch to start one',
    },
    silent: [],
    connect,
  },
};

async function connect({ version, material, port, visits }: ClientOrder): Promise<readonly Facts[]> {
  const dir = tempDir();
  const log = join(dir, 'log.json');
  const { publicKey } = new X509Certificate(material.server.cert);
  const key = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  // Else it opens a second connection before it knows what for.
  mkdirSync(join(dir, 'user', 'Default'), { recursive: true });
  writeFileSync(join(dir, 'user', 'Default', 'Preferences'), '{"net":{"network_prediction_options":2}}');
  const number = version.replace('TLS ', 'tls');
  const args = [
    ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
    ...['--disable-background-networking', '--disable-component-update', `--user-data-dir=${join(dir, 'user')}`],
    ...[`--ssl-version-min=${number}`, `--ssl-version-max=${number}`, '--enable-features=EnableTLS13EarlyData'],
    ...[
      `--ignore-certificate-errors-spki-list=${key}`,
      '--host-resolver-rules=MAP localhost 127.0.0.1, MAP * ~NOTFOUND',
    ],
    ...[`--log-net-log=${log}`, '--dump-dom', `https://localhost:${port}/${visits > 1 ? 'first' : 'page'}`],
  ];
  const { code, stdout, stderr } = await run(requirePeer('chromium') ?? 'chromium', args);
  const protocol = /<p id="protocol">(.+?)</.exec(stdout)?.[1];
  if (protocol === undefined) throw new Error(`chromium: ${code}\n${stdout}${stderr}`);
  return connectionsIn(readFileSync(log, 'utf8')).map((events) => factsIn(events, material));
}

/** What is of interest in a network log's event. */
interface LogEvent {
  readonly name: string;
  readonly source: number;
  readonly params: Readonly<Record<string, unknown>>;
}

function connectionsIn(text: string): LogEvent[][] {
  const log = JSON.parse(text) as {
    readonly constants: { readonly logEventTypes: Readonly<Record<string, number>> };
    readonly events: readonly {
      readonly type: number;
      readonly source: { readonly id: number };
      readonly params?: LogEvent['params'];
    }[];
  };
  const names = new Map(Object.entries(log.constants.logEventTypes).map(([name, type]) => [type, name]));
  const events = log.events.map(({ type, source, params = {} }) => ({
    name: names.get(type) ?? '',
    source: source.id,
    params,
  }));
  const sockets = new Set(events.filter(({ name }) => name === 'SSL_CONNECT').map(({ source }) => source));
  return [...sockets].map((socket) => events.filter(({ source }) => source === socket));
}

/** What came with the certificate is looked for in the messages that it logs as received. */
function factsIn(events: readonly LogEvent[], { stapleFile, timestamp }: Material): Facts {
  const all = (name: string) => events.filter((event) => event.name === name).map(({ params }) => params);
  const agreed = Object.assign({}, ...all('SSL_CONNECT')) as Record<string, unknown>;
  const received = all('SSL_HANDSHAKE_MESSAGE_RECEIVED');
  const bytes = Buffer.concat(received.map((message) => Buffer.from(String(message.bytes), 'base64')));
  return factsOf({
    version: versionIn(String(agreed.version)),
    resumed: agreed.is_resumed === true,
    early: all('SSL_HANDSHAKE_EARLY_DATA_REASON').some(({ early_data_reason }) => early_data_reason === ACCEPTED),
    group: hybridIn(String(agreed.key_exchange_group)),
    alpn: agreed.next_proto as string | undefined,
    retried: all('SSL_HANDSHAKE_MESSAGE_SENT').filter(({ type }) => type === 1).length === 2,
    staple: bytes.includes(readFileSync(stapleFile)),
    timestamps: bytes.includes(timestamp) ? 1 : 0,
    updated: received.some(({ type }) => type === KEY_UPDATE),
  });
}
