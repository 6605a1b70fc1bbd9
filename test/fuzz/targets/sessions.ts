/**
 * Any bytes give a session, of a client or of a server, or none; one that they give is written as the same bytes, and
 * whatever ticket a server is shown opens to what it sealed or to nothing.
 */
import { equal, toHex } from '../../../src/bytes/index.ts';
import { nodeCrypto } from '../../../src/crypto/node/index.ts';
import { decodeSession, encodeSession, type Session, TicketKeys } from '../../../src/tls/index.ts';
import { decodeServerSession, encodeServerSession } from '../../../src/tls/session/session.ts';
import { mutateBytes } from '../mutate.ts';
import { must, type Target } from '../target.ts';
import { certificateSeeds } from './certificates.ts';

const NOW = 1_790_000_000_000;
const keys = new TicketKeys(nodeCrypto, [{ name: new Uint8Array(16), key: new Uint8Array(32) }]);

function seeds(): Uint8Array[] {
  const [der = new Uint8Array(1)] = certificateSeeds();
  const session: Session = {
    version: 'TLS 1.3',
    cipherSuite: 0x1301,
    secret: new Uint8Array(32),
    serverName: 'server.test',
    alpn: 'h2',
    issued: NOW,
    authenticated: NOW,
    lifetime: 7200,
    ageAdd: 1,
    maxEarlyData: 0,
    peerCertificates: [{ der, ocspResponse: Uint8Array.of(1), scts: [Uint8Array.of(2)] }],
    extendedMasterSecret: false,
    ticket: Uint8Array.of(3),
    sessionId: new Uint8Array(0),
  };
  const server = encodeServerSession({ ...session, binding: new Uint8Array(32) });
  return [encodeSession(session), server, keys.seal(server, NOW)];
}

export const sessions: Target = {
  name: 'sessions',
  runs: 20_000,
  seeds,
  mutations: [mutateBytes],
  check(input) {
    const client = decodeSession(input);
    const server = decodeServerSession(input);
    must(client === undefined || server === undefined, 'a session of both ends');
    if (client !== undefined) must(equal(encodeSession(client), input), `${toHex(input)} is written otherwise`);
    if (server !== undefined) must(equal(encodeServerSession(server), input), `${toHex(input)} is written otherwise`);
    const opened = keys.open(input, NOW);
    must(opened === null || decodeServerSession(opened) !== undefined, 'a ticket that was never sealed');
    if (opened !== null) return 'ticket';
    return client === undefined ? `${server === undefined ? 'nothing' : 'server'}` : 'client';
  },
};
