import ts from 'typescript'
import { nodesOf, type Rule, violation } from '../project'

/**
 * The build writes ES2022. React Native's Babel preset lowers private fields and logical assignment for Hermes; what it doesn't
 * lower, Hermes refuses when it parses the bundle: then the app doesn't start at all.
 */
export const hermesCanParseIt: Rule = (project) => project.files.flatMap(({ ast }) => syntaxHermesRefuses(ast))

export const typesAreWithoutTricks: Rule = (project) =>
  project.files.flatMap(({ ast }) => {
    const any = [...nodesOf(ast)]
      .filter(({ kind }) => kind === ts.SyntaxKind.AnyKeyword)
      .map((node) => violation(ast, node, 'no any: unknown, narrowed once'))
    const silenced = /@ts-(ignore|expect-error|nocheck)/.test(ast.text) ? [violation(ast, ast, 'the compiler is not to be silenced')] : []
    return [...any, ...silenced]
  })

export function syntaxHermesRefuses(file: ts.SourceFile): readonly string[] {
  return [...nodesOf(file)].flatMap((node) => {
    const name = refused(node)
    return name === undefined ? [] : [violation(file, node, `Hermes can't parse ${name}`)]
  })
}

function refused(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return 'import()'
  if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) return 'import.meta'
  if (ts.isClassStaticBlockDeclaration(node)) return 'a static block'
  if (ts.isDecorator(node)) return 'a decorator'
  if (ts.isForOfStatement(node) && node.awaitModifier) return 'for await'
  if (ts.isAwaitExpression(node) && !ts.findAncestor(node, ts.isFunctionLike)) return 'a top-level await'
  if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) >= ts.NodeFlags.Using) return 'using'
  if (ts.isRegularExpressionLiteral(node) && /v[a-z]*$/.test(node.text)) return 'a regular expression with the v flag'
  const generator = (ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node)) && node.asteriskToken
  if (generator && node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword)) return 'an async generator'
  return undefined
}
