// One recipe for the browser bundle, so that `npm run size` weighs exactly what `npm run build` ships.
import { nodeResolve } from '@rollup/plugin-node-resolve'
import terser from '@rollup/plugin-terser'
import esbuild from 'rollup-plugin-esbuild'

/** Transpiles TypeScript only; `npm run types` does the checking. */
export const typescript = (tsconfig = 'src/tsconfig.json') => esbuild({ target: 'es2022', tsconfig })

export const browserPlugins = () => [nodeResolve({ browser: true }), typescript()]

/**
 * Safe settings only. `#private` names are mangled by `mangle` itself, so no property name needs a naming convention.
 * `unsafe_arrows` turns `function () {}` into an arrow where `this`, `arguments` and `new` are not used in it.
 */
export const minify = ({ module = false } = {}) =>
  terser({
    ecma: 2022,
    // Only a module's top level is its own: in a script tag, `toplevel` would turn the UMD wrapper's names into globals.
    module,
    toplevel: module,
    compress: { passes: 3, pure_getters: 'strict', unsafe_arrows: true, keep_fargs: false },
    mangle: true,
    format: { comments: false },
  })
