import { posix } from 'node:path'
import ts from 'typescript'
import { nodesOf, type Project, type Rule, violation } from '../project'

/** design.md §4: a file imports from its own folder or from a lower floor. */
const floors: Readonly<Record<string, number>> = {
  errors: 0,
  platform: 1,
  tokens: 2,
  challenge: 2,
  schemes: 3,
  grants: 3,
  stores: 3,
  diagnose: 3,
  session: 4,
  pipeline: 5,
  cli: 5,
  testing: 5,
  client: 6,
}

/** Who may import which package; a path that ends in `/` stands for a folder. */
const packages: readonly { readonly name: RegExp; readonly from: readonly string[] }[] = [
  { name: /^commander$/, from: ['cli/'] },
  { name: /^dpop$/, from: ['schemes/dpop.ts'] },
  { name: /^jose$/, from: ['grants/signed-assertion.ts'] },
  { name: /^@noble\/hashes\//, from: ['schemes/digest-hash.ts'] },
  { name: /^jwt-decode$/, from: ['tokens/jwt.ts'] },
  { name: /^@opentelemetry\/api$/, from: ['client/open-telemetry.ts'] },
  {
    name: /^node:/,
    from: [
      'stores/file.ts',
      'stores/replace-file.ts',
      'stores/machine-lock.ts',
      'stores/socket-chain.ts',
      'stores/unix-socket.ts',
      'stores/exclusive-file.ts',
      'cli/',
    ],
  },
]

export const importsGoDown: Rule = (project) =>
  importsOf(project).flatMap(({ from, to, file, node }) => {
    const [own, target] = [floorOf(from), floorOf(to)]
    if (own === undefined) return [violation(file, node, `${roomOf(from)}/ is not a room of design.md §4`)]
    if (target === undefined) return [violation(file, node, `${roomOf(to)}/ is not a room of design.md §4`)]
    if (target === entry) return [violation(file, node, 'nothing imports an entry point')]
    if (roomOf(from) === roomOf(to) || target < own) return []
    return [violation(file, node, `${roomOf(from)} (floor ${own}) imports from ${roomOf(to)} (floor ${target})`)]
  })

export const importsNameTheExactFile: Rule = (project) => {
  const known = new Set(project.files.map(({ path }) => path))
  return importsOf(project)
    .filter(({ to }) => !known.has(to))
    .map(({ file, node, to }) => violation(file, node, `there is no src/${to}: import from the exact file`))
}

export const importsMakeNoCircle: Rule = (project) => {
  const next = new Map<string, { to: string; line: string }[]>()
  for (const { from, to, file, node } of importsOf(project)) {
    next.set(from, [...(next.get(from) ?? []), { to, line: violation(file, node, '') }])
  }
  const finished = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    if (finished.has(path)) return
    const start = trail.indexOf(path)
    if (start >= 0) {
      found.push(`a circle: ${[...trail.slice(start), path].join(' → ')}`)
      return
    }
    for (const { to } of next.get(path) ?? []) walk(to, [...trail, path])
    finished.add(path)
  }
  for (const { path } of project.files) walk(path, [])
  return found
}

export const packagesComeInThroughOneDoor: Rule = (project) =>
  specifiersOf(project)
    .filter(({ specifier }) => !specifier.startsWith('.'))
    .flatMap(({ from, specifier, file, node }) => {
      const rule = packages.find(({ name }) => name.test(specifier))
      if (!rule) return [violation(file, node, `'${specifier}' is a package that nobody may import`)]
      if (rule.from.some((door) => (door.endsWith('/') ? from.startsWith(door) : from === door))) return []
      return [violation(file, node, `'${specifier}' may only be imported by ${rule.from.join(', ')}`)]
    })

export const entryPointsOnlyReExport: Rule = (project) =>
  project.files
    // The command line is a program: it runs.
    .filter(({ path }) => floorOf(path) === entry && path !== 'cli.ts')
    .flatMap(({ ast }) =>
      ast.statements
        .filter((statement) => !(ts.isExportDeclaration(statement) && statement.moduleSpecifier))
        .map((statement) => violation(ast, statement, 'an entry point only re-exports')),
    )

export const filesHaveNamesOfTheirOwn: Rule = (project) =>
  project.files.flatMap(({ path }) => {
    const name = posix.basename(path, '.ts')
    if (/^(utils?|helpers?|types?|common|misc|shared)$/.test(name)) return [`src/${path}: name the one idea of the file`]
    if (name === 'index' && path !== 'index.ts') return [`src/${path}: no index.ts inside a folder`]
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return [`src/${path}: file names are kebab-case`]
    if (path.split('/').length > 2) return [`src/${path}: rooms have no folders inside`]
    return []
  })

const entry = Number.POSITIVE_INFINITY

function roomOf(path: string): string {
  return path.replace(/\/.*/, '')
}

function floorOf(path: string): number | undefined {
  return path.includes('/') ? floors[roomOf(path)] : entry
}

interface Import {
  readonly from: string
  readonly file: ts.SourceFile
  readonly node: ts.Node
}

/** Relative imports and re-exports, types included: a circle of types is a circle of ideas. */
function importsOf(project: Project): readonly (Import & { readonly to: string })[] {
  return specifiersOf(project)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map((found) => ({ ...found, to: `${posix.join(posix.dirname(found.from), found.specifier)}.ts` }))
}

function specifiersOf(project: Project): readonly (Import & { readonly specifier: string })[] {
  return project.files.flatMap(({ path, ast }) =>
    [...nodesOf(ast)].flatMap((node) => {
      const specifier = specifierOf(node)
      return specifier === undefined ? [] : [{ from: path, file: ast, node, specifier }]
    }),
  )
}

function specifierOf(node: ts.Node): string | undefined {
  const literal =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : undefined
  return literal && ts.isStringLiteral(literal) ? literal.text : undefined
}
