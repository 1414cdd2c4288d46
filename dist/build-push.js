import { fileURLToPath } from 'node:url';
import { main } from './index.js';

await main('build-push', fileURLToPath(new URL('..', import.meta.url)));
