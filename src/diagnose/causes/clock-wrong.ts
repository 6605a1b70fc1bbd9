import type { Cause } from '../cause.ts';
import { bytesOf, certificateFinding, type LocatedProblem, problemsOf } from '../certificates.ts';
import type { AddressFacts, Facts, HandshakeProbe } from '../facts.ts';
import type { Finding, FindingCode } from '../finding.ts';
import { probeWith, proofByHandshake } from '../handshakes.ts';
import { curl } from '../reproduce.ts';
import type { Run } from '../run.ts';
import { duration, instant } from '../words.ts';

const MINUTE = 60_000;

/** The two faults that a clock alone can make. */
const OF_TIME: ReadonlySet<FindingCode> = new Set(['CERT_EXPIRED', 'CERT_NOT_YET_VALID']);

/** What other clients print of a certificate that is not valid yet, whatever its cause. */
export const NOT_YET_VALID: Cause['alsoKnownAs'] = [
  { client: 'openssl', text: 'certificate is not yet valid' },
  { client: 'curl', text: 'certificate is not yet valid' },
  { client: 'Node.js', text: 'CERT_NOT_YET_VALID' },
  { client: 'Go', text: 'certificate has expired or is not yet valid' },
  { client: 'Chrome', text: 'ERR_CERT_DATE_INVALID' },
  { client: 'Firefox', text: 'MOZILLA_PKIX_ERROR_NOT_YET_VALID_CERTIFICATE' },
];

/** By one clock a certificate is valid, by the other it is not. */
export const clockWrong: Cause = {
  code: 'CLOCK_WRONG',
  severity: 'error',
  step: 'cert',
  title: 'a clock is wrong',
  meaning:
    "By this machine's clock a certificate is not valid, by the server's it is, and nothing else is wrong with the chain. A certificate that is not valid yet was issued before it was served, so then it is this machine's clock that is behind. One that expired may be served by a machine whose own clock is behind: which of the two is wrong, a third clock tells. With `--at` the time is the user's and never wrong.",
  provedBy:
    "The Date of the server's HTTP answer. A handshake that was refused has no HTTP, so one more is completed without trusting the peer: it sends no client certificate and no request but `HEAD /`, and nothing that it brings makes a chain trusted. Whoever answers could lie about the time and gain another wording of the same failure.",
  remedy: 'Compare both clocks with a third, and set the wrong one.',
  alsoKnownAs: NOT_YET_VALID,
  asks(address, { run, addresses }) {
    // Another address whose certificate is accepted by this clock says that it is not so wrong.
    const isFine = addresses.some(({ chain }) => chain?.trusted === true);
    return run.settings.http && !isFine && isQuestionOfTime(address, run) ? ['handshake:verdict:none'] : [];
  },
  evaluate: (facts) =>
    [...OF_TIME].flatMap((code) =>
      problemsOf(facts, code).flatMap((located) => {
        const witness = witnessOf(facts, located.address);
        return witness === undefined ? [] : finding(facts, located, witness);
      }),
    ),
};

/** The clock of the server, where the certificate is valid by it. */
interface Witness {
  readonly probe: HandshakeProbe;
  /** What it says, and what this machine's says at the same time: epoch milliseconds. */
  readonly date: number;
  readonly local: number;
}

/** Whether what looks like a fault of a certificate is one of a clock. */
export function isOfClock(facts: Facts, { address }: LocatedProblem): boolean {
  return witnessOf(facts, address) !== undefined;
}

function witnessOf(facts: Facts, address: AddressFacts): Witness | undefined {
  const probe = probeWith(address, 'handshake:verdict:none');
  const date = httpDate(probe?.http?.headers.date);
  if (probe?.http === undefined || date === undefined || !isQuestionOfTime(address, facts.run)) return undefined;
  const isValid = (address.chain?.path ?? []).every(({ notBefore, notAfter }) => notBefore <= date && date <= notAfter);
  return isValid ? { probe, date, local: facts.run.startedAt + probe.http.at } : undefined;
}

/** The time of day is nobody's but this machine's, and everything else of the chain is right. */
function isQuestionOfTime({ chain }: AddressFacts, run: Run): boolean {
  const problems = chain?.problems ?? [];
  return run.clock === run.startedAt && problems.length > 0 && problems.every(({ code }) => OF_TIME.has(code));
}

function finding(facts: Facts, located: LocatedProblem, { probe, date, local }: Witness): Finding {
  const { address, problem, certificate } = located;
  // To the minute: the Date counts whole seconds, and the answer took some time.
  const apart = duration(Math.round((date - local) / MINUTE) * MINUTE);
  const isBehind = problem.code === 'CERT_NOT_YET_VALID';
  const [notBefore, notAfter] = [certificate?.notBefore ?? 0, certificate?.notAfter ?? 0];
  const fault = isBehind
    ? `the clock of this machine is ${apart} behind that of the server`
    : `the clocks of this machine and of the server are ${apart} apart`;
  const target = { ...facts.run.target, path: '/' };
  return certificateFinding(clockWrong, facts, located, {
    title: `${fault}, and by the server's the certificate is valid`,
    fault,
    evidence: [
      ...bytesOf(located, isBehind ? 'notBefore' : 'notAfter', instant(isBehind ? notBefore : notAfter), 2),
      {
        kind: 'table',
        rows: [
          { label: 'this machine', value: instant(local), source: 'its clock' },
          { label: 'the server', value: instant(date), source: 'Date of its HTTP answer, unauthenticated' },
          {
            label: 'valid',
            value: `${instant(notBefore)} to ${instant(notAfter)}`,
            source: certificate?.name ?? 'certificate',
          },
        ],
      },
    ],
    proof: proofByHandshake(facts, address, probe, {
      before: isBehind ? 'not valid yet' : 'expired',
      after: `Date ${instant(date)}`,
    }),
    notes: isBehind
      ? []
      : ["if this machine's clock is right, the certificate expired and the server's clock is behind"],
    fix: {
      text: isBehind
        ? 'set the clock of this machine by a time server'
        : `compare both clocks with a third and set the wrong one; if that is the server's at ${address.address}, renew its certificate too`,
      commands: ['date -u'],
    },
    reproduce: [
      `${curl({ ...facts, run: { ...facts.run, target } }, address, '-kI')} 2>&1 | grep -i '^< date:'; date -u`,
    ],
  });
}

/** The preferred form of HTTP's dates (RFC 9110 section 5.6.7); the obsolete ones count as absent. */
function httpDate(text: string | undefined): number | undefined {
  if (text === undefined || !/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text))
    return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
