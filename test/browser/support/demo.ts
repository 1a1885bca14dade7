import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { dist } from './dist.js'

/** The demo as `npm start` runs it, on a free port. */
export async function startDemo(): Promise<{ url: string; stop: () => Promise<void> }> {
  const env = { ...process.env, DIST: dist }
  const child: ChildProcess = spawn(process.execPath, ['docs/demo/start.mjs', '--port', '0'], { env })
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: Buffer) => {
      said += String(text)
      const [url] = /http:\/\/\S+/.exec(said) ?? []
      if (url) resolve(url)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', () => reject(new Error(`the demo did not start:\n${said}`)))
  })
  const stop = async () => {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }
  return { url, stop }
}
