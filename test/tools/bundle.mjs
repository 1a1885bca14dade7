// One recipe for the browser bundle, so that `npm run size` weighs exactly what `npm run build` ships.
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

/** Transpiles TypeScript only; `npm run types` does the checking. */
export const typescript = (tsconfig = 'src/tsconfig.json') => esbuild({ target: 'es2022', tsconfig })

export const browserPlugins = () => [nodeResolve({ browser: true }), typescript()]

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']

function walk(node, visit) {
  if (node.type) visit(node)
  for (const child of Object.values(node)) if (child && typeof child === 'object') walk(child, visit)
}

/** The places of each `#private` name of a class. */
function privatePlaces(body) {
  const names = new Map()
  walk(body, (node) => {
    if (node.type === 'PrivateIdentifier') names.set(node.name, [...(names.get(node.name) ?? []), node])
    if (node.type === 'ClassBody' && node !== body)
      throw new Error('a class in a class: whose private names are these?')
  })
  if (names.size > letters.length) throw new Error('a class has more private names than there are letters')
  return [...names.values()]
}

/**
 * What the minifier does not do, and gzip is glad of: each class names its `#private` parts a, b, c … anew (they are
 * nobody else's), and `const` becomes `let`, for nothing is assigned to it. Words are filled up with blanks, so that no place
 * in the source map moves.
 */
const alike = () => ({
  name: 'alike',
  renderChunk(code) {
    const text = code.split('')
    const put = (word, start, end) => text.splice(start, end - start, ...word.padEnd(end - start))
    walk(this.parse(code), (node) => {
      if (node.type === 'VariableDeclaration' && node.kind === 'const') put('let', node.start, node.start + 5)
      if (node.type !== 'ClassBody') return
      for (const [at, places] of privatePlaces(node).entries())
        for (const { start, end } of places) put(`#${letters[at]}`, start, end)
    })
    return { code: text.join(''), map: null }
  },
})

/**
 * Safe settings only. `#private` names are mangled by `mangle` itself, so no property name needs a naming convention.
 * `unsafe_arrows` turns `function () {}` into an arrow where `this`, `arguments` and `new` are not used in it.
 */
export const minify = ({ module = false } = {}) => [
  alike(),
  terser({
    ecma: 2022,
    // Only a module's top level is its own: in a script tag, `toplevel` would turn the UMD wrapper's names into globals.
    module,
    toplevel: module,
    compress: { passes: 3, pure_getters: 'strict', unsafe_arrows: true, keep_fargs: false },
    mangle: true,
    format: { comments: false },
  }),
]
