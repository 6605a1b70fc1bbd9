import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * One temporary folder for a whole test run, in HELLOFIN_TMP. At the end it goes, and with it every peer that a
 * failed test left running: worker threads are terminated without an exit event, so they cannot clean up themselves.
 */
export default function setup(): () => void {
  const root = mkdtempSync(join(tmpdir(), 'hellofin-'));
  const pids = join(root, 'pids');
  mkdirSync(pids);
  process.env.HELLOFIN_TMP = root;
  return () => {
    for (const pid of readdirSync(pids)) kill(Number(pid));
    rmSync(root, { recursive: true, force: true });
  };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended between the listing and the signal.
  }
}
