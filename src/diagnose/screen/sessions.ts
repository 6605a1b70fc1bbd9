import { type Line, type Style, styled } from '../../explain/index.ts';
import type { Facts } from '../facts.ts';
import { type GivenSession, type ResumptionTry, type Sessions, sessionsOf } from '../sessions.ts';
import { count, duration, listed } from '../words.ts';

/** How many connections of a run offered a session. */
export function triesIn({ addresses }: Facts): number {
  return addresses.reduce((sum, address) => sum + (sessionsOf(address)?.tries.length ?? 0), 0);
}

/** Whether the server resumes, at the addresses where that was tried; or why it was not. */
export function sessionLines({ addresses, run }: Facts): Line[] {
  if (run.settings.resumption !== true) return [];
  const seen = addresses.flatMap((address) => {
    const sessions = sessionsOf(address);
    return sessions === undefined ? [] : [{ address, sessions }];
  });
  const tried = seen.filter(({ sessions }) => sessions.tries.length > 0);
  return (tried.length > 0 ? tried : seen.slice(0, 1)).map(({ address, sessions }) => {
    const [sign, style] = markOf(sessions);
    return ['  SESS  ', styled(style, sign), ` ${textOf(sessions)}${seen.length > 1 ? ` (${address.address})` : ''}`];
  });
}

function markOf({ given, tries }: Sessions): readonly [sign: string, style: Style] {
  if (given === undefined) return ['–', 'dim'];
  if (tries.some(({ outcome }) => outcome === 'refused' || outcome === 'failed')) return ['▲', 'warn'];
  return tries.some(({ outcome }) => outcome === 'resumed') ? ['✔', 'good'] : ['–', 'dim'];
}

function textOf({ given, tries }: Sessions): string {
  if (given === undefined) return 'no session is given: every connection is a full handshake';
  const early = tries.find(({ earlyData }) => earlyData !== undefined)?.earlyData;
  const isTls13 = tries.some(({ probe }) => probe.negotiated.version === 'TLS 1.3');
  const offers = tries.filter(isResumption);
  return [
    offers.length === 0 ? 'not tried' : listed(offers.map((one) => tryText(one, offers.length === 1))),
    givenText(given),
    ...(isTls13 || given.maxEarlyData > 0 ? [earlyText(given, early)] : []),
  ].join(' · ');
}

/** The connection with 0-RTT data resumes what another has resumed before. */
function isResumption({ probe }: ResumptionTry): boolean {
  return probe.change !== 'handshake:session:early_data';
}

function tryText({ probe, outcome, group }: ResumptionTry, isAlone: boolean): string {
  const word = outcome === 'unknown' ? 'not measured' : outcome;
  const key =
    outcome === 'resumed' && isAlone ? `, ${group === undefined ? 'no fresh key' : `fresh ${group} key`}` : '';
  return `${word}${key} (connection ${probe.tcp.connection})`;
}

function givenText({ kind, count: number, lifetime }: GivenSession): string {
  const what = kind === 'ticket' ? count(number, 'ticket') : 'session id';
  return lifetime === undefined ? what : `${what}, ${duration(lifetime * 1000)}`;
}

function earlyText({ maxEarlyData }: GivenSession, sent: ResumptionTry['earlyData']): string {
  if (maxEarlyData === 0) return 'no 0-RTT';
  const announced = `0-RTT up to ${maxEarlyData} B`;
  return sent === undefined ? `${announced} announced` : `${announced}, ${sent}`;
}
