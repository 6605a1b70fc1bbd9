/** The endpoints of the lab, as the command serves them. */

/** How a proof is called in the table. @type {Readonly<Record<string, string>>} */
const PROOFS = {
  bytes: 'bytes',
  probe: 'one changed input',
  dns: 'the DNS answer',
  tcp: 'the TCP answer',
  observation: 'what was seen',
};

/** @returns {Promise<string>} Markdown */
export async function endpoints() {
  /** @type {typeof import('../../src/lab/endpoints/index.ts')} */
  const { ENDPOINTS } = await import(new URL('../../dist/lab/endpoints/index.js', import.meta.url).href);
  const rows = ENDPOINTS.map(({ id, fault, cause }) => {
    const found = cause === null ? 'none' : `[\`${cause.code}\`](findings.md#${cause.code.toLowerCase()})`;
    return `| \`${id}\` | ${fault} | ${found} | ${cause === null ? '' : (PROOFS[cause.proof] ?? cause.proof)} |`;
  });
  return ['| endpoint | what is true | finding | proved by |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
