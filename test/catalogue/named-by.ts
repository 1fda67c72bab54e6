import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue } from './catalogue.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The test files that name each row of the catalogue. */
export function namedBy(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(Object.keys(catalogue).map((id) => [id, []]))
  for (const file of testFiles(join(root, 'test'))) {
    const ids = new Set(readFileSync(file, 'utf8').match(/\b[FA]\d{1,3}\b/g))
    for (const id of ids) found.get(id)?.push(relative(root, file))
  }
  return found
}

/** Rows that no test names, and why: one line each in test/EXCUSED.md, as `- F1: reason`. */
export function excused(): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'test/EXCUSED.md'), 'utf8')
  return new Map([...text.matchAll(/^- ([FA]\d+): (.+)$/gm)].map(([, id = '', reason = '']) => [id, reason]))
}

/** The catalogue with links to its tests, for the API docs. */
export function catalogueInMarkdown(): string {
  const reasons = excused()
  const rows = [...namedBy()].map(([id, files]) => {
    const tests = files.length
      ? files.map((file) => `[${file.replace(/^test\//, '')}](../${file})`).join(', ')
      : `excused: ${reasons.get(id)}`
    return `| ${id} | ${catalogue[id]?.replace(/\|/g, '\\|')} | ${tests} |`
  })
  return [
    '# Faults and attacks, and the tests that prove the right behaviour',
    '',
    '| id | what happens | proved by |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export function testFiles(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' || entry.name === 'catalogue' ? [] : testFiles(path)
    return /\.test\.tsx?$/.test(entry.name) ? [path] : []
  })
}
