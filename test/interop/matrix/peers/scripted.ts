/**
 * Peers that are a library with a program of ours over it: Go's crypto/tls, JSSE and node:tls. Their servers answer lines
 * in capitals, their clients ask for one or two; both tell each connection in a line of key=value pairs.
 */
import { run, startServer } from '../../../support/peers.ts';
import {
  type ClientOrder,
  factsOf,
  hybridIn,
  LINES,
  type Peer,
  type Role,
  type ServerOrder,
  type Serving,
  versionIn,
} from '../peer.ts';
import type { Facts } from '../scenarios.ts';

/** A program and its arguments. */
export type Command = readonly [program: string, args: readonly string[]];

/** Both ways round of such a peer. */
export function scripted(
  serving: (order: ServerOrder) => Promise<Command>,
  connecting: (order: ClientOrder) => Promise<Command>,
  roles: { readonly server: Role; readonly client: Role },
): Required<Pick<Peer, 'server' | 'client'>> {
  return {
    server: { ...roles.server, serve: async (order) => serve(await serving(order)) },
    client: { ...roles.client, connect: async (order) => connect(await connecting(order), order) },
  };
}

async function serve([program, args]: Command): Promise<Serving> {
  const peer = await startServer(program, args, { ready: /^ACCEPT \S+:(\d+)$/m });
  return {
    ...LINES,
    port: peer.port,
    act: () => peer.write('update\n'),
    facts: (visit) => factLines(peer.output())[visit] ?? {},
    stop: peer.stop,
  };
}

async function connect([program, args]: Command, { visits, isUpdated }: ClientOrder): Promise<readonly Facts[]> {
  const { code, stdout, stderr } = await run(program, args);
  const answers = stdout.match(isUpdated ? /^AGAIN$/gm : /^HELLO$/gm);
  if (code !== 0 || answers?.length !== visits) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
  return factLines(stdout);
}

function factLines(output: string): Facts[] {
  return (output.match(/^.*\bversion=.*$/gm) ?? []).map((text) => {
    const told = new Map([...text.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)].map((pair) => [pair[1], pair[2] ?? pair[3]]));
    const flag = (name: string) => (told.has(name) ? told.get(name) === 'true' : undefined);
    return factsOf({
      version: versionIn(told.get('version')),
      resumed: flag('resumed'),
      client: told.get('peer'),
      group: hybridIn(told.get('group')),
      alpn: told.get('alpn'),
      retried: flag('retried'),
      staple: flag('staple'),
      timestamps: told.has('timestamps') ? Number(told.get('timestamps')) : undefined,
    });
  });
}
