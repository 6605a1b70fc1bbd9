import { type Line, ladderLines, styled } from '../../explain/index.ts';
import { fetchesOf } from '../aia.ts';
import { factsOf, type HandshakeProbe } from '../facts.ts';
import { handshakeText, httpText } from '../handshakes.ts';
import type { FetchObservation } from '../observations.ts';
import { describeAnswer } from '../probes/answer.ts';
import { changeOf } from '../probes/change.ts';
import { handshakeChangeOf, isSessionChange } from '../probes/handshake-change.ts';
import type { Run } from '../run.ts';
import { count } from '../words.ts';

/** The handshakes of a run, message by message; with `fields` every field with its bytes. Probes and fetches are one line each. */
export function messageLines(run: Run, detail: { readonly fields: boolean }): Line[] {
  const facts = factsOf(run);
  const handshakes = facts.addresses.flatMap((address) => [
    ...(address.tls === undefined
      ? []
      : [
          [styled('strong', `  ${address.endpoint}`), styled('dim', `, connection ${address.tcp.connection}`)],
          ...ladderLines(address.tls.events, detail),
        ]),
    ...[...address.exchanges, ...address.versionProbes].flatMap((exchange): Line[] => {
      const probe = `probe ${exchange.connection}, ${changeOf(exchange.change).name}:`;
      const { flight } = address;
      const read = flight?.exchange === exchange ? ladderLines(flight.events, detail) : [];
      return [[styled('dim', `  ${probe}`), ` ${describeAnswer(exchange)}`], ...read];
    }),
    ...address.handshakes.flatMap((probe) => [handshakeLine(probe), ...resumptionLines(probe, detail)]),
  ]);
  return [...handshakes, ...fetchesOf(facts).map(fetchLine)];
}

function handshakeLine(probe: HandshakeProbe): Line {
  const name = `probe ${probe.tcp.connection}, ${handshakeChangeOf(probe.change).name}:`;
  const http = probe.http === undefined ? '' : `, ${httpText(probe.http)}`;
  return [styled('dim', `  ${name}`), ` ${handshakeText(probe)}${http}`];
}

/** A handshake that offers a session is a picture of its own. */
function resumptionLines({ change, tls }: HandshakeProbe, detail: { readonly fields: boolean }): Line[] {
  return isSessionChange(change) && tls !== undefined ? ladderLines(tls.events, detail) : [];
}

function fetchLine({ connection, url, status, location, detail, certificates }: FetchObservation): Line {
  const name = connection === undefined ? 'fetch' : `fetch ${connection}`;
  let outcome = detail ?? status;
  if (status === 'found') outcome = count(certificates.length, 'certificate');
  if (location !== undefined) outcome = `${outcome} to ${location}`;
  return [styled('dim', `  ${name}, ${url}:`), ` ${outcome}`];
}
