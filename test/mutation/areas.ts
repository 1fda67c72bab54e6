/** What is mutated together, and the tests that are to notice. Few tests: a mutant of a constant runs all of them. */
export const areas: Readonly<Record<string, { readonly mutate: readonly string[]; readonly tests: readonly string[] }>> = {
  challenge: {
    mutate: ['src/challenge/challenge.ts', 'src/challenge/parse-challenges.ts', 'src/challenge/scanner.ts'],
    tests: ['test/challenge/{grammar,malformed,oracle,parse-challenges,rfc-examples}.test.ts'],
  },
  decide: {
    mutate: ['src/pipeline/decide.ts'],
    tests: ['test/pipeline/decide.test.ts', 'test/requests/decision-table.test.ts'],
  },
  origins: {
    mutate: ['src/pipeline/allowed-origins.ts', 'src/platform/origin.ts'],
    tests: [
      'test/chaos/origins-by-model.test.ts',
      'test/pipeline/allowed-origins.test.ts',
      'test/platform/*.test.ts',
      'test/requests/{inputs,origins}.test.ts',
    ],
  },
  classifier: {
    mutate: ['src/grants/token-refusal.ts', 'src/grants/token-response.ts'],
    tests: ['test/grants/{is-rejected,secrets,token-endpoint-answers,token-refusal,token-response}.test.ts'],
  },
  exchange: {
    mutate: ['src/session/exchange.ts', 'src/session/failure-of.ts', 'src/session/single-flight.ts'],
    tests: [
      'test/refresh/{deadline,grants,single-flight,token-response}.test.ts',
      'test/session/*.test.ts',
      'test/schemes/cookie-session.test.ts',
    ],
  },
}
