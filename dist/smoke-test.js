import { fileURLToPath } from 'node:url';
import { main } from './index.js';

await main('smoke-test', fileURLToPath(new URL('..', import.meta.url)));
