// The import rules of src/, as data, and a checker that knows nothing but edges.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import ts from 'typescript'

interface Rule {
  /** A file (without .ts) or a folder, relative to src; the first rule that covers a file is its rule. */
  from: string
  /** What it may import: files or folders; '*' is anything in src. */
  values: string[]
  /** What it may import the types of, besides. */
  types?: string[]
  /** Packages and Node modules. */
  packages?: string[]
}

const browser = ['core', 'shell', 'wire']
const contract = ['transports/transport']
const leaves = ['transports/websocket', 'transports/sse', 'transports/poll']

export const rules: Rule[] = [
  { from: 'wire', values: ['wire'] },
  { from: 'core', values: ['core', 'wire'] },
  { from: 'transports', values: ['transports'], types: ['wire'] },
  { from: 'shell', values: ['shell', 'core/port', 'wire'], types: contract },
  {
    from: 'server',
    values: ['server', 'core', 'wire', 'shell/run', 'shell/env'],
    packages: ['node:', 'ws', 'commander', 'pino', 'prom-client', 'ioredis', 'libsql'],
  },
  { from: 'testing', values: ['*'] },
  { from: 'socket', values: [...browser, 'socket'] },
  { from: 'network', values: browser },
  { from: 'client', values: [...browser, 'client', ...leaves], types: ['transports'] },
  { from: 'index', values: [...browser, 'transports', 'client', 'socket', 'network'] },
  { from: 'umd', values: ['index', 'socket'] },
]

export interface Edge {
  from: string
  to: string
  typeOnly: boolean
}

const covers = (entry: string, path: string) => entry === '*' || path === entry || path.startsWith(`${entry}/`)
const isPackage = (to: string) => to.startsWith('package:')

/** 'node:' stands for every Node module, 'ws' for `ws` and `ws/…`. */
const allowsPackage = (rule: Rule, name: string) =>
  (rule.packages ?? []).some((entry) => (entry.endsWith(':') ? name.startsWith(entry) : covers(entry, name)))

function allows(rule: Rule, { to, typeOnly }: Edge): boolean {
  if (isPackage(to)) return allowsPackage(rule, to.slice('package:'.length))
  const entries = typeOnly ? [...rule.values, ...(rule.types ?? [])] : rule.values
  return entries.some((entry) => covers(entry, to))
}

export function violations(files: string[], edges: Edge[]): string[] {
  const ruleOf = (file: string) => rules.find((rule) => covers(rule.from, file))
  const unruled = files.filter((file) => !ruleOf(file)).map((file) => `${file} is under no rule`)
  const forbidden = edges.filter((edge) => {
    const rule = ruleOf(edge.from)
    return rule !== undefined && !allows(rule, edge)
  })
  const name = ({ from, to, typeOnly }: Edge) => `${from} imports ${typeOnly ? 'types of ' : ''}${to}`
  return [...unruled, ...forbidden.map(name)]
}

/** At least one cycle of every knot, as `a > b > a`; types count, for they tie two files together just as well. */
export function cycles(edges: Edge[]): string[] {
  const targets = new Map<string, string[]>()
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to])
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: string[]) => {
    const start = path.indexOf(file)
    if (start >= 0) found.push([...path.slice(start), file].join(' > '))
    if (start >= 0 || done.has(file)) return
    for (const to of targets.get(file) ?? []) visit(to, [...path, file])
    done.add(file)
  }
  for (const file of targets.keys()) visit(file, [])
  return found
}

const typeOnlyImport = (clause: ts.ImportClause | undefined) => {
  if (!clause) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  return !clause.name && named !== undefined && ts.isNamedImports(named) && allTypes(named.elements)
}
const allTypes = (elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]) =>
  elements.length > 0 && elements.every((element) => element.isTypeOnly)
const typeOnlyExport = ({ isTypeOnly, exportClause }: ts.ExportDeclaration) =>
  isTypeOnly || (exportClause !== undefined && ts.isNamedExports(exportClause) && allTypes(exportClause.elements))

/** Static, type, side-effect and dynamic imports alike. */
export function imports(source: ts.SourceFile): { specifier: string; typeOnly: boolean }[] {
  const found: { specifier: string; typeOnly: boolean }[] = []
  const add = (node: ts.Node | undefined, typeOnly: boolean) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, typeOnlyImport(node.importClause))
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, typeOnlyExport(node))
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true)
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

export const parse = (name: string, text: string) => ts.createSourceFile(name, text, ts.ScriptTarget.ES2022, true)

/** Statements of an index file that are anything but an `export … from`. */
export const notExports = (source: ts.SourceFile) =>
  source.statements
    .filter((statement) => !(ts.isExportDeclaration(statement) && statement.moduleSpecifier))
    .map((statement) => `${source.fileName}: ${statement.getText().split('\n')[0] ?? ''}`)

/** Reads src/**: its files named without .ts, and every import as an edge between such names. */
export function readSources(root: string): { files: string[]; edges: Edge[]; indexes: ts.SourceFile[] } {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => /\.ts$/.test(path))
  const sources = paths.map((path) => {
    const name = path
      .split(sep)
      .join('/')
      .replace(/(\.d)?\.ts$/, '')
    return { name, source: parse(relative('.', join(root, path)), readFileSync(join(root, path), 'utf8')) }
  })
  const target = (from: string, specifier: string) =>
    specifier.startsWith('.') ? posix.join(dirname(from), specifier).replace(/\.(js|ts)$/, '') : `package:${specifier}`
  const edges = sources.flatMap(({ name, source }) =>
    imports(source).map(({ specifier, typeOnly }) => ({ from: name, to: target(name, specifier), typeOnly })),
  )
  const indexes = sources.filter(({ name }) => /(^|\/)index$/.test(name)).map(({ source }) => source)
  return { files: sources.map(({ name }) => name), edges, indexes }
}
