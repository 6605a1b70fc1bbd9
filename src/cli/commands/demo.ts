import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { causeOf, quote } from '../../diagnose/index.ts';
import { type Line, styled } from '../../explain/index.ts';
import { type Lab, type LabEndpoint, type LabTarget, startLab } from '../../lab/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { gate } from '../gate.ts';
import type { Io } from '../io.ts';
import { progressLine } from '../progress.ts';
import { paint, wantsColor } from '../terminal.ts';
import { type FoundFinding, isNamedAndProved, proofText } from './demo-verdict.ts';

/** The command as it is built, for a process of its own. */
const COMMAND = join(import.meta.dirname, '../../../bin/hellofin.js');

/** How a child process ended. */
interface Ended {
  /** `null` for one that could not be started or was killed. */
  readonly code: number | null;
  readonly stdout: string;
}

const NOT_RUN: Ended = { code: null, stdout: '' };

/** What the command's JSON says of a target, as far as the demo looks at it. */
interface Result {
  readonly status: string;
  readonly connections?: number;
  readonly findings?: readonly FoundFinding[];
}

/** By the text of the target. */
type Results = ReadonlyMap<string, Result>;

/** `hellofin demo`: the tour over the lab. */
export async function demoCommand(io: Io): Promise<ExitCode> {
  const lab = await startLab();
  io.onInterrupt(() => lab.close());
  try {
    return await runDemo(lab, io);
  } finally {
    await lab.close();
  }
}

/**
 * Runs the built command against every endpoint of a lab and shows what it says; against the repaired twins too.
 * @returns 0 when every cause was named and proved and no twin has a finding, 1 otherwise
 */
export async function runDemo(lab: Lab, io: Io): Promise<ExitCode> {
  const color = wantsColor('auto', { isTTY: io.stdout.isTTY === true, env: io.env });
  const say = (...lines: readonly Line[]) => io.print(paint(lines, { color, plain: false }));
  const progress = progressLine(io.stderr, io.env.TERM);
  const tour = new Tour(lab, color, io.env);
  io.onInterrupt(() => tour.stop());
  try {
    say(
      ['The lab serves on loopback, broken on purpose. Each command below also has'],
      [`--ca ${lab.caFile} --resolver ${lab.resolver}`],
      [],
    );
    const running = lab.endpoints.map((endpoint) => tour.screen(endpoint));
    const results = tour.results(
      lab.endpoints.flatMap((one) => [one, ...(one.repaired === null ? [] : [one.repaired])]),
    );
    const screens: Ended[] = [];
    for (const [index, endpoint] of lab.endpoints.entries()) {
      progress.show(`${index + 1} of ${lab.endpoints.length}: ${endpoint.target}`);
      const screen = (await running[index]) ?? NOT_RUN;
      progress.clear();
      screens.push(screen);
      say([styled('dim', `$ hellofin ${[endpoint.target, ...endpoint.args.map(quote)].join(' ')}`)]);
      io.print(screen.stdout);
      say([]);
    }
    return verdict(lab, screens, await results, say);
  } finally {
    tour.stop();
  }
}

/** The processes of a demo: some at once, as each is mostly waiting for an answer or starting up. */
class Tour {
  readonly #lab: Lab;
  readonly #color: boolean;
  readonly #env: Io['env'];
  readonly #pass = gate(Math.max(2, availableParallelism()));
  readonly #children = new Set<ChildProcess>();
  #isStopped = false;

  constructor(lab: Lab, color: boolean, env: Io['env']) {
    this.#lab = lab;
    this.#color = color;
    this.#env = env;
  }

