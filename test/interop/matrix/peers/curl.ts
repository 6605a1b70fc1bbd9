/** curl, which says with -v which messages went where. */
import { requirePeer, run } from '../../../support/peers.ts';
import { type ClientOrder, factsOf, hybridIn, opensslGroups, type Peer, told, versionIn } from '../peer.ts';
import type { Fact, Facts } from '../scenarios.ts';

/** The machine's, or a newer one. */
export function curlOf(name: 'curl' | 'curlnext'): Peer {
  const old = { hybrid: 'its OpenSSL 3.0 has no such group', early: 'curl 7.88 sends none' };
  const silent: readonly Fact[] = name === 'curl' ? ['group'] : [];
  return {
    name: 'curl',
    programs: [name],
    version: [['--version'], /curl (\S+)/],
    isOptional: name === 'curlnext',
    client: {
      cannot: {
        ...(name === 'curl' ? old : {}),
        'TLS 1.2 resumed': 'curl takes no tickets in TLS 1.2',
        later: 'our server does not ask after the handshake',
        timestamps: 'curl does not ask for them',
        'client-update': 'curl answers a KeyUpdate, and has no option to start one',
      },
      silent,
      connect: (order) => connect(requirePeer(name) ?? name, order),
    },
  };
}

async function connect(program: string, order: ClientOrder): Promise<readonly Facts[]> {
  const { port, material, version, groups, certificate, staple, early, visits, isUpdated } = order;
  const number = version.replace('TLS ', '');
  const args = [
    ...['-sSv', '--noproxy', '*', '--resolve', `localhost:${port}:127.0.0.1`, '--cacert', material.caFile],
    ...[`--tlsv${number}`, '--tls-max', number],
    ...(groups === undefined ? [] : ['--curves', opensslGroups(groups)]),
    ...(certificate === undefined ? [] : ['--cert', material.client.certFile, '--key', material.client.keyFile]),
    ...(staple ? ['--cert-status'] : []),
    ...(early ? ['--tls-earlydata'] : []),
  ];
  const paths = isUpdated ? ['/page', '/script'] : Array.from({ length: visits }, () => '/script');
  const result = await run(program, [...args, ...paths.map((path) => `https://localhost:${port}${path}`)]);
  if (result.code !== 0) throw new Error(`curl: ${result.code}\n${result.stderr}`);
  const [, ...connections] = result.stderr.split(/^\* +Trying /m);
  return connections.map((text) => {
    const agreed = told(text, /^\* SSL connection using (.*)$/m);
    return factsOf({
      version: versionIn(agreed),
      resumed: !/ \(IN\), TLS handshake, Certificate \(11\):$/m.test(text),
      early: /^\* Server accepted \d+ bytes of TLS early data/m.test(text),
      group: hybridIn(agreed),
      alpn: told(text, /^\* ALPN: server accepted (\S+)$/m),
      retried: text.match(/ \(OUT\), TLS handshake, Client hello \(1\):$/gm)?.length === 2,
      staple: /^\* SSL certificate status: good/m.test(text),
      updated: / \(IN\), TLS handshake, Key update \(24\):$/m.test(text),
    });
  });
}
