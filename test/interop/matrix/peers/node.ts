/** node:tls, of every line of Node that is maintained. */
import { fileURLToPath } from 'node:url';
import { type PeerName, requirePeer } from '../../../support/peers.ts';
import { type ClientOrder, opensslGroups, type Peer, type ServerOrder } from '../peer.ts';
import { type Command, scripted } from './scripted.ts';

const PROGRAM = fileURLToPath(new URL('../../node/peer.mjs', import.meta.url));

const CANNOT = {
  early: 'node:tls has no 0-RTT',
  later: 'node:tls does not do it',
  timestamps: 'node:tls neither sends nor shows them',
};
const NO_UPDATE = 'node:tls answers a KeyUpdate, and has no method to start one';

/** A line of Node. */
export function nodeOf(line: 20 | 22 | 24 | 26, isOptional: boolean): Peer {
  const name: PeerName = `node${line}`;
  const hybrid = line < 24 ? { hybrid: `the OpenSSL of Node ${line} has no such group` } : {};
  const command = (role: string, task: object): Command => [
    requirePeer(name) ?? name,
    [PROGRAM, role, JSON.stringify(task)],
  ];
  return {
    name: 'node:tls',
    programs: [name],
    version: [['--version'], /v(\S+)/],
    isOptional,
    ...scripted(
      async (order) => {
        const { material, certificate, stored } = order;
        const { certFile: cert, keyFile: key } = material.server;
        const clientCa = certificate === undefined ? undefined : material.caFile;
        return command('server', { ...common(order), cert, key, clientCa, stored });
      },
      async (order) => {
        const { material, port, visits, isUpdated: again, certificate } = order;
        const { certFile: cert, keyFile: key } = material.client;
        const own = certificate === undefined ? {} : { cert, key };
        return command('client', { ...common(order), ...own, ca: material.caFile, port, visits, again });
      },
      {
        server: {
          cannot: {
            ...CANNOT,
            ...hybrid,
            'server-update': NO_UPDATE,
            'TLS 1.3 stored': 'node:tls does not ask its store in TLS 1.3, with its own client either',
          },
          silent: ['group', 'retried', 'updated'],
        },
        client: {
          cannot: { ...CANNOT, ...hybrid, 'client-update': NO_UPDATE },
          silent: ['group', 'retried', 'updated'],
        },
      },
    ),
  };
}

function common({ version, alpn, groups, staple, material }: ServerOrder | ClientOrder): object {
  return {
    tls: version.replace('TLS ', 'TLSv'),
    alpn,
    groups: groups && opensslGroups(groups),
    staple: staple ? material.stapleFile : undefined,
  };
}
