import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const src = fileURLToPath(new URL('../../src/', import.meta.url))
const page = readFileSync(fileURLToPath(new URL('./protocol.md', import.meta.url)), 'utf8')
const chapters = new Map(page.split(/^## /m).map((text) => [text.slice(0, text.indexOf('\n')), text]))

it('draws the states of a session that the code has', () => {
  const states = stringsIn(unionIn('session/phase.ts', 'SessionState'), /status: '([^']+)'/g)

  expect(statesOf('Session')).toEqual(states)
})

it('ends a flight in every way that the code has, and in no other', () => {
  const kinds = stringsIn(unionIn('session/session-event.ts', 'RefreshKind'), /'([^']+)'/g)
  const beginnings = new Set(arrowsOf('Flight').map(([from]) => from))

  expect(statesOf('Flight').filter((state) => !beginnings.has(state))).toEqual(kinds)
})

it('lists the verdicts that the code has', () => {
  const verdicts = stringsIn(unionIn('session/reconcile.ts', 'Verdict'), /'([^']+)'/g)
  const rows = chapters.get('Session')?.matchAll(/^\| (\w+) \| [^|]+ \| `[^|]+\|$/gm) ?? []

  expect([...rows].map(([, verdict]) => verdict).sort()).toEqual(verdicts)
})

it.each(['Session', 'Flight', 'Lock', 'Store'])('has a row for each arrow of the %s, and an arrow for each row', (chapter) => {
  const rows = rowsOf(chapter).map(({ from, to }) => [from, to])

  expect(rows).toEqual(arrowsOf(chapter).filter(([from]) => from !== '[*]'))
})

it.each(['Session', 'Flight', 'Lock', 'Store'])('names what makes each transition of the %s', (chapter) => {
  for (const { file, name } of rowsOf(chapter)) expect(readFileSync(src + file, 'utf8')).toMatch(new RegExp(`\\b${name}\\b`))
})

function arrowsOf(chapter: string): [string, string][] {
  const arrows = chapters.get(chapter)?.matchAll(/^ {2}(\S+) --> (\S+)$/gm) ?? []
  return [...arrows].map(([, from = '', to = '']) => [from, to].map((state) => state.replace('_', '-')) as [string, string])
}

function statesOf(chapter: string): string[] {
  return [...new Set(arrowsOf(chapter).flat())].filter((state) => state !== '[*]').sort()
}

function rowsOf(chapter: string): { from: string; to: string; file: string; name: string }[] {
  const rows = chapters.get(chapter)?.matchAll(/^\| (\w+) \| (\w+) \| [^|]+ \| `([^`]+)` `([^`]+)` \|$/gm) ?? []
  return [...rows].map(([, from = '', to = '', file = '', name = '']) => ({
    from: from.replace('_', '-'),
    to: to.replace('_', '-'),
    file,
    name,
  }))
}

/** The text of a union of the source, up to the next declaration. */
function unionIn(file: string, name: string): string {
  const [, text = ''] = new RegExp(`export type ${name} =([^]*?)\\n\\n`).exec(`${readFileSync(src + file, 'utf8')}\n\n`) ?? []
  return text
}

function stringsIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = '']) => found).sort()
}
