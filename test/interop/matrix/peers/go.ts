/** Go's crypto/tls. */
import type { GroupName } from '../../../../src/crypto/index.ts';
import { goPeer } from '../../go-peer.ts';
import { presenting } from '../../openssl.ts';
import type { ClientOrder, Peer, ServerOrder } from '../peer.ts';
import type { Fact } from '../scenarios.ts';
import { scripted } from './scripted.ts';

const CANNOT = {
  early: 'crypto/tls has 0-RTT for QUIC only',
  later: 'crypto/tls does not do it',
};
const NO_UPDATE = 'crypto/tls answers a KeyUpdate, and can not be told to start one';

/** What it is called in `CurvePreferences`. */
const CURVES: { readonly [G in GroupName]?: string } = { secp256r1: 'P256', secp384r1: 'P384', x25519: 'X25519' };

/** The one of Debian trixie, or of a suite that is newer. */
export function goOf(name: 'go' | 'gonext'): Peer {
  // ConnectionState has CurveID since Go 1.25, HelloRetryRequest since 1.26.
  const silent: readonly Fact[] = name === 'go' ? ['group', 'retried', 'updated'] : ['updated'];
  return {
    name: 'Go',
    programs: [name],
    version: [['version'], /go(\d\S+)/],
    isOptional: name === 'gonext',
    ...scripted(
      async (order) => {
        const { material, certificate, staple, timestamps } = order;
        const args = [
          ...presenting(material.server),
          ...(certificate === undefined ? [] : ['-clientca', material.caFile]),
          ...(staple ? ['-staple', material.stapleFile] : []),
          ...(timestamps ? ['-timestamp', Buffer.from(material.timestamp).toString('hex')] : []),
        ];
        return [await goPeer(name), ['server', ...args, ...common(order)]];
      },
      async (order) => {
        const { material, port, visits, certificate, isUpdated } = order;
        const args = [
          ...['-addr', `127.0.0.1:${port}`, '-ca', material.caFile, '-times', `${visits}`],
          ...(certificate === undefined ? [] : presenting(material.client)),
          ...(isUpdated ? ['-again'] : []),
        ];
        return [await goPeer(name), ['client', ...args, ...common(order)]];
      },
      {
        server: {
          cannot: { ...CANNOT, 'server-update': NO_UPDATE, stored: 'a server of crypto/tls keeps none' },
          silent,
        },
        client: { cannot: { ...CANNOT, 'client-update': NO_UPDATE }, silent },
      },
    ),
  };
}

function common({ version, alpn, groups }: ServerOrder | ClientOrder): readonly string[] {
  return [
    version === 'TLS 1.2' ? '-max12' : '-min13',
    ...(alpn === undefined ? [] : ['-alpn', alpn.join(',')]),
    ...(groups === undefined ? [] : ['-curves', groups.map((group) => CURVES[group] ?? group).join(',')]),
  ];
}
