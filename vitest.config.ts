import { defineConfig } from 'vitest/config';

// `*.tools.test.ts` need the AWS CLI, cfn-lint, promtool and the like: `npm run test:tools` adds them.
const tools = process.env.ZAP_TEST_TOOLS === '1';
// `*.e2e.test.ts` need a Docker engine and images: `npm run test:e2e` adds them.
const e2e = process.env.ZAP_TEST_E2E === '1';

const FOLDERS = ['src', 'local', 'zap-app'];
const E2E = '**/*.e2e.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 30_000,
    // Tests that are concurrent mostly wait.
    maxConcurrency: 40,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          sequence: { groupOrder: 1 },
          include: FOLDERS.map(folder => `${folder}/**/*.test.ts`),
          exclude: ['**/node_modules/**', E2E, ...(tools ? [] : ['**/*.tools.test.ts'])],
        },
      },
      ...(e2e
        ? [
            {
              extends: true as const,
              test: {
                name: 'e2e',
                include: FOLDERS.map(folder => `${folder}/${E2E}`),
                globalSetup: 'src/tooling/images-for-tests.ts',
                testTimeout: 300_000,
                hookTimeout: 300_000,
                // One file after another, and after the others: containers take all cores, and some tests measure time.
                fileParallelism: false,
                sequence: { groupOrder: 2 },
              },
            },
          ]
        : []),
    ],
  },
});
