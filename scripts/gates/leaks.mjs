import { createHash } from 'node:crypto';
import { lineAt } from './files.mjs';

/** @typedef {import('./files.mjs').SourceFile} SourceFile */

/**
 * Words and pairs of words that say by which means a text was written: nothing a reader needs. Digests (the first 12
 * hex digits of SHA-256 of the lower-case word), so that the list does not stand in the tree itself.
 */
const unwanted = new Set([
  '053ea4804ef1',
  '31a85e22a24a',
  '386ebc0efd04',
  '3ea125d0bff3',
  '442e56863b7e',
  '4836dacd5478',
  '487b91042c7c',
  '4b6e0d103807',
  '53beb385cf69',
  '549eb0447cc9',
  '57de4cf40144',
  '5ca756db08f0',
  '5eff592cc497',
  '60965168ce76',
  '701dbce1a24c',
  '7d3194f79e64',
  '8fd6fee37418',
  '94a168d2da57',
  'a4d76a4d5958',
  'c5f9d8f01eaa',
  'c70eca6b0f88',
  'c857d09db23e',
  'cdcbb68a3444',
  'd298391b0743',
  'de2187af3fb0',
  'e16202309c92',
  'e3f27b59e163',
  'e748f8750672',
  'ee662f0a4316',
]);

/** @type {readonly (readonly [pattern: RegExp, complaint: string])[]} */
const patterns = [
  [/(?<![\w.~-])\/(?:work|home|root|Users|tmp)\/[\w.-]+/g, 'a path of one machine'],
  [/\b[A-Z]:\\Users\\/g, 'a path of one machine'],
  [
    /\b(?:registry\.npmjs\.org|registry\.yarnpkg\.com|(?:\w+\.)?debian\.org\/debian|proxy\.golang\.org|pypi\.org)\b/g,
    'a host of a package registry',
  ],
  [/-----BEGIN (?:RSA |EC )?PRIVATE KEY-----\n(?:[\w+/=]{60,}\n){3}/g, 'a private key: make it in the test'],
];

/**
 * What must not be in a public tree: where and how it was made, registry hosts, keys.
 * @param {readonly SourceFile[]} files
 * @param {ReadonlySet<string>} words digests of the unwanted ones
 * @returns {string[]} complaints, none when all is well
 */
export function checkLeaks(files, words = unwanted) {
  const complaints = [];
  /** @type {Map<string, boolean>} */
  const known = new Map();
  /** @param {string} text */
  const isUnwanted = (text) => {
    const answer = known.get(text) ?? words.has(digest(text));
    known.set(text, answer);
    return answer;
  };
  for (const { path, text } of files) {
    for (const [pattern, complaint] of patterns) {
      for (const match of text.matchAll(pattern)) {
        complaints.push(`${path}:${lineAt(text, match.index)} ${complaint}: ${match[0].split('\n')[0]}`);
      }
    }
    let previous = '';
    for (const match of `${path}\n${text}`.matchAll(/\p{L}+/gu)) {
      const word = match[0].toLowerCase();
      if (isUnwanted(word) || isUnwanted(`${previous} ${word}`)) {
        complaints.push(
          `${path}:${Math.max(1, lineAt(`${path}\n${text}`, match.index) - 1)} an unwanted word: ${word}`,
        );
      }
      previous = word;
    }
  }
  return complaints;
}

/**
 * How {@link checkLeaks} names a word, or two words with a space between.
 * @param {string} words in lower case
 */
export function digest(words) {
  return createHash('sha256').update(words).digest('hex').substring(0, 12);
}
