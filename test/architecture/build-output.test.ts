import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'tsup'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { syntaxHermesRefuses } from './rules/syntax'

describe('what the build writes', () => {
  let folder: string
  let files: readonly ts.SourceFile[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'authenticated-client-build-'))
    await build({ config: '.tsup.config.ts', outDir: folder, dts: false, silent: true, clean: false })
    const names = (await readdir(folder)).filter((name) => /\.(c?js)$/.test(name))
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    files = names.map((name, index) => ts.createSourceFile(name, texts[index]!, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS))
  }, 60_000) // The command line brings a package along: the build takes its time.

  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('is an ES module and a CommonJS module', () => {
    expect(files.map(({ fileName }) => fileName)).toEqual(expect.arrayContaining(['index.js', 'index.cjs']))
  })

  it('gives the main entry one file beside its own, so that it is imported at once', () => {
    const main = files.filter(({ fileName }) => /^index\.c?js$/.test(fileName))
    const imported = main.map(({ text }) => new Set(text.match(/(?<=(?:from |require\()')\.\/[^']+/g)))

    expect(imported.map((names) => [...names].map((name) => name.replace(/-.*\./, '.')))).toEqual([['./core.cjs'], ['./core.js']])
  })

  it('holds no syntax that Hermes refuses', () => {
    expect(files.flatMap(syntaxHermesRefuses)).toEqual([])
  })

  it('keeps private fields native: lowered to WeakMaps they are larger and slower', () => {
    expect(files.filter(({ text }) => /__private(Get|Set|Add|Method)/.test(text)).map(({ fileName }) => fileName)).toEqual([])
  })
})
