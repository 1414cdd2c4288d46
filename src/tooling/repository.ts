import { fileURLToPath } from 'node:url';

/** The root of this repository, with a closing slash. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
