import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('shows a visitor package.json, tsconfig.json, src, test, playground and README.md, and nothing else', () => {
  const beside = ['package-lock.json', 'LICENSE', 'CHANGELOG.md']

  const visible = topLevel().filter((name) => !name.startsWith('.') && !beside.includes(name))

  expect(visible).toEqual(['README.md', 'package.json', 'playground', 'src', 'test', 'tsconfig.json'])
})

/** What is, or is about to be, in the repository. */
function topLevel(): readonly string[] {
  return [...new Set((trackedFiles() ?? filesThatAreNotIgnored()).map((path) => path.replace(/\/.*/, '')))].sort()
}

function trackedFiles(): readonly string[] | undefined {
  try {
    const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    })
    return list.split('\n').filter(Boolean)
  } catch {
    return undefined // A machine without git, or an archive.
  }
}

function filesThatAreNotIgnored(): readonly string[] {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean)
  return readdirSync(root).filter(
    (name) => !ignored.some((pattern) => (pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern)),
  )
}
