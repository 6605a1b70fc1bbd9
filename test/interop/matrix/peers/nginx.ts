/**
 * nginx as a server, which answers with its variables, and as the client of an upstream. What its variables do not say,
 * its debugging log does.
 */
import { get } from 'node:http';
import { requirePeer, startNginx } from '../../../support/peers.ts';
import {
  type ClientOrder,
  factsOf,
  heard,
  hybridIn,
  opensslGroups,
  type Peer,
  type ServerOrder,
  type Serving,
  told,
  versionIn,
} from '../peer.ts';
import type { Facts } from '../scenarios.ts';

const NO_UPDATE = 'nginx answers a KeyUpdate, and has no setting to start one';

/** The machine's, or one with post-quantum groups. */
export function nginxOf(name: 'nginx' | 'nginx126'): Peer {
  const hybrid = name === 'nginx' ? { hybrid: 'its OpenSSL 3.0 has no such group' } : {};
  return {
    name: 'nginx',
    programs: [name],
    version: [['-v'], /nginx\/(\S+)/],
    server: {
      cannot: {
        ...hybrid,
        later: 'nginx does not do it',
        timestamps: 'nginx does not send them',
        'server-update': NO_UPDATE,
      },
      silent: ['retried', 'updated'],
      serve: (order) => serve(requirePeer(name) ?? name, order),
    },
    client: {
      cannot: {
        ...hybrid,
        early: 'nginx sends none to upstreams',
        later: 'our server does not ask after the handshake',
        alpn: 'nginx offers none to upstreams',
        staple: 'nginx asks upstreams for none',
        timestamps: 'nginx asks upstreams for none',
        'client-update': NO_UPDATE,
      },
      silent: ['group', 'retried', 'updated'],
      connect: (order) => connect(requirePeer(name) ?? name, order),
    },
  };
}

async function serve(program: string, order: ServerOrder): Promise<Serving> {
  const { material, version, groups, certificate, staple, early, stored } = order;
  const settings = [
    `ssl_protocols ${version.replace('TLS ', 'TLSv')}`,
    `ssl_certificate ${material.server.certFile}`,
    `ssl_certificate_key ${material.server.keyFile}`,
    ...(groups === undefined ? [] : [`ssl_ecdh_curve ${opensslGroups(groups)}`]),
    ...(certificate === undefined ? [] : [`ssl_client_certificate ${material.caFile}`, 'ssl_verify_client on']),
    ...(staple ? ['ssl_stapling on', `ssl_stapling_file ${material.stapleFile}`] : []),
    ...(early ? ['ssl_early_data on'] : []),
    ...(stored ? ['ssl_session_tickets off', 'ssl_session_cache shared:kept:1m'] : []),
  ];
  const say = '$ssl_protocol|$ssl_session_reused|$ssl_client_s_dn|$ssl_curve|$ssl_alpn_protocol|';
  const peer = await startNginx(
    (port) => `server { listen 127.0.0.1:${port} ssl; ${settings.join('; ')}; location / { return 200 "${say}"; } }`,
    program,
    'debug',
  );
  let body = '';
  return {
    port: peer.port,
    request: (word) => `GET /${word} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    async answer(socket) {
      body = (await heard(socket, /\|$/)).replace(/^[\s\S]*\r\n\r\n/, '');
    },
    facts() {
      const [protocol, reused, subject, curve, alpn] = body.split('|');
      return factsOf({
        version: versionIn(protocol),
        resumed: reused === 'r',
        // SSL_READ_EARLY_DATA_SUCCESS, and how much it read.
        early: /SSL_read_early_data: 1, [1-9]/.test(peer.output()),
        client: subject?.replace('CN=', ''),
        group: hybridIn(curve),
        alpn,
      });
    },
    stop: peer.stop,
  };
}

async function connect(program: string, order: ClientOrder): Promise<readonly Facts[]> {
  const { material, version, groups, certificate, port, isUpdated } = order;
  const { certFile, keyFile } = material.client;
  const settings = [
    `proxy_ssl_protocols ${version.replace('TLS ', 'TLSv')}`,
    'proxy_ssl_verify on; proxy_ssl_name localhost; proxy_ssl_server_name on; proxy_http_version 1.1',
    `proxy_ssl_trusted_certificate ${material.caFile}`,
    ...(isUpdated ? ['proxy_set_header Connection ""'] : []),
    ...(certificate === undefined ? [] : [`proxy_ssl_certificate ${certFile}; proxy_ssl_certificate_key ${keyFile}`]),
    ...(groups === undefined ? [] : [`proxy_ssl_conf_command Groups ${opensslGroups(groups)}`]),
  ];
  const peer = await startNginx(
    (own) => `upstream ours { server 127.0.0.1:${port}; keepalive 1; }
      server { listen 127.0.0.1:${own}; location / { proxy_pass https://ours; ${settings.join('; ')}; } }`,
    program,
    'debug',
  );
  try {
    for (const path of isUpdated ? ['/page', '/script'] : Array.from({ length: order.visits }, () => '/script')) {
      const status = await statusOf(`http://127.0.0.1:${peer.port}${path}`);
      if (status !== 200) throw new Error(`${path}: ${status}\n${peer.output()}`);
    }
  } finally {
    await peer.stop();
  }
  const [, ...visits] = peer.output().split(/ SSL: (?=TLSv)/);
  return visits.map((text) =>
    factsOf({ version: versionIn(told(text, /^(TLSv\S+),/)), resumed: / SSL reused session$/m.test(text) }),
  );
}

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => answer.resume().once('end', () => resolve(answer.statusCode))).once(
      'error',
      reject,
    );
  });
}
