import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const readme = fileURLToPath(new URL('../../README.md', import.meta.url))

/** Puts what a program has measured between `<!-- mark -->` and `<!-- end -->`; it may be made of what stands there. */
export function writeIntoReadme(mark: string, table: string | ((before: string) => string)): void {
  const text = readFileSync(readme, 'utf8')
  const between = new RegExp(`(<!-- ${mark} -->\\n)(.*?)(<!-- end -->)`, 's')
  if (!between.test(text)) throw new Error(`README.md has no place for the table of ${mark}`)
  writeFileSync(
    readme,
    text.replace(between, (_, start: string, before: string, end: string) => {
      return `${start}${typeof table === 'string' ? table : table(before)}\n${end}`
    }),
  )
}
