import type { Target } from './target.ts';
import { certificates } from './targets/certificates.ts';
import { chains } from './targets/chains.ts';
import { derReader } from './targets/der.ts';
import { extensions } from './targets/extensions.ts';
import { flights } from './targets/flights.ts';
import { handshakeFrames } from './targets/handshake-frames.ts';
import { privateKeys, publicKeys } from './targets/keys.ts';
import { messages } from './targets/messages.ts';
import { peers } from './targets/peers.ts';
import { pem } from './targets/pem.ts';
import { published } from './targets/published.ts';
import { records } from './targets/records.ts';
import { savedRuns } from './targets/saved-runs.ts';
import { serverFlights } from './targets/server-flights.ts';
import { sessions } from './targets/sessions.ts';

/** Everything that takes bytes of others. */
export const targets: readonly Target[] = [
  ...flights,
  ...peers,
  records,
  handshakeFrames,
  ...messages,
  ...extensions,
  derReader,
  certificates,
  chains,
  published,
  publicKeys,
  privateKeys,
  pem,
  savedRuns,
  serverFlights,
  sessions,
];
