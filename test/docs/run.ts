// Runs a snippet of a document as it stands, but for where it imports from and where it connects to.
import vm from 'node:vm'
import * as ws from 'ws'
import * as http from 'node:http'
import * as holdfast from '../../src/index.js'
import * as server from '../../src/server/index.js'
import * as socket from '../../src/socket.js'
import * as testing from '../../src/testing/index.js'

const modules: Record<string, object> = {
  holdfast,
  'holdfast/socket': socket,
  'holdfast/server': server,
  'holdfast/testing': testing,
  'node:http': http,
  ws,
}

/** What `names` are when the snippet is over. `globals` are the names that it leaves to the reader. */
export async function run<Names extends string>(
  snippet: string,
  names: readonly Names[],
  globals: Record<string, unknown> = {},
): Promise<Record<Names, never>> {
  const body = snippet.replace(
    /^import \{(.*)\} from '(.*)'$/gm,
    (_, imported: string, from: string) => `const {${imported.replaceAll(' as ', ': ')}} = modules['${from}']`,
  )
  const code = `(async ({ modules, ${Object.keys(globals).join(', ')} }) => { ${body}\nreturn { ${names.join(', ')} } })`
  const snippetOf = vm.runInThisContext(code) as (given: object) => Promise<Record<Names, never>>
  return snippetOf({ modules, ...globals })
}
