/** The catalogue of findings, as the command has it: one table a step. */

/** @typedef {import('../../src/diagnose/index.ts').Cause} Cause */

/** What the steps are called. @type {Readonly<Record<string, string>>} */
const STEPS = {
  dns: 'Name',
  tcp: 'Network',
  tls: 'Handshake',
  cert: 'Certificates',
  http: 'After the handshake',
};

/** @returns {Promise<string>} Markdown */
export async function findings() {
  /** @type {{ CAUSES: readonly Cause[] }} */
  const { CAUSES } = await import(new URL('../../dist/diagnose/index.js', import.meta.url).href);
  return Object.entries(STEPS)
    .map(([step, title]) => {
      const rows = CAUSES.filter((cause) => cause.step === step).map(
        ({ code, severity, meaning, provedBy, remedy }) =>
          `| <a id="${code.toLowerCase()}"></a>\`${code}\` | ${severity} | ${meaning} | ${provedBy} | ${remedy} |`,
      );
      return [
        `## ${title}`,
        '',
        '| code | severity | means | is proved by | what to do |',
        '| --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n');
    })
    .join('\n\n');
}
