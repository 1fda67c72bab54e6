import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

/** Source files as the rules see them. `path` is relative to `src/`, with forward slashes. */
export interface Project {
  readonly files: readonly { readonly path: string; readonly ast: ts.SourceFile }[]
  readonly checker: ts.TypeChecker
}

/** A rule reads a project and says what is wrong with it, one line each. */
export type Rule = (project: Project) => readonly string[]

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is in `src/` now. */
export function readProject(): Project {
  const folder = join(root, 'src')
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
  return projectOf(Object.fromEntries(paths.map((path) => [path.split(sep).join('/'), readFileSync(join(folder, path), 'utf8')])))
}

/** A project made of text alone, so that a rule can be shown what it must refuse. */
export function projectOf(sources: Readonly<Record<string, string>>): Project {
  const options = compilerOptions()
  const host = ts.createCompilerHost(options, true)
  const virtual = new Map(Object.entries(sources).map(([path, text]) => [join(root, 'src', path), text]))
  const program = ts.createProgram([...virtual.keys()], options, {
    ...host,
    // Only the given sources exist below src/: a rule's own test must not lean on the library's files.
    fileExists: (path) => (isSource(path) ? virtual.has(join(path)) : host.fileExists(path)),
    readFile: (path) => virtual.get(join(path)) ?? host.readFile(path),
    getSourceFile: (path, language) => {
      const text = virtual.get(join(path))
      return text === undefined ? libraryFile(path, language, host) : ts.createSourceFile(path, text, language, true)
    },
  })
  const files = [...virtual.keys()].flatMap((path) => {
    const ast = program.getSourceFile(path)
    return ast ? [{ path: relative(join(root, 'src'), path).split(sep).join('/'), ast }] : []
  })
  return { files, checker: program.getTypeChecker() }
}

/** `src/session/session.ts:12: what is wrong` */
export function violation(file: ts.SourceFile, node: ts.Node, message: string): string {
  const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
  return `${relative(root, file.fileName).split(sep).join('/')}:${line + 1}: ${message}`
}

/** Every node below `node`, depth first; what `enter` refuses is not looked into. */
export function* nodesOf(node: ts.Node, enter: (node: ts.Node) => boolean = () => true): Generator<ts.Node> {
  const children: ts.Node[] = []
  ts.forEachChild(node, (child) => void children.push(child))
  for (const child of children) {
    if (!enter(child)) continue
    yield child
    yield* nodesOf(child, enter)
  }
}

function isSource(path: string): boolean {
  return join(path).startsWith(join(root, 'src') + sep)
}

function compilerOptions(): ts.CompilerOptions {
  const { config, error } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'))
  return ts.parseJsonConfigFileContent(config, ts.sys, root).options
}

// The declarations of the language and of Node are the same for every project: parsing them once keeps the tests fast.
const parsed = new Map<string, ts.SourceFile | undefined>()

function libraryFile(
  path: string,
  language: ts.ScriptTarget | ts.CreateSourceFileOptions,
  host: ts.CompilerHost,
): ts.SourceFile | undefined {
  if (!parsed.has(path)) parsed.set(path, host.getSourceFile(path, language))
  return parsed.get(path)
}
