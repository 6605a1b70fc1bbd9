import { quote } from '../../diagnose/index.ts';
import { type Line, styled } from '../../explain/index.ts';
import { type Lab, startLab } from '../../lab/index.ts';
import { jsonDocument } from '../document.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { paint, wantsColor } from '../terminal.ts';

/** The flags of `lab`. */
export interface LabFlags {
  readonly json?: boolean;
}

/** `hellofin lab`: serves until it is interrupted. */
export async function labCommand(flags: LabFlags, io: Io): Promise<ExitCode> {
  const lab = await startLab();
  io.onInterrupt(() => lab.close());
  io.print(flags.json === true ? labDocument(lab) : screen(lab, io));
  if (io.isUnread?.() === true) {
    await lab.close();
    return EXIT.ok;
  }
  return new Promise(() => undefined);
}

function labDocument({ caFile, resolver, endpoints }: Lab): string {
  return jsonDocument({ lab: { ca: caFile, resolver, endpoints } });
}

function screen({ caFile, resolver, endpoints }: Lab, { env, stdout }: Io): string {
  const widths = [
    Math.max(...endpoints.map(({ target }) => target.length)),
    Math.max(...endpoints.map(({ repaired }) => repaired?.target.length ?? 0)),
  ];
  const row = (cells: readonly string[]) => cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ');
  const [first] = endpoints;
  const flags = `--ca ${quote(caFile)} --resolver ${resolver}`;
  return paint(
    [
      [styled('dim', row(['endpoint', 'repaired twin', 'what is true']))],
      ...endpoints.flatMap(({ target, fault, args, repaired }): Line[] => [
        [row([target, repaired?.target ?? '', fault])],
        ...argumentLines(args, repaired?.args ?? []),
      ]),
      [],
      ['try  ', styled('accent', `hellofin ${first?.target} ${flags}`)],
      [styled('dim', 'serving on loopback until interrupted')],
    ],
    { color: wantsColor('auto', { isTTY: stdout.isTTY === true, env }), plain: false },
  );
}

/** What an endpoint and its twin need on the command line. */
function argumentLines(args: readonly string[], twin: readonly string[]): Line[] {
  const text = (list: readonly string[]) => list.map(quote).join(' ');
  const line = (what: string): Line => [styled('dim', `  ${what}`)];
  if (text(args) === text(twin)) return args.length === 0 ? [] : [line(`both with ${text(args)}`)];
  return [
    ...(args.length === 0 ? [] : [line(`with ${text(args)}`)]),
    ...(twin.length === 0 ? [] : [line(`the twin with ${text(twin)}`)]),
  ];
}
