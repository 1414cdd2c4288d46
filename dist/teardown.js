import { fileURLToPath } from 'node:url';
import { main } from './index.js';

await main('teardown', fileURLToPath(new URL('..', import.meta.url)));
