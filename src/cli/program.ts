import { Command, CommanderError, Option } from 'commander';
import { InputError } from '../diagnose/input-error.ts';
import { safeText } from '../explain/text.ts';
import { packageVersion } from '../node/probe/version.ts';
import type { CertFlags } from './commands/cert.ts';
import type { CheckFlags } from './commands/check.ts';
import type { ExplainFlags } from './commands/explain.ts';
import type { LabFlags } from './commands/lab.ts';
import { examplesOf } from './examples.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { printFailure } from './failure.ts';
import type { Io } from './io.ts';

/** Names that commands have or will have. A host of such a name is reached by `hellofin check NAME`. */
const RESERVED: ReadonlySet<string> = new Set(
  'check assess cert dns explain listen lab demo diff scan serve completion man schema help'.split(' '),
);

const FOOTER = `
hellofin check --help shows the flags, which need no command before them.

Exit codes: 0 nothing found, 1 a finding, 2 usage, 3 could not look, 4 a bug in hellofin, 130 interrupted.`;

/** Runs a command line. Resolves with the exit code and never rejects. */
export async function runProgram(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = createProgram(io, (ended) => {
    code = ended;
  });
  try {
    refuseReserved(argv[0], program);
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    return fail(error, argv, io);
  }
}

/** The commands and flags. `ended` gets the exit code of the command that ran. */
export function createProgram(io: Io, ended: (code: ExitCode) => void): Command {
  const program = new Command('hellofin')
    .description('Names the cause of a failing TLS connection: DNS, TCP, TLS, certificate, HTTP.')
    .version(packageVersion(), '-V, --version')
    .configureOutput({ writeOut: (text) => io.print(text), writeErr: (text) => io.stderr.write(text) })
    .exitOverride()
    .showHelpAfterError('(hellofin --help shows what there is)')
    .addHelpText('after', `${examplesOf('hellofin')}\n${FOOTER}`);

  withCheckFlags(
    program
      .command('check', { isDefault: true })
      .argument('<target...>', 'host, host:port, URL, IP address, @file or - for standard input')
      .description('check every address of a host and say why it fails'),
  ).action(async (targets: string[], flags: CheckFlags) => {
    const { checkCommand } = await import('./commands/check.ts');
    ended(await checkCommand(targets, flags, io));
  });

  withTargetFlags(
    program
      .command('cert')
      .argument('<target>', 'host, host:port, URL or IP address')
      .description('show the certificates that a host sends, what is missing in the chain, and the verdict on it'),
  )
    .option('--pem', 'print the chain as it was sent, PEM')
    .option('--full-chain', 'print the repaired chain, PEM: leaf first, with what was missing, without the root')
    .action(async (target: string, flags: CertFlags) => {
      const { certCommand } = await import('./commands/cert.ts');
      ended(await certCommand(target, flags, io));
    });

  withOutputFlags(
    program
      .command('explain')
      .argument('<what...>', 'a saved run, the code of a finding, an alert, an error text, or tls1.2 and tls1.3')
      .description(
        'show a saved run again, say what a finding, an alert or an error text of another client means, or show live handshakes of TLS 1.2 and 1.3',
      ),
  ).action(async (words: string[], flags: ExplainFlags) => {
    const { explainCommand } = await import('./commands/explain.ts');
    ended(await explainCommand(words.join(' '), flags, io));
  });

  program
    .command('lab')
    .description('serve named good and broken endpoints on loopback, with a throw-away CA, until interrupted')
    .option('--json', 'print the endpoints as JSON')
    .action(async (flags: LabFlags) => {
      const { labCommand } = await import('./commands/lab.ts');
      ended(await labCommand(flags, io));
    });

  program
    .command('demo')
    .description('check every endpoint of the lab, show the screens, and say whether each cause was named and proved')
    .action(async () => {
      const { demoCommand } = await import('./commands/demo.ts');
      ended(await demoCommand(io));
    });

  program
    .command('completion')
    .addArgument(program.createArgument('<shell>', 'bash, zsh or fish').choices(['bash', 'zsh', 'fish']))
    .description('print the completion script of a shell')
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('./commands/completion.ts');
      io.print(completionScript(shell, program));
      ended(EXIT.ok);
    });

  program
    .command('schema')
    .description('print the JSON Schema of the output')
    .action(async () => {
      const { schemaText } = await import('./commands/schema.ts');
      io.print(schemaText());
      ended(EXIT.ok);
    });
  for (const command of program.commands) command.addHelpText('after', examplesOf(command.name()));
  return program;
}

