import { type Line, ladderLines, styled } from '../../explain/index.ts';
import { factsOf } from '../facts.ts';
import { describeAnswer } from '../probes/answer.ts';
import { changeOf } from '../probes/change.ts';
import type { Run } from '../run.ts';

/** The handshakes of a run, message by message; with `fields` every field with its bytes. Probes are one line each. */
export function messageLines(run: Run, detail: { readonly fields: boolean }): Line[] {
  return factsOf(run).addresses.flatMap((address) => [
    ...(address.tls === undefined
      ? []
      : [
          [styled('strong', `  ${address.endpoint}`), styled('dim', `, connection ${address.tcp.connection}`)],
          ...ladderLines(address.tls.events, detail),
        ]),
    ...address.exchanges.map((exchange): Line => {
      const probe = `probe ${exchange.connection}, ${changeOf(exchange.change).name}:`;
      return [styled('dim', `  ${probe}`), ` ${describeAnswer(exchange)}`];
    }),
  ]);
}
