import { fileURLToPath } from 'node:url';
import { main } from './index.js';

await main('validate-telemetry', fileURLToPath(new URL('..', import.meta.url)));
