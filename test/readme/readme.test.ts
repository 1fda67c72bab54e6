import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { mutants } from '../simulation/mutants/all'
import { regressions } from '../simulation/regressions'

const root = fileURLToPath(new URL('../..', import.meta.url))

describe('README.md', () => {
  it('is there', () => expect(existsSync(join(root, 'README.md')), 'README.md is missing').toBe(true))

  it('opens with an example of at most 15 lines', () => {
    const [first] = examples()

    expect(first?.text.trim().split('\n').length).toBeLessThanOrEqual(15)
  })

  it('has only examples that compile under our strict options', () => {
    expect(problemsOf(examples())).toEqual([])
  })

  it('links to files and folders that are there', () => {
    const linked = [...readme().matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path)

    expect(linked.length).toBeGreaterThan(30)
    expect(linked.filter((path) => !existsSync(join(root, path)))).toEqual([])
  })

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> }
    const named = [...readme().matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, script, short]) => script ?? short ?? '')

    expect(named).toEqual(expect.arrayContaining(['start', 'test']))
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })

  it('never has npx fetch the command line: while the package is not published, anybody may register its name', () => {
    expect(readme()).toContain('npx --no -- authenticated-client')
    expect(readme()).not.toMatch(/npx (?!--no -- )/)
  })

  it.each([
    ['index', /the client needs Chrome (\d+), Firefox (\d+) or Safari ([\d.]+)/],
    ['dpop', /`\/dpop` needs Chrome (\d+), .*?Firefox (\d+), Safari ([\d.]+)/],
  ])('names browsers that know all the syntax of src/%s.ts: nothing is left for a compiler to lower', async (entry, needs) => {
    const [, ...versions] = needs.exec(readme()) ?? []
    const browsers = ['chrome', 'firefox', 'safari'].map((name, index) => `${name}${versions[index]}`)
    const built = async (target: readonly string[]) => {
      const entryPoints = [join(root, `src/${entry}.ts`)]
      const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false, target: [...target] })
      return outputFiles[0]?.text
    }

    expect(await built(['es2022', ...browsers])).toBe(await built(['es2022']))
  })

  it('counts as many planted faults and broken seeds as the simulation has', () => {
    expect(readme()).toContain(` ${mutants.length} planted faults`)
    expect(readme()).toContain(` ${regressions.length} seeds have broken a rule`)
  })
})

describe('the compiler of the examples', () => {
  it('finds what is wrong in an example, and where', () => {
    const examples = [
      { line: 7, text: `import { AuthenticatedClient } from 'authenticated-client'\nnew AuthenticatedClient({ tokenEndpont: '' })` },
      { line: 20, text: 'const good: string = "text"\n' },
      { line: 30, text: 'const good = 1' },
    ]

    expect(problemsOf(examples)).toEqual([expect.stringMatching(/^README\.md:8: .*tokenEndpont/)])
  })
})

interface Example {
  /** Of README.md, where its first line stands. */
  readonly line: number
  readonly text: string
}

function readme(): string {
  const path = join(root, 'README.md')
  if (!existsSync(path)) throw new Error('README.md is missing: its examples are tested here')
  return readFileSync(path, 'utf8')
}

function examples(): readonly Example[] {
  const text = readme()
  const found = [...text.matchAll(/^( *)```(?:ts|typescript)\b[^\n]*\n([\s\S]*?)^ *```/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length + 1,
    text: match[2]!,
  }))
  if (!found.length) throw new Error('README.md has no ts example')
  return found
}

/** Each example is a module of its own that stands where a user's code would: beside an installed `authenticated-client`. */
function problemsOf(examples: readonly Example[]): readonly string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  // A name that an example only declares is what its reader goes on with.
  const options = { ...ts.parseJsonConfigFileContent(config, ts.sys, root).options, noUnusedLocals: false, noUnusedParameters: false }
  const sources = new Map(examples.map((example) => [join(root, `README.${example.line}.ts`), example]))
  const host = ts.createCompilerHost(options, true)
  const program = ts.createProgram([...sources.keys()], options, {
    ...host,
    fileExists: (path) => sources.has(join(path)) || host.fileExists(path),
    getSourceFile: (path, language) => {
      const example = sources.get(join(path))
      return example ? ts.createSourceFile(path, `${example.text}\nexport {}`, language, true) : host.getSourceFile(path, language)
    },
  })
  return [...sources].flatMap(([path, { line }]) => {
    const file = program.getSourceFile(path)
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((problem) => {
      const offset = file && problem.start !== undefined ? file.getLineAndCharacterOfPosition(problem.start).line : 0
      return `README.md:${line + offset}: ${ts.flattenDiagnosticMessageText(problem.messageText, ' ')}`
    })
  })
}
