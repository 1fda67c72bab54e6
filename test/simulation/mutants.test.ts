import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { planted } from './bundle'
import { mutants } from './mutants/all'

it.each(mutants)('anchors the client that $name in the code as it is', ({ name, patches }) => {
  for (const patch of patches) {
    const source = readFileSync(fileURLToPath(new URL(`../../src/${patch.file}`, import.meta.url)), 'utf8')

    expect(planted(source, patch, name)).not.toBe(source)
  }
})
