import type { HandshakeContext } from '../../context.ts';
import { ask, type Next } from '../../machine.ts';
import type { ClientHello } from '../../messages/client-hello.ts';
import type { ServerSetup } from '../../negotiate/server-setup.ts';
import type { Tls13Suite } from '../../registry/cipher-suites.ts';
import { EXTENSION_TYPES } from '../../registry/extension-types.ts';
import type { ChosenPsk } from './choose-psk.ts';

/** Milliseconds that the two ends may disagree about a ticket's age (RFC 8446 section 8.3 has ten seconds). */
const WINDOW = 10_000;

/**
 * Whether to take the 0-RTT data of a ClientHello that offers some. It has to come with the first key, under just what
 * that key's session agreed on, at the time that the client says, and once: the last is asked for (RFC 8446 sections
 * 4.2.10 and 8).
 */
export function takesEarlyData<S>(
  context: HandshakeContext,
  { config }: ServerSetup,
  { extensions }: ClientHello,
  psk: ChosenPsk,
  suite: Tls13Suite,
  protocol: string | undefined,
  then: (takes: boolean) => Next<S>,
): Next<S> {
  const { sessions } = config;
  const { session } = psk;
  if (!extensions.has(EXTENSION_TYPES.early_data) || sessions?.earlyData === undefined) return then(false);
  if (session === undefined || psk.index !== 0) return then(false);
  const isSame = session.cipherSuite === suite.code && session.alpn === protocol;
  if (!isSame || session.maxEarlyData === 0 || context.info.helloRetryRequest) return then(false);
  const { window = WINDOW } = sessions.earlyData;
  if (Math.abs(psk.ageSkew) > window) return then(false);
  const question = {
    id: context.crypto.digest('sha256', psk.identity),
    issued: session.issued,
    // Later, the same ClientHello is refused for its age.
    until: sessions.now() + psk.ageSkew + window,
  };
  return ask('early_data', question, (isFirst) => {
    // Exactly true: an answer from untyped code that is merely truthy takes nothing twice.
    if (isFirst !== true) return then(false);
    context.earlyDataLeft = session.maxEarlyData;
    return then(true);
  });
}
