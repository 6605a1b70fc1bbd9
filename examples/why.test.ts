import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startLab } from 'hellofin/diagnose';
import { expect, test } from 'vitest';

const run = promisify(execFile);

test('why.mjs names the cause', async () => {
  const lab = await startLab({ only: ['self-signed'] });
  try {
    const { port } = lab.endpoint('self-signed');
    const ended = run(process.execPath, [join(import.meta.dirname, 'why.mjs'), `localhost:${port}`, lab.caFile]);
    await expect(ended).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('CERT_SELF_SIGNED') });
  } finally {
    await lab.close();
  }
});
