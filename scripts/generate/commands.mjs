/** The commands and their flags, as the command line has them. */

/** @returns {Promise<string>} Markdown */
export async function commands() {
  /** @type {typeof import('../../src/cli/program.ts')} */
  const { createProgram } = await import(new URL('../../dist/cli/program.js', import.meta.url).href);
  const nowhere = { write: () => true };
  const io = { env: {}, stdout: {}, stderr: nowhere, print: () => undefined, onInterrupt: () => undefined };
  return createProgram(io, () => undefined)
    .commands.map((command) => {
      const args = command.registeredArguments.map((one) => `${one.name().toUpperCase()}${one.variadic ? '...' : ''}`);
      const usage = ['hellofin', command.name(), ...args];
      const rows = command.options.map(({ flags, description, defaultValue }) => {
        const otherwise = typeof defaultValue === 'string' ? ` Default \`${defaultValue}\`.` : '';
        return `| \`${flags.replaceAll('|', '\\|')}\` | ${sentence(description)}${otherwise} |`;
      });
      const table = rows.length === 0 ? [] : ['', '| flag | |', '| --- | --- |', ...rows];
      return [`## ${command.name()}`, '', `\`${usage.join(' ')}\`: ${command.description()}.`, ...table].join('\n');
    })
    .join('\n\n');
}

/** @param {string} text */
function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.substring(1)}.`;
}