  /** Ends what runs; what has not begun does not begin. */
  stop(): void {
    this.#isStopped = true;
    for (const child of this.#children) child.kill();
  }

  /** What `check` shows of an endpoint. */
  screen(endpoint: LabEndpoint): Promise<Ended> {
    const color = this.#color ? ['--color', 'always'] : [];
    return this.#pass(() => this.#run([...this.#arguments([endpoint], endpoint.args), ...color]));
  }

  /** What `check --json` says of targets: those that need the same arguments are checked by one process. */
  async results(targets: readonly LabTarget[]): Promise<Results> {
    const groups = new Map<string, LabTarget[]>();
    for (const target of targets) {
      const key = JSON.stringify(target.args);
      groups.set(key, [...(groups.get(key) ?? []), target]);
    }
    const entries = [...groups.values()].map((group) =>
      this.#pass(async () => {
        const { stdout } = await this.#run([...this.#arguments(group, group[0]?.args ?? []), '--json']);
        const results = resultsIn(stdout);
        return group.flatMap(({ target }, index): [string, Result][] => {
          const result = results[index];
          return result === undefined ? [] : [[target, result]];
        });
      }),
    );
    return new Map((await Promise.all(entries)).flat());
  }

  #arguments(targets: readonly LabTarget[], args: readonly string[]): string[] {
    const { caFile, resolver } = this.#lab;
    // What an endpoint brings along comes last: it may name another CA.
    return ['check', ...targets.map(({ target }) => target), '--ca', caFile, '--resolver', resolver, ...args];
  }

  #run(args: readonly string[]): Promise<Ended> {
    if (this.#isStopped) return Promise.resolve(NOT_RUN);
    const env = { ...this.#env };
    const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'inherit'], env });
    this.#children.add(child);
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    return new Promise((resolve) => {
      const end = (code: number | null) => {
        this.#children.delete(child);
        resolve({ code, stdout: Buffer.concat(chunks).toString() });
      };
      child.once('error', () => end(null));
      child.once('close', end);
    });
  }
}

function verdict(
  { endpoints }: Lab,
  screens: readonly Ended[],
  results: Results,
  say: (...lines: readonly Line[]) => void,
): ExitCode {
  const isRight = endpoints.map((endpoint, index) => isToldRight(endpoint, screens[index] ?? NOT_RUN, results));
  const rows = endpoints.map(({ target, cause }): readonly string[] => {
    const findings = results.get(target)?.findings ?? [];
    return [
      target,
      cause ?? 'none',
      findings.map(({ code }) => code).join(', ') || 'none',
      findings.map(proofText).join('; '),
    ];
  });
  const header = ['endpoint', 'true cause', 'cause found', 'proof'];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  say(
    [styled('strong', `  ${line(header)}`)],
    ...rows.map(
      (row, index): Line => [
        styled(isRight[index] === true ? 'good' : 'bad', isRight[index] === true ? '✔ ' : '✖ '),
        line(row),
      ],
    ),
    [],
  );
  const wrong = endpoints.filter((_, index) => isRight[index] !== true);
  const twins = endpoints.flatMap(({ repaired }) => repaired ?? []);
  const sick = twins.filter(({ target }) => {
    const { status, findings } = results.get(target) ?? {};
    return status !== 'healthy' || findings?.length !== 0;
  });
  const broken = endpoints.filter(({ cause }) => cause !== null).length;
  for (const { target, id } of wrong) say([styled('bad', `not named and proved: ${target} (${id})`)]);
  for (const { target } of sick) say([styled('bad', `repaired, and still with a finding: ${target}`)]);
  say([
    `${endpoints.length - wrong.length} of ${endpoints.length} endpoints told right, ${broken} of them with a cause`,
    ` to name and prove; ${twins.length - sick.length} of ${twins.length} repaired twins have no finding`,
  ]);
  return wrong.length + sick.length === 0 ? EXIT.ok : EXIT.finding;
}

/** Whether the screen and the JSON name the cause, the JSON proves it, and the exit code goes with it. */
function isToldRight(endpoint: LabEndpoint, { code, stdout }: Ended, results: Results): boolean {
  const { findings = [], connections = 0 } = results.get(endpoint.target) ?? {};
  const { cause, target } = endpoint;
  const isShown = stdout.includes(cause === null ? `${target} healthy` : `[${cause}]`);
  return isShown && code === expectedCode(endpoint) && isNamedAndProved(endpoint, findings, connections);
}

/** 1 for an error; a warning or a notice alone leaves 0. */
function expectedCode({ cause }: LabEndpoint): ExitCode {
  return cause !== null && causeOf(cause)?.severity === 'error' ? EXIT.finding : EXIT.ok;
}

function resultsIn(stdout: string): readonly Result[] {
  try {
    return (JSON.parse(stdout) as { readonly results?: readonly Result[] }).results ?? [];
  } catch {
    return [];
  }
}
