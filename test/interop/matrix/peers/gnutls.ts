/** GnuTLS's gnutls-serv, which echoes lines, and gnutls-cli. What they do not say, their library's log (-d 4) does. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GroupName } from '../../../../src/crypto/index.ts';
import { freePort, requirePeer, startServer, tempDir } from '../../../support/peers.ts';
import {
  type ClientOrder,
  factsOf,
  LINES,
  type Peer,
  type Role,
  type ServerOrder,
  type Serving,
  told,
  versionIn,
} from '../peer.ts';
import type { Facts } from '../scenarios.ts';

const CANNOT = {
  hybrid: 'Debian builds GnuTLS without such groups',
  timestamps: 'GnuTLS has no such extension',
};
const SERVER: Role = {
  cannot: {
    ...CANNOT,
    'server-update': 'gnutls-serv has no command for it',
    'TLS 1.3 stored': 'a server of GnuTLS resumes by tickets only',
  },
  silent: [],
};
const CLIENT: Role = {
  cannot: { ...CANNOT, later: 'our server does not ask after the handshake' },
  silent: [],
};

/** The machine's, or a newer one. */
export function gnutlsOf(suffix: '' | '38'): Peer {
  const server = `gnutlsserv${suffix}` as const;
  const client = `gnutlscli${suffix}` as const;
  return {
    name: 'GnuTLS',
    programs: [client, server],
    version: [['--version'], /gnutls-cli (\S+)/],
    server: { ...SERVER, serve: (order) => serve(requirePeer(server) ?? server, order) },
    client: {
      ...CLIENT,
      // 3.8.9 sends none to gnutls-serv and s_server either; 3.8.13 of Debian forky does.
      cannot: { ...CLIENT.cannot, ...(suffix === '38' ? { early: 'gnutls-cli 3.8.9 fails before it sends any' } : {}) },
      connect: (order) => connect(requirePeer(client) ?? client, order),
    },
  };
}

async function serve(program: string, order: ServerOrder): Promise<Serving> {
  const { material, certificate, staple, early, stored } = order;
  const port = await freePort();
  const args = [
    ...['-p', `${port}`, '--echo', '-d', '4', ...common(order)],
    ...['--x509certfile', material.server.certFile, '--x509keyfile', material.server.keyFile],
    ...(certificate === undefined ? [] : ['--x509cafile', material.caFile, '--verify-client-cert']),
    ...(certificate === 'in the handshake' ? ['--require-client-cert'] : []),
    ...(certificate === undefined ? ['--disable-client-cert'] : []), // whom it never asks it does not ask later
    ...(staple ? ['--ocsp-response', material.stapleFile] : []),
    ...(stored ? ['--noticket'] : []),
    ...(early ? ['--earlydata', '--maxearlydata', '4096'] : []),
  ];
  const peer = await startServer(program, args, { ready: /listening on IPv4 .* port (\d+)\.\.\.done/, port });
  return {
    port,
    request: (word) => `${word}\n`,
    answer(socket, word) {
      if (word !== 'early') return LINES.answer(socket, word);
      socket.write('late\n'); // it reads early data, and does not echo it
      return LINES.answer(socket, 'late');
    },
    act: (_, socket) => void socket.write('**REAUTH**\n'),
    facts: (visit) => factsIn(peer.output().split(/^\* Accepted connection /m)[visit + 1] ?? '', peer.output()),
    stop: peer.stop,
  };
}

async function connect(program: string, order: ClientOrder): Promise<readonly Facts[]> {
  const { port, material, certificate, staple, visits, early, update, isUpdated } = order;
  const earlyFile = join(tempDir(), 'early');
  writeFileSync(earlyFile, 'early\n');
  const args = [
    ...['-p', `${port}`, '-d', '4', ...common(order), '--inline-commands'],
    ...['--x509cafile', material.caFile, '--sni-hostname', 'localhost', '--verify-hostname', 'localhost'],
    ...(certificate === undefined
      ? []
      : ['--x509certfile', material.client.certFile, '--x509keyfile', material.client.keyFile]),
    ...(staple ? ['--save-ocsp', join(tempDir(), 'response')] : []),
    ...(visits > 1 ? ['--resume', '--waitresumption'] : []),
    ...(early ? ['--earlydata', earlyFile] : []),
    '127.0.0.1',
  ];
  const peer = await startServer(program, args, { ready: /Simple Client Mode/, port });
  try {
    if (early) await peer.waitFor(/^EARLY$/m);
    peer.write('hello\n');
    await peer.waitFor(/^HELLO$/m);
    if (update) peer.write('^rekey^\n');
    if (isUpdated) {
      peer.write('again\n');
      await peer.waitFor(/^AGAIN$/m);
    }
  } finally {
    await peer.stop();
  }
  return peer
    .output()
    .split(/^- Connecting again/m)
    .map((text) => factsIn(text, peer.output()));
}

/** @param text of one connection. @param all with the log of the library. */
function factsIn(text: string, all: string): Facts {
  return factsOf({
    version: versionIn(told(text, /^- Description: \((.*?)-/m)),
    resumed: /^\*\*\* This is a resumed session$/m.test(text),
    early: /END OF EARLY DATA/.test(all), // a client sends it when the data was accepted (RFC 8446 section 4.5)
    client: told(text, /^\tSubject: CN=(.*)$/m),
    alpn: told(text, /^- Application protocol: (.*)$/m),
    retried: /HELLO RETRY REQUEST/.test(all),
    staple: /^- Options:.* OCSP status request/m.test(text),
    updated: /received TLS 1\.3 key update/.test(all),
  });
}

function common({ version, groups, alpn }: ServerOrder | ClientOrder): readonly string[] {
  const chosen = groups === undefined ? '' : `:-GROUP-ALL${groups.map((group) => `:+${NAMES[group]}`).join('')}`;
  return [
    ...['--priority', `NORMAL:-VERS-ALL:+VERS-${version.replace(' ', '')}${chosen}`],
    ...(alpn ?? []).flatMap((protocol) => ['--alpn', protocol]),
  ];
}

const NAMES: { readonly [G in GroupName]?: string } = {
  x25519: 'GROUP-X25519',
  secp256r1: 'GROUP-SECP256R1',
  secp384r1: 'GROUP-SECP384R1',
};
