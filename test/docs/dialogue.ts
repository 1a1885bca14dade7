// The directions of a dialogue, in words.
import { Stage } from './stage.js'

type Direction = [words: RegExp, act: (stage: Stage, ...words: string[]) => void]

const directions: Direction[] = [
  [/^the client has (.+)$/, (stage, names = '') => void (stage.transports = names.split(/, | and /))],
  [/^the app connects$/, (stage) => stage.connect()],
  [/^link (\d+) opens$/, (stage, link) => stage.open(Number(link))],
  [/^another client opens link (\d+)$/, (stage, link) => stage.openOther(Number(link))],
  [/^link (\d+) cannot be opened$/, (stage, link) => stage.fail(Number(link))],
  [/^link (\d+) is cut$/, (stage, link) => stage.cut(Number(link))],
  [/^link (\d+) takes packets, and loses them$/, (stage, link) => stage.openMute(Number(link))],
  [/^link (\d+) goes dead, and nobody is told$/, (stage, link) => stage.deaden(Number(link))],
  [/^the app sends (.+) to (\S+)$/, (stage, body = '', ch = '') => stage.send(ch, body)],
  [/^the app follows (\S+) from (now|oldest|last)$/, (stage, ch = '', from) => stage.follow(ch, from as 'now')],
  [/^the app asks who is in (\S+)$/, (stage, ch = '') => stage.watch(ch)],
  [/^nobody looks at the app$/, (stage) => stage.look(true)],
  [/^the client is (\S+)'s$/, (stage, user = '') => void (stage.user = user)],
  [/^(\S+), who is (\S+), follows (\S+)$/, (stage, client = '', user = '', ch = '') => stage.join(client, user, ch)],
  [/^(\S+) has (\S+) up to (\d+)$/, (stage, client = '', ch = '', to) => stage.receive(client, ch, Number(to))],
  [/^(\S+) is (online|away|offline)$/, (stage, client = '', presence) => stage.see(client, presence as 'online')],
  [/^the app closes the client$/, (stage) => stage.close()],
  [/^ben publishes (.+) to (\S+)$/, (stage, body = '', ch = '') => stage.publishAsBen(ch, body)],
  [/^the window holds (\d+) messages$/, (stage, window) => void (stage.window = Number(window))],
  [/^the log keeps (\d+) entries$/, (stage, keep) => void (stage.keep = Number(keep))],
  [/^nobody may use the channel secret$/, (stage) => void (stage.guarded = true)],
  [/^the server dies and starts again; its store was on disk$/, (stage) => stage.restart({ memory: 'kept' })],
  [/^the server dies and starts again; its store was in memory$/, (stage) => stage.restart({ memory: 'lost' })],
  [
    /^the server drains: (\d+) ms, spread over (\d+) ms$/,
    (stage, after, spread) => stage.drain(Number(after), Number(spread)),
  ],
  [/^the next packet to the server is lost$/, (stage) => void (stage.lose = 'C→S')],
  [/^the next packet to the client is lost$/, (stage) => void (stage.lose = 'S→C')],
  [/^(\d+) ms pass$/, (stage, ms) => stage.pass(Number(ms))],
]

/** Plays the directions in `text` and gives the dialogue as it then is. */
export function play(text: string): string {
  const stage = new Stage()
  let other = 0
  for (const line of text.trim().split('\n')) {
    // Lines of a client of another make are not ours to write: they are said as they stand.
    if (other && line.startsWith('C→S')) {
      stage.note(line)
      stage.say(other, line.slice(5))
    }
    if (!line.startsWith('· ')) continue
    const words = line.slice(2)
    const found = directions.find(([pattern]) => pattern.test(words))
    if (!found) throw new Error(`no such direction: ${words}`)
    stage.note(line)
    if (words.startsWith('another client')) other = Number(/\d+/.exec(words))
    found[1](stage, ...(found[0].exec(words) ?? []).slice(1))
  }
  return stage.lines.join('\n')
}
