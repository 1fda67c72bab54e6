import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

// `npm run prove -- --only soak` runs a million calls, five times.
it('a life of 2,000 calls and 20 refreshes leaves no more on the heap than bare fetch does', async () => {
  const [tsx, main] = ['../../node_modules/tsx/dist/cli.mjs', '../soak/main.ts'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )

  const { stdout } = await promisify(execFile)(process.execPath, [tsx!, main!, '--calls', '2000', '--refreshes', '20', '--rounds', '1'])

  expect(stdout).toMatch(/ours: 2000 calls, 19 refreshes/)
  expect(stdout).toMatch(/median growth of the heap/)
}, 60_000)
