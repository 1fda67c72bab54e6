import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'tsup'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('runs as package.json names it, with no package beside it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-bin-'))
  try {
    const { bin } = JSON.parse(await readFile(`${root}package.json`, 'utf8'))
    await build({ config: '.tsup.config.ts', outDir: folder, dts: false, silent: true, clean: false })
    const program = join(folder, bin['authenticated-client'].replace('dist/', ''))

    const { stdout } = await promisify(execFile)(process.execPath, [program, 'explain', '--help'])

    expect(stdout).toContain('Exit codes:')
    expect(await readFile(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}, 60_000)
