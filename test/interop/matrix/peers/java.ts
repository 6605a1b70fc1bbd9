/** JSSE, Java's own TLS. */
import { fileURLToPath } from 'node:url';
import { requirePeer, run, tempDir } from '../../../support/peers.ts';
import { presenting } from '../../openssl.ts';
import type { ClientOrder, Peer, ServerOrder } from '../peer.ts';
import { scripted } from './scripted.ts';

const CANNOT = {
  early: 'JSSE has no 0-RTT',
  later: 'JSSE does not do it',
  hybrid: 'JSSE of Java 17 has no such group',
  timestamps: 'JSSE neither sends nor shows them',
};

/** The machine's. */
export const java: Peer = {
  name: 'Java',
  programs: ['java', 'javac'],
  version: [['-version'], /version "(.*)"/],
  ...scripted(
    async (order) => {
      const asking = order.certificate === undefined ? [] : ['-clientca', order.material.caFile];
      const keeping = order.stored ? ['-stored'] : [];
      return [
        program(),
        [...(await start()), 'server', ...presenting(order.material.server), ...asking, ...keeping, ...common(order)],
      ];
    },
    async (order) => {
      const { material, port, visits, isUpdated, update, certificate, staple } = order;
      const args = [
        ...['-port', `${port}`, '-ca', material.caFile, '-visits', `${visits}`],
        ...(certificate === undefined ? [] : presenting(material.client)),
        ...(isUpdated ? ['-again'] : []),
        ...(update ? ['-update'] : []),
        ...(staple ? ['-staple'] : []),
      ];
      return [program(), [...(await start()), 'client', ...args, ...common(order)]];
    },
    {
      server: {
        cannot: { ...CANNOT, staple: 'a server of JSSE fetches responses itself, over HTTP' },
        silent: ['group', 'retried', 'updated'],
      },
      client: { cannot: CANNOT, silent: ['group', 'retried', 'updated'] },
    },
  ),
};

function common({ version, alpn, groups }: ServerOrder | ClientOrder): readonly string[] {
  return [
    ...['-tls', version.replace('TLS ', 'TLSv')],
    ...(alpn === undefined ? [] : ['-alpn', alpn.join(',')]),
    ...(groups === undefined ? [] : ['-groups', groups.join(',')]),
  ];
}

function program(): string {
  return requirePeer('java') ?? 'java';
}

let compiled: Promise<string> | undefined;

/** The program is compiled once; its lives are too short for the second compiler. */
async function start(): Promise<readonly string[]> {
  compiled ??= compile();
  return ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', await compiled, 'Peer'];
}

async function compile(): Promise<string> {
  const dir = tempDir();
  const source = fileURLToPath(new URL('../../java/Peer.java', import.meta.url));
  const { code, stderr } = await run(requirePeer('javac') ?? 'javac', ['-d', dir, source], { timeout: 60_000 });
  if (code !== 0) throw new Error(`javac: ${stderr}`);
  return dir;
}
