import ts from 'typescript'
import { nodesOf, type Rule, violation } from '../project'

/** Rule 16 of design.md: nothing runs at import. What isn't a declaration with a harmless initialiser is work. */
export const nothingRunsAtImport: Rule = (project) =>
  project.files
    .filter(({ path }) => path !== 'cli.ts')
    .flatMap(({ ast }) =>
      ast.statements.flatMap((statement) =>
        runsAtImport(statement).map((node) => violation(ast, node, `runs at import: ${excerpt(node, ast)}`)),
      ),
    )

/** Rule 16 of design.md: no module-level state. Two copies of a page, two users of a server must not meet in a module. */
export const modulesKeepNoState: Rule = (project) =>
  project.files.flatMap(({ ast }) => {
    const found: ts.Node[] = []
    const constants = new Set<ts.Symbol>()
    for (const statement of ast.statements) {
      if (!ts.isVariableStatement(statement)) continue
      if (!(statement.declarationList.flags & ts.NodeFlags.Const)) found.push(statement)
      for (const declaration of statement.declarationList.declarations) {
        if (isContainer(declaration)) found.push(declaration)
        const symbol = project.checker.getSymbolAtLocation(declaration.name)
        if (symbol) constants.add(symbol)
      }
    }
    for (const node of nodesOf(ast)) {
      if (ts.isPropertyDeclaration(node) && isStatic(node) && !hasModifier(node, ts.SyntaxKind.ReadonlyKeyword)) found.push(node)
      const target = writtenTo(node)
      const symbol = target && project.checker.getSymbolAtLocation(target)
      if (symbol && constants.has(symbol)) found.push(node)
    }
    return found.map((node) => violation(ast, node, `module-level state: ${excerpt(node, ast)}`))
  })

function runsAtImport(statement: ts.Statement): readonly ts.Node[] {
  if (ts.isVariableStatement(statement)) {
    if (isAmbient(statement)) return []
    return statement.declarationList.declarations.flatMap(({ initializer }) => (initializer ? work(initializer) : []))
  }
  if (ts.isClassDeclaration(statement)) return workOfClass(statement)
  if (ts.isExportAssignment(statement)) return work(statement.expression)
  const harmless =
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    (ts.isModuleDeclaration(statement) && isAmbient(statement))
  return harmless ? [] : [statement]
}

/** The parts of an expression that do something when it is evaluated. */
function work(node: ts.Expression): readonly ts.Node[] {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return []
  if (ts.isClassExpression(node)) return workOfClass(node)
  if (ts.isIdentifier(node) || ts.isLiteralExpression(node)) return []
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node) || ts.isTypeAssertionExpression(node))
    return work(node.expression)
  if (ts.isPrefixUnaryExpression(node)) return work(node.operand)
  if (ts.isBinaryExpression(node)) return [...work(node.left), ...work(node.right)]
  if (ts.isConditionalExpression(node)) return [node.condition, node.whenTrue, node.whenFalse].flatMap(work)
  if (ts.isTemplateExpression(node)) return node.templateSpans.flatMap(({ expression }) => work(expression))
  if (ts.isArrayLiteralExpression(node))
    return node.elements.flatMap((element) => (ts.isSpreadElement(element) ? work(element.expression) : work(element)))
  if (ts.isObjectLiteralExpression(node)) {
    return node.properties.flatMap((property) => {
      if (ts.isPropertyAssignment(property)) return work(property.initializer)
      if (ts.isSpreadAssignment(property)) return work(property.expression)
      return []
    })
  }
  // Reading a constant of our own is no work; reading a global's property may run a getter or miss the global.
  if (ts.isPropertyAccessExpression(node)) return /^(Number|Math|Symbol)$/.test(node.expression.getText()) ? [] : [node]
  if (ts.isCallExpression(node) && /^(Symbol(\.for)?|Object\.freeze)$/.test(node.expression.getText())) return node.arguments.flatMap(work)
  if (ts.isNewExpression(node) && isReadonlySet(node)) return (node.arguments ?? []).flatMap(work)
  return isKeyword(node) ? [] : [node]
}

function workOfClass(node: ts.ClassLikeDeclaration): readonly ts.Node[] {
  const bases = (node.heritageClauses ?? [])
    .filter(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)
    .flatMap(({ types }) => types.flatMap(({ expression }) => work(expression)))
  const members = node.members.flatMap((member): readonly ts.Node[] => {
    if (ts.isClassStaticBlockDeclaration(member)) return [member]
    const key = member.name && ts.isComputedPropertyName(member.name) ? work(member.name.expression) : []
    if (key.length) return key
    return ts.isPropertyDeclaration(member) && isStatic(member) && member.initializer ? work(member.initializer) : []
  })
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : []
  return [...bases, ...members, ...decorators]
}

function isKeyword(node: ts.Node): boolean {
  return [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword, ts.SyntaxKind.OmittedExpression].includes(
    node.kind,
  )
}

/** `const names: ReadonlySet<string> = new Set([…])`: a table, not a state. */
function isReadonlySet(node: ts.NewExpression): boolean {
  const declaration = node.parent
  return (
    /^(Set|Map)$/.test(node.expression.getText()) &&
    ts.isVariableDeclaration(declaration) &&
    /^Readonly(Set|Map)</.test(declaration.type?.getText() ?? '') &&
    (node.arguments ?? []).every(ts.isArrayLiteralExpression)
  )
}

/** Something to put things into: an empty literal, or a collection. */
function isContainer({ initializer }: ts.VariableDeclaration): boolean {
  if (!initializer) return false
  if (ts.isNewExpression(initializer)) return /^(Weak)?(Map|Set|Ref)$/.test(initializer.expression.getText()) && !isReadonlySet(initializer)
  if (ts.isArrayLiteralExpression(initializer)) return initializer.elements.length === 0
  return ts.isObjectLiteralExpression(initializer) && initializer.properties.length === 0
}

/** `constant` in `constant.property = …`, `constant[key]++`, `delete constant.property`, `constant.push(…)`. */
function writtenTo(node: ts.Node): ts.Identifier | undefined {
  const increments = [ts.SyntaxKind.PlusPlusToken, ts.SyntaxKind.MinusMinusToken]
  if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) return ownerOf(node.left)
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && increments.includes(node.operator))
    return ownerOf(node.operand)
  if (ts.isDeleteExpression(node)) return ownerOf(node.expression)
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined
  return /^(push|pop|shift|unshift|splice|sort|reverse|set|add|delete|clear)$/.test(node.expression.name.text)
    ? ownerOf(node.expression)
    : undefined
}

function isAssignment(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment
}

function ownerOf(node: ts.Node): ts.Identifier | undefined {
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return undefined
  // The cursor of a sticky expression is set before each use: nothing is kept from one use to the next.
  if (ts.isPropertyAccessExpression(node) && node.name.text === 'lastIndex') return undefined
  return ts.isIdentifier(node.expression) ? node.expression : ownerOf(node.expression)
}

function isStatic(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.StaticKeyword)
}

function isAmbient(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.DeclareKeyword)
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some((modifier) => modifier.kind === kind)
}

function excerpt(node: ts.Node, file: ts.SourceFile): string {
  return node.getText(file).replace(/\s+/g, ' ').slice(0, 60)
}
