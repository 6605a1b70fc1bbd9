/** Every peer of the matrix, in the order of the docs. */
import type { Peer } from '../peer.ts';
import { chromium } from './chromium.ts';
import { curlOf } from './curl.ts';
import { gnutlsOf } from './gnutls.ts';
import { goOf } from './go.ts';
import { java } from './java.ts';
import { nginxOf } from './nginx.ts';
import { nodeOf } from './node.ts';
import { opensslOf } from './openssl.ts';

/** See {@link Peer}. */
export const PEERS: readonly Peer[] = [
  opensslOf('openssl'),
  opensslOf('openssl35'),
  opensslOf('openssl40'),
  gnutlsOf(''),
  gnutlsOf('38'),
  goOf('go'),
  goOf('gonext'),
  java,
  nodeOf(20, false),
  nodeOf(22, true),
  nodeOf(24, true),
  nodeOf(26, false),
  nginxOf('nginx'),
  nginxOf('nginx126'),
  curlOf('curl'),
  curlOf('curlnext'),
  chromium,
];
