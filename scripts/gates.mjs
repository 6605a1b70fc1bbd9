/**
 * The gates over the project's text that no compiler or linter has: node scripts/gates.mjs. Exit code 1 and one line
 * per complaint when one is closed.
 */

import { checkDocs, checkLinks } from './gates/docs.mjs';
import { checkDocstrings } from './gates/docstrings.mjs';
import { projectFiles } from './gates/files.mjs';
import { checkImports } from './gates/imports.mjs';
import { checkLeaks } from './gates/leaks.mjs';

const files = projectFiles();
const complaints = [checkImports, checkDocstrings, checkDocs, checkLinks, checkLeaks].flatMap((check) => check(files));
for (const complaint of complaints) console.log(complaint);
if (complaints.length > 0) process.exitCode = 1;