function withCheckFlags(command: Command): Command {
  return withTargetFlags(command)
    .option('--cert <file>', 'client certificate with its chain (PEM)')
    .option('--key <file>', 'its private key (PEM)')
    .addOption(new Option('--tls <version>', 'offer this version alone').choices(['1.2', '1.3']))
    .option('--alpn <list>', 'application protocols to offer, such as h2,http/1.1')
    .option('--versions', 'ask for every version from SSL 3.0 to TLS 1.3')
    .option('--max-connections <n>', 'open at most so many (10; with --versions 20)')
    .option('--no-http', 'make no request after the handshake')
    .option('--no-resumption', 'open no second connection to see whether the session is resumed')
    .option('--early-data', 'send HEAD / as 0-RTT data where it is announced; whoever records it can repeat it')
    .option('--keylog <file>', 'append the secrets of the connections, for a capture to be read');
}

function withTargetFlags(command: Command): Command {
  return withOutputFlags(command)
    .option('--sni <name>', 'send and verify this name')
    .option('--connect <ip:port>', 'connect there, whatever DNS says')
    .option('-4', 'IPv4 only')
    .option('-6', 'IPv6 only')
    .option('--resolver <server>', 'ask this name server, IP or udp://IP:PORT, instead of the system')
    .option('--ca <file>', 'trust these roots only (PEM)')
    .option('--timeout <time>', 'for each step, such as 5s, 500ms or 2m', '5s')
    .option('--offline', 'fetch nothing that certificates name: ask the target and the resolver only')
    .option('--at <time>', 'judge certificates at this time: 2026-11-23, 2026-11-23T12:00Z, +30d or -12h')
    .option('--expiry <limit>', 'warn below so much of the lifetime, such as 14d or 33%', '20%')
    .option('--save <file>', 'save what was seen, for explain');
}

function withOutputFlags(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .option('-o, --output <file>', 'print into a file')
    .option('-q, --quiet', 'print one line for each target that is not healthy, and nothing else')
    .option(
      '-v, --verbose',
      'show the messages; twice: every field with its bytes',
      (_, before: number) => before + 1,
      0,
    )
    .option('--fail-on <severity>', 'exit 1 for findings of at least this severity', 'error')
    .option('--ignore <code>', 'do not count findings of this code', (code, before: string[]) => [...before, code], [])
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']).default('auto'))
    .option('--plain', 'ASCII signs and no colours');
}

function refuseReserved(name: string | undefined, program: Command): void {
  if (name === undefined || name === 'help' || !RESERVED.has(name)) return;
  if (program.commands.some((command) => command.name() === name)) return;
  throw new InputError(`${name} is the name of a command to come; a host of that name: hellofin check ${name}`);
}

/** Says what went wrong, on standard error and in the chosen format; returns the exit code for it. */
export function fail(error: unknown, argv: readonly string[], io: Io): ExitCode {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // commander has said it on standard error.
    printFailure('USAGE', error.message.replace(/^error: /, ''), argv, io);
    return EXIT.usage;
  }
  const isUsage = error instanceof InputError;
  const message = error instanceof Error ? error.message : String(error);
  if (isUsage) io.stderr.write(`hellofin: ${safeText(message)}\n`);
  else
    io.stderr.write(
      `hellofin: a bug in hellofin, please report it: ${error instanceof Error ? error.stack : message}\n`,
    );
  printFailure(isUsage ? 'USAGE' : 'BUG', message, argv, io);
  return isUsage ? EXIT.usage : EXIT.bug;
}
