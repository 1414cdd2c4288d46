import { fileURLToPath } from 'node:url';
import { main } from './index.js';

await main('deploy', fileURLToPath(new URL('..', import.meta.url)));
