/**
 * The handshake's state tables as the engine runs them: a Mermaid diagram and the guards of every arrow.
 * @typedef {{ readonly on: string, readonly to: string, readonly when: string, readonly rfc: string }} Edge
 */

/**
 * @param {'tls13' | 'tls12'} version folder in src/tls
 * @param {'CLIENT_STATES' | 'SERVER_STATES'} name of the export of its states.ts
 * @returns {Promise<string>} Markdown
 */
export async function stateTable(version, name) {
  /** @type {Record<string, Record<string, readonly Edge[]>>} */
  const tables = await import(new URL(`../../dist/tls/${version}/states.js`, import.meta.url).href);
  const diagram = ['```mermaid', 'stateDiagram-v2'];
  const rows = ['| in | on | to | when | source |', '| --- | --- | --- | --- | --- |'];
  for (const [state, edges] of Object.entries(tables[name] ?? {})) {
    for (const { on, to, when, rfc } of edges) {
      diagram.push(`  ${state} --> ${to}: ${on}`);
      rows.push(`| ${state} | ${on} | ${to} | ${when} | ${rfc} |`);
    }
  }
  return [...diagram, '```', '', ...rows].join('\n');
}
