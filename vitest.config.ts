import { defineConfig } from 'vitest/config';

// `*.tools.test.ts` need the AWS CLI, cfn-lint, promtool and the like: `npm run test:tools` adds them.
const tools = process.env.ZAP_TEST_TOOLS === '1';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'local/**/*.test.ts', 'zap-app/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...(tools ? [] : ['**/*.tools.test.ts'])],
    pool: 'forks',
    testTimeout: 30_000,
    // Tests that are concurrent mostly wait.
    maxConcurrency: 40,
  },
});
