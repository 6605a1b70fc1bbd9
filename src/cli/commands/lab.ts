import { type Line, styled } from '../../explain/index.ts';
import { type Lab, startLab } from '../../lab/index.ts';
import { jsonDocument } from '../document.ts';
import type { ExitCode } from '../exit.ts';
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
  return new Promise(() => undefined);
}

function labDocument({ caFile, resolver, endpoints }: Lab): string {
  return jsonDocument({ lab: { ca: caFile, resolver, endpoints } });
}

function screen({ caFile, resolver, endpoints }: Lab, { env, stdout }: Io): string {
  const [host, port, twin] = [
    Math.max(...endpoints.map((one) => one.host.length)),
    6,
    Math.max(...endpoints.map(({ repaired }) => repaired?.target.length ?? 0)),
  ];
  return paint(
    [
      [styled('dim', `${'endpoint'.padEnd(host + port)}  ${'repaired twin'.padEnd(twin)}`)],
      ...endpoints.map(
        ({ target, repaired, fault, args }): Line => [
          styled('strong', target.padEnd(host + port)),
          `  ${(repaired?.target ?? '').padEnd(twin)}  ${fault}`,
          styled('dim', args.length === 0 ? '' : `  ${args.join(' ')}`),
        ],
      ),
      [],
      ['resolver  ', resolver],
      ['CA        ', caFile],
      ['try       ', styled('accent', `hellofin ${endpoints[0]?.target} --ca ${caFile} --resolver ${resolver}`)],
      [styled('dim', 'serving on loopback until interrupted')],
    ],
    { color: wantsColor('auto', { isTTY: stdout.isTTY === true, env }), plain: false },
  );
}
