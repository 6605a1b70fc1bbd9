/**
 * Connections over sockets that are opened and left alone, all at once; then each carries a word both ways, and all are
 * closed. Several rounds: what a round leaves behind, the next one shows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import * as hellofin from '../../../dist/node/index.js';
import { clientContext, Failures, listening, serverContext, WHOM } from '../setup.mjs';

/** Rounds; a sample stands at the end of each. */
const ROUNDS = 6;

const AT_ONCE = 16;

/** Milliseconds that the connections of a round are left alone. */
const IDLE = 1_000;

/** @type {import('../stages.mjs').Stage} */
export const idle = {
  unit: 'connections',
  rounds: ROUNDS,
  async run(amount, tell) {
    const failures = new Failures();
    requireFiles(2 * amount);
    const figures = { 'open at once': 0, 'heap of a pair': 0 };
    let open = 0;
    const secureContext = clientContext();
    const place = await listening({ secureContext: serverContext(), truncation: 'end' }, (socket) => {
      open++;
      socket.on('data', (data) => socket.write(data));
      socket.on('error', (/** @type {Error & { code?: string }} */ error) => {
        if (error.code !== 'ECONNRESET') failures.add(`server: ${error}`);
      });
      socket.once('close', () => open--);
    });
    /** What a round needs is gone when it is done. */
    const round = async () => {
      const before = heap();
      const clients = await openAll(amount, place.port, secureContext, failures);
      await sleep(IDLE);
      figures['open at once'] = Math.max(figures['open at once'], open);
      figures['heap of a pair'] = Math.round((heap() - before) / amount);
      const echoes = await Promise.all(clients.map(echo));
      const silent = amount - echoes.filter((isHeard) => isHeard).length;
      if (silent > 0) failures.add(`${silent} connections did not answer`);
      const closed = clients.map((client) => new Promise((resolve) => client.once('close', resolve)));
      // Half of them end in order, half are dropped.
      for (const [i, client] of clients.entries()) {
        if (i % 2 === 0) client.end();
        else client.destroy();
      }
      await Promise.all(closed);
      for (let turn = 0; open > 0 && turn < 100; turn++) await sleep(20);
      if (open > 0) failures.add(`${open} connections of the server's are left`);
    };
    for (let i = 1, more = true; more && i <= ROUNDS; i++) {
      await round();
      more = await tell(i * amount);
    }
    await place.close();
    return { figures, failures: failures.all };
  },
};

/**
 * Opens connections, and waits until all are.
 * @param {number} amount
 * @param {number} port
 * @param {hellofin.SecureContext} secureContext
 * @param {Failures} failures
 */
async function openAll(amount, port, secureContext, failures) {
  /** @type {import('../setup.mjs').TLSSocket[]} */
  const clients = [];
  let begun = 0;
  const one = async () => {
    while (begun++ < amount) {
      const client = hellofin.connect({ ...WHOM, port, secureContext });
      client.on('error', (error) => failures.add(`client: ${error}`));
      await new Promise((resolve) => client.once('secureConnect', resolve).once('close', resolve));
      if (!client.destroyed) clients.push(client);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return clients;
}

/**
 * Both ends of each connection are files here; Node has raised the soft limit to the hard one.
 * @param {number} files
 */
function requireFiles(files) {
  /** @type {{ userLimits?: { open_files?: { hard: number | 'unlimited' } } }} */
  const { userLimits } = process.report.getReport();
  const limit = userLimits?.open_files?.hard ?? 'unlimited';
  if (limit !== 'unlimited' && limit < files + 64) {
    throw new Error(`${files / 2} connections take ${files} open files, and ulimit -Hn is ${limit}`);
  }
}

function heap() {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** @param {import('../setup.mjs').TLSSocket} client @returns {Promise<boolean>} */
function echo(client) {
  return new Promise((resolve) => {
    client.once('data', () => resolve(true));
    client.once('close', () => resolve(false));
    client.write('there?');
  });
}
