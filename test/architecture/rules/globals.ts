import ts from 'typescript'
import { nodesOf, type Project, type Rule, violation } from '../project'

/**
 * What exists, and means the same, on every platform: the language, and constructors without an effect of their own.
 * Whatever isn't named here is somebody's platform, and is handed in (house-style.md §11).
 */
const everywhere = new Set(
  `undefined arguments NaN Infinity Object Array String Number Boolean BigInt Symbol Promise Map Set WeakMap WeakSet JSON RegExp Math Date
  Proxy Reflect Error TypeError RangeError SyntaxError ArrayBuffer DataView Uint8Array Uint16Array Uint32Array Int32Array
  parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI
  URL URLSearchParams Headers Request Response FormData Blob File AbortController AbortSignal TextEncoder TextDecoder`.split(/\s+/),
)

/** Globals that are time or chance, whoever asks. */
const timeAndChance = new Set(
  'performance setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate requestAnimationFrame requestIdleCallback'.split(
    ' ',
  ),
)

/** Members of a global that stand for the whole of it: `Date.parse` reads a text, `Date.now` reads a clock. */
const harmlessMembers: Readonly<Record<string, RegExp>> = {
  Date: /^(parse|UTC)$/,
  Math: /^(?!random$)/,
  AbortSignal: /^(?!timeout$)/,
}

const clock = 'platform/clock.ts'

export const platformsAreHandedIn: Rule = (project) =>
  globalsOf(project)
    .filter(({ name, path }) => !everywhere.has(name) && !timeAndChance.has(name) && !mayTouchThePlatform(path, name))
    .map(({ name, file, node }) =>
      violation(file, node, `${name} is a platform global: only platform/, stores/ and entry points touch those`),
    )

export const timeAndChanceComeFromTheClock: Rule = (project) =>
  globalsOf(project)
    .filter(({ name, node, path }) => path !== clock && (timeAndChance.has(name) || readsTimeOrChance(name, node)))
    .map(({ name, file, node }) => violation(file, node, `${name} is time or chance: ask the clock`))

export const nothingIsLogged: Rule = (project) =>
  globalsOf(project)
    .filter(({ name, path }) => name === 'console' && !path.startsWith('cli'))
    .map(({ file, node }) => violation(file, node, 'nothing is ever logged to the console'))

function mayTouchThePlatform(path: string, name: string): boolean {
  if (name === 'console') return true // Has a rule of its own, without exceptions for these rooms.
  return !path.includes('/') || /^(platform|stores|cli)\//.test(path)
}

function readsTimeOrChance(name: string, node: ts.Identifier): boolean {
  const harmless = harmlessMembers[name]
  if (!harmless) return false
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) && parent.expression === node) return !harmless.test(parent.name.text)
  if (name === 'Math') return true // Handed on as a whole, its random() goes along.
  if (name === 'AbortSignal') return false
  return !(ts.isNewExpression(parent) && parent.arguments?.length) && !isInstanceCheck(node)
}

function isInstanceCheck({ parent }: ts.Node): boolean {
  return ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.InstanceOfKeyword
}

interface GlobalReference {
  readonly name: string
  readonly path: string
  readonly file: ts.SourceFile
  readonly node: ts.Identifier
}

/** Names that are used as values and that nothing in the project declares. */
function globalsOf({ files, checker }: Project): readonly GlobalReference[] {
  const own = new Set(files.map(({ ast }) => ast))
  return files.flatMap(({ path, ast }) =>
    [...nodesOf(ast, (node) => !ts.isTypeNode(node) || ts.isExpressionWithTypeArguments(node))].flatMap((node) => {
      if (!ts.isIdentifier(node) || !isValueReference(node)) return []
      const symbol = ts.isShorthandPropertyAssignment(node.parent)
        ? checker.getShorthandAssignmentValueSymbol(node.parent)
        : checker.getSymbolAtLocation(node)
      const declaredHere = symbol?.declarations?.some((declaration) => own.has(declaration.getSourceFile()))
      return declaredHere ? [] : [{ name: node.text, path, file: ast, node }]
    }),
  )
}

function isValueReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isHeritageClause(parent.parent))
    return parent.parent.token === ts.SyntaxKind.ExtendsKeyword && ts.isClassLike(parent.parent.parent)
  if (ts.isBindingElement(parent)) return parent.initializer === node
  if (ts.isImportOrExportSpecifier(parent) || ts.isMetaProperty(parent)) return false
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return false
  return (parent as { name?: ts.Node }).name !== node
}
