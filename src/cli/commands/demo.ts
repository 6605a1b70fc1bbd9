import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
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

/** What came of one endpoint. */
interface Outcome {
  readonly screen: Ended;
  readonly findings: readonly FoundFinding[];
  readonly isRight: boolean;
}

/** The members of the command's JSON that the demo looks at. */
interface Document {
  readonly results?: readonly {
    readonly status: string;
    readonly connections?: number;
    readonly findings?: readonly FoundFinding[];
  }[];
}

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
  const folder = mkdtempSync(join(tmpdir(), 'hellofin-demo-'));
  const tour = new Tour(lab, folder, color, io.env);
  const clear = () => {
    tour.stop();
    // One that is just being ended may still write its file.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  };
  io.onInterrupt(clear);
  try {
    say(
      ['The lab serves on loopback, broken on purpose. Each command below also has'],
      [`--ca ${lab.caFile} --resolver ${lab.resolver}`],
      [],
    );
    const twins = tour.checkTwins();
    const outcomes = lab.endpoints.map((endpoint) => tour.check(endpoint));
    for (const [index, endpoint] of lab.endpoints.entries()) {
      progress.show(`${index + 1} of ${lab.endpoints.length}: ${endpoint.target}`);
      const { screen } = (await outcomes[index]) ?? { screen: { stdout: '' } };
      progress.clear();
      say([styled('dim', `$ hellofin ${[endpoint.target, ...endpoint.args.map(quote)].join(' ')}`)]);
      io.print(screen.stdout);
      say([]);
    }
    progress.show('the repaired twins');
    const sick = await twins;
    progress.clear();
    return verdict(lab, await Promise.all(outcomes), sick, say);
  } finally {
    clear();
  }
}

/** The processes of a demo: some at once, as each is mostly waiting for an answer or starting up. */
class Tour {
  readonly #lab: Lab;
  readonly #folder: string;
  readonly #color: boolean;
  readonly #env: Io['env'];
  readonly #pass = gate(Math.max(2, availableParallelism()));
  readonly #children = new Set<ChildProcess>();
  #isStopped = false;

  constructor(lab: Lab, folder: string, color: boolean, env: Io['env']) {
    this.#lab = lab;
    this.#folder = folder;
    this.#color = color;
    this.#env = env;
  }

  /** Ends what runs; what has not begun does not begin. */
  stop(): void {
    this.#isStopped = true;
    for (const child of this.#children) child.kill();
  }

  /** The screen of `check`, and the JSON of the run that it saved. */
  check(endpoint: LabEndpoint): Promise<Outcome> {
    const file = join(this.#folder, `${endpoint.id}.json`);
    return this.#pass(async () => {
      const color = this.#color ? ['--color', 'always'] : [];
      const screen = await this.#run([...this.#arguments([endpoint], endpoint.args), '--save', file, ...color]);
      const json = await this.#run(['explain', file, '--json']);
      const result = resultsOf(json)[0];
      const findings = result?.findings ?? [];
      const isRight =
        isNamedAndProved(endpoint, findings, result?.connections ?? 0) &&
        screen.code === expectedCode(endpoint) &&
        json.code === screen.code;
      return { screen, findings, isRight };
    });
  }

  /** Checks every repaired twin; gives those that have a finding. Those that need no arguments share a process. */
  async checkTwins(): Promise<LabTarget[]> {
    const groups = new Map<string, LabTarget[]>();
    for (const { repaired } of this.#lab.endpoints) {
      if (repaired === null) continue;
      const key = JSON.stringify(repaired.args);
      groups.set(key, [...(groups.get(key) ?? []), repaired]);
    }
    const sick = [...groups.values()].map((twins) =>
      this.#pass(async () => {
        const args = [...this.#arguments(twins, twins[0]?.args ?? []), '--json'];
        const results = resultsOf(await this.#run(args));
        return twins.filter((_, index) => {
          const { status, findings } = results[index] ?? {};
          return status !== 'healthy' || findings?.length !== 0;
        });
      }),
    );
    return (await Promise.all(sick)).flat();
  }

  #arguments(targets: readonly LabTarget[], args: readonly string[]): string[] {
    const { caFile, resolver } = this.#lab;
    // What an endpoint brings along comes last: it may name another CA.
    return ['check', ...targets.map(({ target }) => target), '--ca', caFile, '--resolver', resolver, ...args];
  }

  #run(args: readonly string[]): Promise<Ended> {
    if (this.#isStopped) return Promise.resolve({ code: null, stdout: '' });
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
  outcomes: readonly Outcome[],
  sick: readonly LabTarget[],
  say: (...lines: readonly Line[]) => void,
): ExitCode {
  const rows = endpoints.map((endpoint, index): readonly string[] => {
    const { findings = [] } = outcomes[index] ?? {};
    return [
      endpoint.target,
      endpoint.cause ?? 'none',
      findings.map(({ code }) => code).join(', ') || 'none',
      findings.map(proofText).join('; '),
    ];
  });
  const header = ['endpoint', 'true cause', 'cause found', 'proof'];
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const isRight = outcomes.map((one) => one.isRight);
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
  const twins = endpoints.filter(({ repaired }) => repaired !== null).length;
  const broken = endpoints.filter(({ cause }) => cause !== null).length;
  for (const { target, id } of wrong) say([styled('bad', `not named and proved: ${target} (${id})`)]);
  for (const { target } of sick) say([styled('bad', `repaired, and still with a finding: ${target}`)]);
  say([
    `${endpoints.length - wrong.length} of ${endpoints.length} endpoints told right, ${broken} of them with a cause`,
    ` to name and prove; ${twins - sick.length} of ${twins} repaired twins have no finding`,
  ]);
  return wrong.length + sick.length === 0 ? EXIT.ok : EXIT.finding;
}

/** 1 for an error; a warning or a notice alone leaves 0. */
function expectedCode({ cause }: LabEndpoint): ExitCode {
  return cause !== null && causeOf(cause)?.severity === 'error' ? EXIT.finding : EXIT.ok;
}

function resultsOf({ stdout }: Ended): NonNullable<Document['results']> {
  try {
    return (JSON.parse(stdout) as Document).results ?? [];
  } catch {
    return [];
  }
}
