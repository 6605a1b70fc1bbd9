/** The catalogue of alerts, as `hellofin explain` has it. */

/** @typedef {import('../../src/diagnose/index.ts').Cause} Cause */

/** @returns {Promise<string>} Markdown */
export async function alerts() {
  /** @type {typeof import('../../src/explain/index.ts')} */
  const { KNOWN_ALERTS } = await import(new URL('../../dist/explain/index.js', import.meta.url).href);
  /** @type {typeof import('../../src/diagnose/index.ts')} */
  const { causesOfAlert } = await import(new URL('../../dist/diagnose/index.js', import.meta.url).href);
  const rows = KNOWN_ALERTS.map(({ code, name, meaning, sender, spec }) => {
    const { inClient, inServer } = causesOfAlert(name);
    return `| ${code} | \`${name}\` | ${meaning} | ${sender} | ${links(inClient)} | ${links(inServer)} | ${spec} |`;
  });
  return [
    '| number | name | means | is sent by | in a client may stem from | in a server may stem from | defined in |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** @param {readonly Cause[]} causes */
function links(causes) {
  return causes.map(({ code }) => `[${code}](findings.md#${code.toLowerCase()})`).join(', ');
}
