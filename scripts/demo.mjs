/** npm run demo: `hellofin demo` of what is built here. */
import { main } from '../dist/cli/main.js';

await main(['demo']);
