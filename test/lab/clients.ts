/** Clients that are not ours, against an endpoint of the lab. */
import { X509Certificate } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { DAY } from '../../src/lab/ca.ts';
import type { Lab, LabTarget } from '../../src/lab/index.ts';
import { run } from '../support/peers.ts';

/** Milliseconds after which an endpoint is silent. */
const SILENCE = 5_000;

/** Weak keys and signatures are refused whatever this machine's policy says. */
const CIPHERS = 'DEFAULT@SECLEVEL=2';

const REQUEST = 'GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n';

/** What an endpoint's own arguments mean to another client. */
interface Settings {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly alpn: readonly string[];
  /** Days from now. */
  readonly at: number;
}

function settingsOf(lab: Lab, { args }: LabTarget): Settings {
  const value = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const [cert, key, alpn] = [value('--cert'), value('--key'), value('--alpn')];
  return {
    ca: value('--ca') ?? lab.caFile,
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    at: Number(/^\+(\d+)d$/.exec(value('--at') ?? '')?.[1] ?? 0),
    alpn: (alpn ?? 'http/1.1').split(',').filter((name) => name !== ''),
  };
}

/**
 * node:tls, which resolves by the lab's name server, verifies, and says something: `ok` when it was answered and got a
 * protocol that it asked for, else why not.
 */
export async function viaNode(lab: Lab, target: LabTarget): Promise<string> {
  const { host, port, args } = target;
  const { ca, cert, key, alpn } = settingsOf(lab, target);
  const resolver = new Resolver({ timeout: 20_000, tries: 1 });
  resolver.setServers([lab.resolver.replace('udp://', '')]);
  let address: string | undefined;
  try {
    [address] = await resolver.resolve4(host);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
  return new Promise((resolve) => {
    const socket = connect({
      ...{ host: address, port, servername: host, ca: readFileSync(ca), ALPNProtocols: [...alpn], ciphers: CIPHERS },
      ...(cert === undefined ? {} : { cert: readFileSync(cert) }),
      ...(key === undefined ? {} : { key: readFileSync(key) }),
      // As RFC 9525 has it: node:tls would still take the name from the subject.
      checkServerIdentity: (name, { raw }) =>
        new X509Certificate(raw).checkHost(name, { subject: 'never' }) === undefined
          ? new Error(`no subjectAltName matches ${name}`)
          : undefined,
    });
    const done = (verdict: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(verdict);
    };
    const timer = setTimeout(() => done('silence'), SILENCE);
    socket.once('error', (error: NodeJS.ErrnoException) => done(`${error.code} ${error.message}`));
    socket.once('close', () => done('closed'));
    // A refusal of the client's certificate comes after the handshake.
    socket.once('secureConnect', () => socket.write(REQUEST));
    socket.once('data', () => done(args.includes('--alpn') && socket.alpnProtocol === false ? 'no ALPN' : 'ok'));
  });
}

/** What `openssl s_client` prints, told to verify chain and name. `more` are arguments of its own. */
export async function viaOpenssl(
  openssl: string,
  lab: Lab,
  target: LabTarget,
  more: readonly string[] = [],
): Promise<{ readonly text: string }> {
  const { host, port } = target;
  const { ca, cert, key, alpn, at } = settingsOf(lab, target);
  const name = more.includes('-noservername') ? [] : ['-servername', host, '-verify_hostname', host];
  const args = [
    ...['s_client', '-connect', `127.0.0.1:${port}`, ...name],
    // OpenSSL 3.0 would still take TLS 1.0.
    ...['-min_protocol', 'TLSv1.2', '-CAfile', ca, '-verify_return_error', '-ign_eof', '-cipher', CIPHERS],
    ...(alpn.length === 0 ? [] : ['-alpn', alpn.join(',')]),
    ...(cert === undefined ? [] : ['-cert', cert, '-cert_chain', cert]),
    ...(key === undefined ? [] : ['-key', key]),
    ...(at === 0 ? [] : ['-attime', `${Math.floor((Date.now() + at * DAY) / 1000)}`]),
    ...more,
  ];
  const { stdout, stderr } = await run(openssl, args, { stdin: REQUEST, timeout: SILENCE });
  return { text: stdout + stderr };
}
