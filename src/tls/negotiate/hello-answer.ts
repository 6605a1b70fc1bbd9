import { ask, type Next } from '../machine.ts';
import type { ClientHelloSummary, Credential } from '../requests.ts';
import { candidatesFor, chooseAlpn, noCertificate } from './parameters.ts';
import type { ServerSetup } from './server-setup.ts';
import { checkAlpn } from './settings.ts';

/** What a server answers a ClientHello with. */
export interface HelloAnswer {
  /** Those for the client's name, or all where none is. None where pre-shared keys have to do. */
  readonly credentials: readonly Credential[];
  /** The application protocol, if there is one. */
  readonly protocol: string | undefined;
}

/** Takes the configuration's credentials and protocols, or asks for them, and goes on. */
export function withHelloAnswer<S>(
  { config, settings }: ServerSetup,
  summary: ClientHelloSummary,
  then: (answer: HelloAnswer) => Next<S>,
): Next<S> {
  const proceed = (credentials: readonly Credential[], alpn: readonly string[], rejectUnknownName: boolean) =>
    then({
      credentials: candidatesFor(credentials, summary.serverName, rejectUnknownName),
      protocol: chooseAlpn(alpn, summary.alpn),
    });
  if (config.credentials !== 'ask') {
    return proceed(config.credentials, settings.alpn, config.rejectUnknownName === true);
  }
  return ask('client_hello', summary, (answer) => {
    const { credentials, alpn = settings.alpn } =
      answer === null ? { credentials: [] } : 'chain' in answer ? { credentials: [answer] } : answer;
    if (credentials.length === 0 && config.psks === undefined) throw noCertificate(summary.serverName);
    checkAlpn(alpn, 'internal_error');
    return proceed(credentials, alpn, false);
  });
}
