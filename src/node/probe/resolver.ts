import { lookup, Resolver as NodeResolver } from 'node:dns';
import { isIP } from 'node:net';
import { type DnsRecords, type DnsStatus, InputError, parsePort, type Resolver } from '../../diagnose/index.ts';

type RecordType = DnsRecords['type'];

const TYPE: Readonly<Record<4 | 6, RecordType>> = { 4: 'A', 6: 'AAAA' };

/** What c-ares and getaddrinfo call their failures. */
const STATUS: Readonly<Record<string, DnsStatus>> = {
  ENODATA: 'nodata',
  EAI_NODATA: 'nodata',
  ESERVFAIL: 'servfail',
  EREFUSED: 'refused',
  ECONNREFUSED: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
};

/**
 * The resolver of a `--resolver` value: the system's when there is none, `IP[:PORT]` or `udp://IP[:PORT]` otherwise.
 * @throws InputError
 */
export function resolverOf(url: string | undefined): Resolver {
  if (url === undefined) return systemResolver;
  // A bare IPv6 address has colons of its own.
  const text = isIP(url) === 6 ? `[${url}]` : url;
  const parts = /^(?:udp:\/\/)?(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d+))?\/?$/.exec(text);
  const address = parts?.[1] ?? parts?.[2] ?? '';
  if (isIP(address) === 0) throw new InputError(`--resolver ${url}: expected IP, IP:PORT or udp://IP:PORT`);
  const port = parsePort(parts?.[3] ?? '53', '--resolver');
  return udpResolver(isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`);
}

/** getaddrinfo: hosts file, search domains and all, as most programs resolve. */
const systemResolver: Resolver = {
  name: 'system',
  resolve(name, families, timeout) {
    return new Promise((resolve) => {
      const failed = (status: DnsStatus, detail?: string) =>
        resolve(families.map((family) => records(TYPE[family], status, [], detail)));
      // getaddrinfo can not be called off: its late answer finds nobody.
      const timer = setTimeout(() => failed('timeout'), timeout);
      lookup(
        name,
        { all: true, family: families.length === 1 ? (families[0] ?? 0) : 0, verbatim: true },
        (error, found) => {
          clearTimeout(timer);
          if (error !== null) {
            const code = error.code ?? '';
            failed(code === 'ENOTFOUND' ? 'not_found' : (STATUS[code] ?? 'failed'), code);
            return;
          }
          resolve(
            families.map((family) => {
              const addresses = found.filter((one) => one.family === family).map(({ address }) => address);
              return records(TYPE[family], addresses.length > 0 ? 'answer' : 'not_found', addresses);
            }),
          );
        },
      );
    });
  },
};

function udpResolver(server: string): Resolver {
  return {
    name: `udp://${server}`,
    resolve(name, families, timeout) {
      // One try in half of the time and one more: a lost packet is no answer of the name.
      const resolver = new NodeResolver({ timeout: Math.max(Math.floor(timeout / 2), 1), tries: 2 });
      resolver.setServers([server]);
      return Promise.all(families.map((family) => ask(resolver, name, TYPE[family])));
    },
  };
}

function ask(resolver: NodeResolver, name: string, type: RecordType): Promise<DnsRecords> {
  return new Promise((resolve) => {
    resolver.resolve(name, type, (error, addresses) => {
      if (error === null) {
        resolve(records(type, addresses.length > 0 ? 'answer' : 'nodata', addresses));
        return;
      }
      const code = error.code ?? '';
      resolve(records(type, code === 'ENOTFOUND' ? 'nxdomain' : (STATUS[code] ?? 'failed'), [], code));
    });
  });
}

function records(type: RecordType, status: DnsStatus, addresses: readonly string[], detail?: string): DnsRecords {
  return detail === undefined ? { type, status, addresses } : { type, status, addresses, detail };
}
