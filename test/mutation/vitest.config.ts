import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The tests that concern the mutated files; fewer cases of the properties, for each mutant runs them anew. */
export default defineConfig({
  root,
  resolve: {
    alias: [
      { find: /^authenticated-client$/, replacement: `${root}src/index.ts` },
      { find: /^authenticated-client\/([a-z-]+)$/, replacement: `${root}src/$1.ts` },
    ],
  },
  test: {
    env: { PROVE_CASES: '1000' },
    include: [
      'test/challenge/{grammar,malformed,oracle,parse-challenges,rfc-examples}.test.ts',
      'test/chaos/origins-by-model.test.ts',
      'test/client/logout.test.ts',
      'test/dpop/dpop.test.ts',
      'test/grants/{is-rejected,secrets,token-endpoint-answers,token-response}.test.ts',
      'test/pipeline/*.test.ts',
      'test/refresh/{deadline,grants,outcomes,single-flight,token-response,transient-faults}.test.ts',
      'test/requests/{challenges,decision-table,fast-path,origins,step-up}.test.ts',
    ],
    testTimeout: 20_000,
  },
})
