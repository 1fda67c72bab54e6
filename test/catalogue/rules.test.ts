import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { testFiles } from './named-by'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('rules.md explains every rule and invariant that the code or a test names', () => {
  const rules = readFileSync(join(root, 'test/catalogue/rules.md'), 'utf8')
  const explained = [...rules.matchAll(/^(?:(\d+)\. \*\*|- (I\d+):)/gm)].map(([, rule, invariant]) => invariant ?? `rule ${rule}`)
  const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const files = [...source.map((name) => join(root, 'src', name)), ...testFiles(join(root, 'test'))]

  const named = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\brules? (\d+)(?: and (\d+))?|\b(I\d{1,2})\b/gi)].flatMap(([, one, two, invariant]) =>
      invariant ? [invariant] : [one, two].filter(Boolean).map((rule) => `rule ${rule}`),
    ),
  )

  expect(named.length).toBeGreaterThan(200)
  expect([...new Set(named)].filter((name) => !explained.includes(name))).toEqual([])
})
