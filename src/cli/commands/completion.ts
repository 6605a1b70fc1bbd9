import type { Command } from 'commander';

interface Word {
  readonly word: string;
  readonly description: string;
}

/** What `explain` takes beside files and texts. */
const EXPLAINED = 'tls1.2 tls1.3';

/** The completion script of a shell, made from the commands themselves. */
export function completionScript(shell: 'bash' | 'zsh' | 'fish', program: Command): string {
  const commands = program.commands.map((command) => ({
    word: command.name(),
    description: command.description(),
    flags: flagsOf(command),
  }));
  // Without a command the flags are those of check.
  const fallback = commands.find(({ word }) => word === 'check')?.flags ?? [];
  if (shell === 'fish') return fish(commands, fallback);
  return shell === 'bash' ? bash(commands, fallback) : zsh(commands, fallback);
}

interface Completed extends Word {
  readonly flags: readonly Word[];
}

function flagsOf(command: Command): Word[] {
  return command.options.flatMap(({ long, short, description }) =>
    [long, short].flatMap((word) => (word === undefined || word === null ? [] : [{ word, description }])),
  );
}

function words(list: readonly Word[]): string {
  return list.map(({ word }) => word).join(' ');
}

function bash(commands: readonly Completed[], fallback: readonly Word[]): string {
  const cases = commands.map(({ word, flags }) => `    ${word}) flags='${words(flags)}' ;;`).join('\n');
  return `_hellofin() {
  local current=\${COMP_WORDS[COMP_CWORD]} flags
  case \${COMP_WORDS[1]} in
${cases}
    *) flags='${words(fallback)}' ;;
  esac
  case $current in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    *)
      COMPREPLY=($(compgen -A hostname -A file -- "$current"))
      if [[ \${COMP_WORDS[1]} == explain ]]; then COMPREPLY+=($(compgen -W '${EXPLAINED}' -- "$current")); fi
      if ((COMP_CWORD == 1)); then COMPREPLY+=($(compgen -W '${words(commands)}' -- "$current")); fi
      ;;
  esac
}
complete -F _hellofin hellofin
`;
}

function zsh(commands: readonly Completed[], fallback: readonly Word[]): string {
  const described = (list: readonly Word[]) =>
    list.map(({ word, description }) => `'${word}:${description.replaceAll("'", "'\\''")}'`).join(' ');
  const cases = commands.map(({ word, flags }) => `    ${word}) flags=(${described(flags)}) ;;`).join('\n');
  return `#compdef hellofin
_hellofin() {
  local -a commands flags
  commands=(${described(commands)})
  case \${words[2]} in
${cases}
    *) flags=(${described(fallback)}) ;;
  esac
  if [[ $PREFIX == -* ]]; then _describe flag flags; return; fi
  if ((CURRENT == 2)); then _describe command commands; fi
  if [[ \${words[2]} == explain ]]; then compadd ${EXPLAINED}; fi
  _hosts
  _files
}
compdef _hellofin hellofin
`;
}

function fish(commands: readonly Completed[], fallback: readonly Word[]): string {
  const quoted = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const flag = (condition: string, { word, description }: Word) => {
    const name = word.startsWith('--') ? `-l ${word.substring(2)}` : `-s ${word.substring(1)}`;
    return `complete -c hellofin -n ${quoted(condition)} ${name} -d ${quoted(description)}`;
  };
  const names = words(commands);
  return [
    ...commands.map(
      ({ word, description }) => `complete -c hellofin -n __fish_use_subcommand -a ${word} -d ${quoted(description)}`,
    ),
    ...fallback.map((one) => flag(`not __fish_seen_subcommand_from ${names}`, one)),
    ...commands.flatMap(({ word, flags }) => flags.map((one) => flag(`__fish_seen_subcommand_from ${word}`, one))),
    `complete -c hellofin -n '__fish_seen_subcommand_from explain' -a ${quoted(EXPLAINED)}`,
    '',
  ].join('\n');
}
