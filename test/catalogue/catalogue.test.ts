import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { catalogue } from './catalogue'
import { catalogueInMarkdown, excused, namedBy } from './named-by'

it('names every fault and attack in a test, or says why it is outside the client', () => {
  const reasons = excused()

  const open = [...namedBy()].filter(([id, files]) => files.length === 0 && !reasons.has(id)).map(([id]) => id)

  expect(open).toEqual([])
})

it('excuses nothing that a test names, and nothing that the catalogue does not know', () => {
  const named = namedBy()

  expect([...excused().keys()].filter((id) => named.get(id)?.length !== 0)).toEqual([])
})

it('excuses no row behind a rule of the client', () => {
  const outside = ['A53', 'A58'] // Timing of a comparison that nobody can see; what runs above every client of a page.

  expect([...excused().keys()].filter((id) => !outside.includes(id))).toEqual([])
})

it('has the rows of the shared catalogue, where that lies beside this folder', () => {
  const shared = fileURLToPath(new URL('../../../shared/faults-and-attacks.md', import.meta.url))
  const ids = existsSync(shared)
    ? readFileSync(shared, 'utf8')
        .match(/^\| [FA]\d+ (?=\|)/gm)
        ?.map((row) => row.slice(2).trim())
    : Object.keys(catalogue)

  expect(Object.keys(catalogue)).toEqual(ids)
})

it('writes itself for the docs, a row each', () => {
  const lines = catalogueInMarkdown().split('\n')

  expect(lines.filter((line) => /^\| [FA]\d/.test(line))).toHaveLength(Object.keys(catalogue).length)
  expect(lines.find((line) => line.startsWith('| F61 |'))).toMatch(/\[.+\.test\.ts\]\(\.\.\/test\/.+\)/)
})
