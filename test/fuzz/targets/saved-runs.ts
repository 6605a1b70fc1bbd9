/**
 * Any text gives runs or an InputError in one printable line; every run that is read is judged and shown, as screen, as
 * messages and as JSON, without throwing, in text that cannot steer a terminal, and is saved to the same run again.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { fromAscii } from '../../../src/bytes/index.ts';
import { parseRuns, runsDocument } from '../../../src/cli/run-file.ts';
import {
  chainLines,
  exitCodeOf,
  InputError,
  judge,
  messageLines,
  reportLines,
  reportToJson,
} from '../../../src/diagnose/index.ts';
import { toPlainText } from '../../../src/explain/index.ts';
import { chainsOf } from '../../../src/node/probe/index.ts';
import { type Mutation, mutateBytes } from '../mutate.ts';
import type { Random } from '../random.ts';
import { attempt, must, type Target } from '../target.ts';

const FOLDER = new URL('../../../test/cli/data/', import.meta.url);

/** Recorded runs, without the blanks between their tokens. */
function recordedRuns(): Uint8Array[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith('.run.json'));
  const texts = files.map((name) => JSON.stringify(JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))));
  return texts.sort((a, b) => a.length - b.length).map((text) => new TextEncoder().encode(text));
}

type JsonObject = Record<string, unknown>;

const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  -8.64e15,
  '',
  '\u001b[2J',
  '\u202e\u0000\n',
  'x'.repeat(5_000),
  '__proto__',
  [],
  {},
  { hex: '' },
  { hex: '16030100' },
];

/** Every place below a value. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...path, name]))];
}

/** Puts another value somewhere, takes one out, or doubles one. */
function mutateAt(random: Random, value: unknown, path: readonly string[]): unknown {
  const [name, ...rest] = path;
  if (name === undefined || typeof value !== 'object' || value === null) {
    if (typeof value === 'number' && random.oneIn(2)) return value + random.pick([1, -1, 1000, 1e9]);
    return random.pick(VALUES);
  }
  const copy: unknown[] | JsonObject = Array.isArray(value) ? [...value] : { ...value };
  const step = rest.length === 0 ? random.below(4) : 3;
  if (step === 0) {
    if (Array.isArray(copy)) copy.splice(Number(name), 1);
    else delete copy[name];
  } else if (step === 1) {
    if (Array.isArray(copy)) copy.splice(random.below(copy.length), 0, copy[Number(name)]);
    else copy[random.pick(['__proto__', 'kind', 'x'])] = random.pick(VALUES);
  } else (copy as JsonObject)[name] = mutateAt(random, (copy as JsonObject)[name], rest);
  return copy;
}

const mutateJson: Mutation = (random, input) => {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder().decode(input));
  } catch {
    return input;
  }
  return new TextEncoder().encode(JSON.stringify(mutateAt(random, document, random.pick(placesOf(document)))) ?? '');
};

/** C0 and C1 controls but the line feed, and what changes the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those
const STEERING = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

/** Saved runs. */
export const savedRuns: Target = {
  name: 'saved-runs',
  runs: 4_000,
  seeds: () => [...recordedRuns(), fromAscii('{"schema":"hellofin/1","tool":"x","runs":[]}')],
  mutations: [...new Array<Mutation>(20).fill(mutateJson), mutateBytes],
  check(input) {
    const text = new TextDecoder().decode(input);
    const { error, value: runs } = attempt([InputError], () => parseRuns(text, 'run.json'));
    if (error !== undefined) return error.message;
    for (const run of runs) {
      const report = judge(run);
      exitCodeOf(report, 'warning');
      JSON.stringify(reportToJson(report));
      const lines = [
        ...reportLines(report, { verbose: true }),
        ...messageLines(run, { fields: true }),
        ...chainLines(chainsOf(report), { clock: run.clock, verbose: true }),
      ];
      const steering = STEERING.exec(toPlainText(lines));
      must(steering === null, `U+${steering?.[0].charCodeAt(0).toString(16)} on the screen`);
    }
    const again = parseRuns(runsDocument('x', runs), 'again');
    must(isDeepStrictEqual(again, runs), 'another run when saved again');
    return `${Math.min(runs.length, 2)} runs`;
  },
};
