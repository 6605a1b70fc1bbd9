/** OpenSSL's s_server and s_client, which say with -msg which messages went where. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PeerServer, requirePeer, startOpensslServer, startServer, tempDir } from '../../../support/peers.ts';
import { presenting } from '../../openssl.ts';
import {
  type ClientOrder,
  factsOf,
  hybridIn,
  LINES,
  type Material,
  opensslGroups,
  type Peer,
  type ServerOrder,
  type Serving,
  told,
  versionIn,
} from '../peer.ts';
import type { Fact, Facts } from '../scenarios.ts';

/** The machine's, trixie's, experimental's. */
export function opensslOf(name: 'openssl' | 'openssl35' | 'openssl40'): Peer {
  const cannot: Readonly<Record<string, string>> =
    name === 'openssl' ? { hybrid: 'OpenSSL 3.0 has no such group' } : {};
  const silent: readonly Fact[] = [];
  return {
    name: 'OpenSSL',
    programs: [name],
    version: [['version'], /OpenSSL (\S+)/],
    isOptional: name === 'openssl40',
    server: { cannot, silent: ['group'], serve: (order) => serve(requirePeer(name) ?? name, order) },
    client: {
      cannot: { ...cannot, later: 'our server does not ask after the handshake' },
      silent,
      connect: (order) => connect(requirePeer(name) ?? name, order),
    },
  };
}

async function serve(program: string, order: ServerOrder): Promise<Serving> {
  const { material, certificate, staple, timestamps, early, stored } = order;
  const asking = ['-CAfile', material.caFile, '-verify_return_error'];
  const args = [
    ...presenting(material.server),
    ...common(order),
    ...(certificate === 'in the handshake' ? ['-Verify', '1'] : []),
    ...(certificate === undefined ? [] : asking),
    ...(staple ? ['-status_file', material.stapleFile] : []),
    ...(timestamps ? ['-serverinfo', serverInfo(material)] : []),
    ...(stored ? ['-no_ticket'] : []),
    ...(early ? ['-early_data', '-max_early_data', '4096'] : []),
  ];
  const peer = await startOpensslServer(args, program);
  const counts = new Map<string, number>();
  return {
    port: peer.port,
    request: LINES.request,
    async answer(socket, word) {
      const count = (counts.get(word) ?? 0) + 1;
      counts.set(word, count);
      await peer.waitFor(new RegExp(`(^${word}$[^]*?){${count}}`, 'm'));
      peer.write(`answer to ${word}\n`);
      await LINES.answer(socket, word);
    },
    act: (what) => peer.write(what === 'update' ? 'K\n' : 'c\n'),
    facts: (visit) => serverFacts(peer.output().split(/^shutting down SSL$/m)[visit] ?? '', peer.output()),
    stop: peer.stop,
  };
}

/** @param text of one connection. @param all with what it says of certificates. */
function serverFacts(text: string, all: string): Facts {
  return factsOf({
    version: versionIn(told(text, /^<<< (.*), Handshake .*Finished$/m)),
    resumed: /^Reused session-id$/m.test(text),
    early: /^Early data received:$/m.test(text),
    client: told(all, /^depth=0 CN ?= ?(.*)$/m),
    alpn: told(text, /^ALPN protocols selected: (.*)$/m),
    retried: count(text, /^<<< .* ClientHello$/gm) === 2,
    updated: count(text, /^<<< .* KeyUpdate$/gm) > 0,
  });
}

async function connect(program: string, order: ClientOrder): Promise<readonly Facts[]> {
  const all: Facts[] = [];
  const dir = tempDir();
  const [session, early] = [join(dir, 'session'), join(dir, 'early')];
  writeFileSync(early, 'early\n');
  for (let visit = 1; visit <= order.visits; visit++) {
    const args = [
      ...['-sess_out', session, ...(visit > 1 ? ['-sess_in', session] : [])],
      ...(order.early && visit > 1 ? ['-early_data', early] : []),
    ];
    all.push(await converse(program, order, args));
  }
  return all;
}

async function converse(program: string, order: ClientOrder, args: readonly string[]): Promise<Facts> {
  const { port, material, certificate, staple, update, isUpdated } = order;
  const verifying = ['-CAfile', material.caFile, '-verify_return_error', '-verify_hostname', 'localhost'];
  const logs = join(tempDir(), 'logs');
  writeFileSync(logs, 'enabled_logs =\n');
  const options = [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', ...verifying],
    ...common(order),
    ...(certificate === undefined ? [] : presenting(material.client)),
    ...(staple ? ['-status'] : []),
    ...(order.timestamps ? ['-ct', '-ctlogfile', logs] : []),
    ...args,
  ];
  const peer = await startServer(program, options, { ready: /Verify return code: .*\n/, port });
  try {
    if (args.includes('-early_data')) await peer.waitFor(/^EARLY$/m);
    await ask(peer, 'hello');
    if (update) {
      peer.write('K\n'); // what is read with it is lost
      await peer.waitFor(/^>>> .* KeyUpdate$/m);
    }
    if (isUpdated) await ask(peer, 'again');
    peer.write('Q\n');
    await peer.waitFor(/^DONE$/m);
  } finally {
    await peer.stop();
  }
  const text = peer.output();
  return factsOf({
    version: versionIn(told(text, /^(?:New|Reused), (\S+),/m)),
    resumed: /^Reused, /m.test(text),
    early: /^Early data was accepted$/m.test(text),
    group: hybridIn(told(text, /^(?:(?:Server|Peer) Temp Key|Negotiated TLS1\.3 group): (.*)$/m)),
    alpn: told(text, /^ALPN protocol: (.*)$/m),
    retried: count(text, /^>>> .* ClientHello$/gm) === 2,
    staple: /^OCSP Response Status: successful/m.test(text.replace(/^ +/gm, '')),
    timestamps: Number(told(text, /^SCTs present \((\d+)\)/m)),
    updated: count(text, /^<<< .* KeyUpdate$/gm) > 0,
  });
}

async function ask(peer: PeerServer, word: string): Promise<void> {
  peer.write(`${word}\n`);
  await peer.waitFor(new RegExp(`^${word.toUpperCase()}$`, 'm'));
}

function common({ version, groups, alpn }: ServerOrder | ClientOrder): readonly string[] {
  return [
    ...['-msg', version === 'TLS 1.3' ? '-tls1_3' : '-tls1_2'],
    ...(groups === undefined ? [] : ['-groups', opensslGroups(groups)]),
    ...(alpn === undefined ? [] : ['-alpn', alpn.join(',')]),
  ];
}

/**
 * The timestamp as the extension that s_server adds, in version 2 of serverinfo (SSL_CTX_use_serverinfo_ex): to answer
 * ClientHello, in ServerHello of TLS 1.2 or Certificate of TLS 1.3.
 */
function serverInfo({ timestamp }: Material): string {
  const list = Buffer.from([0, 0, 0, 0, ...timestamp]);
  list.writeUInt16BE(timestamp.length + 2);
  list.writeUInt16BE(timestamp.length, 2);
  const head = Buffer.from([0, 0, 0x11, 0xc0, 0, 18, 0, list.length]);
  const body = Buffer.concat([head, list]).toString('base64').replace(/.{64}/g, '$&\n');
  const label = 'SERVERINFOV2 FOR TIMESTAMPS';
  const file = join(tempDir(), 'serverinfo.pem');
  writeFileSync(file, `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`);
  return file;
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
