import { parseIp } from '../../x509/index.ts';

/** Where an address leads, as far as it matters for who may send this machine there. */
export type Reach = 'public' | 'loopback' | 'private' | 'link-local' | 'reserved';

/**
 * IANA's special-purpose addresses (https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-), and
 * multicast: everything that is not reached over the internet.
 */
const RANGES: Readonly<Record<Exclude<Reach, 'public'>, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', 'fec0::/10'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
  reserved: [
    ...['0.0.0.0/8', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '198.18.0.0/15', '198.51.100.0/24'],
    ...['203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
    // Those of IPv6 that carry an IPv4 address, in their own way or through a translator, are not looked into.
    ...[
      '::/96',
      '::ffff:0:0/96',
      '64:ff9b::/96',
      '64:ff9b:1::/48',
      '100::/64',
      '2001::/23',
      '2001:db8::/32',
      '2002::/16',
    ],
    ...['3fff::/20', '5f00::/16', 'ff00::/8'],
  ],
};

interface Range {
  readonly reach: Reach;
  readonly network: Uint8Array;
  readonly bits: number;
}

const NETWORKS: readonly Range[] = Object.entries(RANGES).flatMap(([reach, ranges]) =>
  ranges.map((range) => rangeOf(reach as Reach, range)),
);

/** Where an IP address leads; `reserved` for what is none. A scope (`%eth0`) makes it link-local. */
export function reachOf(address: string): Reach {
  if (address.includes('%')) return 'link-local';
  const bytes = parseIp(address);
  if (bytes === undefined) return 'reserved';
  return NETWORKS.find((range) => contains(range, bytes))?.reach ?? 'public';
}

/**
 * Whether a certificate of `peer` may send this machine to `address`. Whoever is on the internet must not have it speak
 * to what only this machine can reach; a peer that is there itself gains nothing by it.
 */
export function mayFetchFrom(address: string, peer: string): boolean {
  const reach = reachOf(address);
  return reach === 'public' || (reach !== 'reserved' && reach === reachOf(peer));
}

function rangeOf(reach: Reach, range: string): Range {
  const [address = '', bits] = range.split('/');
  const network = parseIp(address);
  if (network === undefined) throw new RangeError(`not a network: ${range}`);
  return { reach, network, bits: Number(bits) };
}

function contains({ network, bits }: Range, address: Uint8Array): boolean {
  if (network.length !== address.length) return false;
  for (let bit = 0; bit < bits; bit++) {
    const mask = 0x80 >> (bit & 7);
    if (((network[bit >> 3] ?? 0) & mask) !== ((address[bit >> 3] ?? 0) & mask)) return false;
  }
  return true;
}
