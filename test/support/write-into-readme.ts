import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const readme = fileURLToPath(new URL('../../README.md', import.meta.url))

/** Puts what a program has measured between `<!-- mark -->` and `<!-- end -->`. */
export function writeIntoReadme(mark: string, table: string): void {
  const text = readFileSync(readme, 'utf8')
  const between = new RegExp(`(<!-- ${mark} -->\\n).*?(<!-- end -->)`, 's')
  if (!between.test(text)) throw new Error(`README.md has no place for the table of ${mark}`)
  writeFileSync(
    readme,
    text.replace(between, (_, start: string, end: string) => `${start}${table}\n${end}`),
  )
}
