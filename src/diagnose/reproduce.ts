/** Commands of other tools that show a colleague the same symptom. Nothing from the network goes into them. */
import type { AddressFacts, Facts } from './facts.ts';
import { endpointText } from './target.ts';

/** Where one version alone was offered. */
const OPENSSL_FLAGS: Readonly<Record<string, string>> = { 'TLS 1.3': '-tls1_3', 'TLS 1.2': '-tls1_2' };
const CURL_FLAGS: Readonly<Record<string, string>> = { 'TLS 1.3': '--tlsv1.3', 'TLS 1.2': '--tls-max 1.2' };

/** `openssl s_client` to one address. `options` go behind, `pipe` after it. */
export function opensslClient(facts: Facts, address: AddressFacts, options = '', pipe = ''): string {
  return `${opensslWords(facts, address, options)} </dev/null${pipe === '' ? '' : ` | ${pipe}`}`;
}

/** The same twice: the first waits a second for a session, which the second offers. */
export function opensslResumption(facts: Facts, address: AddressFacts): string {
  const first = opensslWords(facts, address, '-sess_out session.pem');
  const second = opensslClient(facts, address, '-sess_in session.pem', "grep -E '^(New|Reused),'");
  return `sleep 1 | ${first} >/dev/null && ${second}`;
}

function opensslWords(facts: Facts, address: AddressFacts, options: string): string {
  const { input, caFile } = facts.run.settings;
  const flag = OPENSSL_FLAGS[options.includes('-tls1') ? '' : (input.versions?.join() ?? '')];
  return [
    `openssl s_client -connect ${quote(endpointText(address.address, address.port))}`,
    input.serverName === undefined ? '-noservername' : `-servername ${quote(input.serverName)}`,
    ...(caFile === undefined ? [] : [`-CAfile ${quote(caFile)}`]),
    ...(flag === undefined ? [] : [flag]),
    ...(options === '' ? [] : [options]),
  ].join(' ');
}

/** `curl` to one address under the target's name. */
export function curl(facts: Facts, address: AddressFacts, options = ''): string {
  const { target, settings } = facts.run;
  const { serverName, versions } = settings.input;
  const flags = CURL_FLAGS[versions?.join() ?? ''];
  const host = serverName ?? target.host;
  return [
    'curl -sv -o /dev/null',
    ...(host === address.address ? [] : [`--connect-to ::${quote(endpointText(address.address, address.port))}`]),
    ...(settings.caFile === undefined ? [] : [`--cacert ${quote(settings.caFile)}`]),
    ...(flags === undefined ? [] : [flags]),
    ...(options === '' ? [] : [options]),
    quote(`https://${endpointText(host, target.port)}${target.path}`),
  ].join(' ');
}

/** A command of this program for one address of the target, with the flags that say where and by what it is judged. */
export function hellofinCommand(facts: Facts, address: AddressFacts, command: string): string {
  const { target, settings } = facts.run;
  const { identity, caFile, connect } = settings;
  const isOneOfMany = facts.addresses.length > 1 || connect !== undefined;
  const resolver = facts.dns?.resolver ?? 'system';
  const flags = [
    identity === target.host ? undefined : `--sni ${quote(identity)}`,
    isOneOfMany ? `--connect ${quote(endpointText(address.address, address.port))}` : undefined,
    caFile === undefined ? undefined : `--ca ${quote(caFile)}`,
    resolver === 'system' ? undefined : `--resolver ${quote(resolver)}`,
  ];
  const place = target.port === 443 ? target.host : endpointText(target.host, target.port);
  return ['hellofin', command, quote(place), ...flags.filter((flag) => flag !== undefined)].join(' ');
}

/** A word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
