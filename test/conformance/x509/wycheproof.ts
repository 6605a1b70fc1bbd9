import { type Summary, summarize } from './suite.ts';
export function runWycheproof(_file: string): Summary { return summarize('wycheproof', []); }
