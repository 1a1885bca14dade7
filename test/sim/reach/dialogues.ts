import { Close } from '../../../src/wire/close.js'
import { answers, type Dialogue, does, ended, hears, keep, says, type Step } from './dialogue.js'

/** Hello on a link that is then remembered. */
const hello: Step = says('hello', (_, memory, link) => keep(memory, { link }))
const welcomed: Step = hears('welcome', (_, { link }, at) => at === link)
const resumed: Step = hears('welcome', (frame) => frame.resumed)
/** Where the client reads. */
const reads: Step = hears('subscribed', ({ ch, epoch }, memory) => keep(memory, { ch, epoch }))
const cut: Step = ended(({ closing }) => closing.code === Close.abnormal)
const sends: Step = says('send', ({ seq }, memory, link) => keep(memory, { seq, link }))
const taken: Step = answers('accepted', ({ seq }, memory) => seq >= (memory.seq ?? Infinity))
const accepted: Step = hears('accepted', ({ seq }, memory) => seq >= (memory.seq ?? Infinity))
/** An attempt by that transport. */
const dials = (is: (rung: number) => boolean): Step =>
  does('open', ({ link, rung }, memory) => is(rung) && keep(memory, { link }))
const first = (rung: number): Step[] => [
  dials((one) => one === rung),
  says('hello', (_, { link }, at) => at === link),
  welcomed,
  hears('accepted', (_, { link }, at) => at === link),
]

/** The dialogues of docs/PROTOCOL.md that a world can show. */
export const dialogues: readonly Dialogue[] = [
  {
    name: '1',
    about: 'First contact',
    steps: [
      says('hello', ({ ticket }, memory, link) => ticket === undefined && keep(memory, { link })),
      says('sub', (_, { link }, at) => at === link),
      says('send', ({ seq }, memory, link) => link === memory.link && keep(memory, { seq })),
      hears('welcome', (frame, { link }, at) => at === link && !frame.resumed),
      accepted,
    ],
  },
  {
    name: '2',
    about: 'Resume after a cut',
    steps: [
      reads,
      cut,
      resumed,
      hears('subscribed', ({ ch, epoch, lost }, was) => !lost && ch === was.ch && epoch === was.epoch),
      hears('message', ({ ch }, was) => ch === was.ch),
    ],
  },
  {
    name: '3a',
    about: 'A lost ack, said again on the same link',
    steps: [
      sends,
      taken,
      says('send', ({ seq }, memory, link) => seq === memory.seq && link === memory.link),
      accepted,
    ],
    unless: (what, memory, step) => step < 3 && accepted(what, memory),
  },
  {
    name: '3b',
    about: 'A lost ack, told by the next welcome',
    steps: [sends, taken, cut, hears('welcome', ({ got }, { seq }) => got >= (seq ?? Infinity))],
    unless: (what, memory) => accepted(what, memory),
  },
  {
    name: '4',
    about: 'A refused message',
    steps: [
      hears('refused', ({ seq }, memory) => keep(memory, { seq })),
      says(
        'send',
        ({ seq, after }, memory) => after !== undefined && after < (memory.seq ?? 0) && keep(memory, { seq }),
      ),
      accepted,
    ],
  },
  {
    name: '5',
    about: 'A gap is pulled',
    steps: [
      hears('message', ({ ch, offset }, memory) => offset !== undefined && keep(memory, { ch, offset })),
      hears('message', ({ ch, offset = 0 }, was) => ch === was.ch && offset > (was.offset ?? 0) + 1),
      says('sub', ({ ch, from }, was) => ch === was.ch && typeof from === 'number' && from === (was.offset ?? 0) + 1),
      hears('message', ({ ch, offset }, was) => ch === was.ch && offset === (was.offset ?? 0) + 1),
    ],
  },
  {
    name: '6',
    about: 'The log was trimmed',
    steps: [
      reads,
      hears('subscribed', ({ ch, epoch, lost }, was) => lost !== undefined && ch === was.ch && epoch === was.epoch),
      does('gap', ({ ch }, was) => ch === was.ch),
    ],
  },
  {
    name: '7',
    about: 'A new epoch',
    steps: [
      reads,
      hears('subscribed', ({ ch, epoch }, was) => ch === was.ch && epoch !== was.epoch),
      does('gap', ({ ch, gap }, was) => ch === was.ch && gap.reset),
    ],
  },
  {
    name: '8',
    about: 'The server restarts, its store does not',
    steps: [
      reads,
      (what) => what.is === 'crash' && what.kept,
      resumed,
      hears('subscribed', ({ ch, epoch, lost }, was) => !lost && ch === was.ch && epoch === was.epoch),
      hears('accepted'),
    ],
    unless: (what) => what.is === 'crash' && !what.kept,
  },
  {
    name: '9',
    about: 'Drain',
    steps: [
      hears('retry', (_, memory, link) => keep(memory, { link })),
      does('drop', ({ link }, memory) => link === memory.link),
      does('retry', ({ delay }) => delay > 0),
    ],
  },
  {
    name: '10',
    about: 'A newer link takes over',
    steps: [
      does('drop', ({ link, closing }, memory) => closing.code === Close.timeout && keep(memory, { link })),
      resumed,
      (what) => what.is === 'closes' && what.code === Close.replaced,
    ],
  },
  {
    name: '13',
    about: 'A transport that is refused',
    steps: [
      dials((rung) => rung === 0),
      ended(({ link }, memory) => link === memory.link),
      dials((rung) => rung > 0),
      says('hello', (_, { link }, at) => at === link),
      welcomed,
    ],
    unless: (what, { link }, step) => step === 1 && what.is === 'opened' && what.link === link,
  },
  {
    name: '14',
    about: 'A ping before hello',
    steps: [
      hello,
      says('ping', (_, memory, link) => link !== memory.link && keep(memory, { link })),
      hears('pong', (_, { link }, at) => at === link),
      says('hello', (_, { link }, at) => at === link),
      welcomed,
    ],
    unless: (what, _, step) => step < 4 && what.is === 'hears' && what.frame.t === 'welcome',
  },
  {
    name: '15',
    about: 'Moving to a better transport',
    steps: [
      does('rung', ({ rung }) => (rung ?? 0) > 0),
      says('hello', ({ ticket }, memory, link) => ticket !== undefined && keep(memory, { link })),
      hears('welcome', (frame, { link }, at) => at === link && frame.resumed),
      does('rung', ({ reason }) => reason === 'a better transport works again'),
      (what) => what.is === 'closes' && what.code === Close.replaced,
    ],
  },
  { name: '16a', about: 'First contact over long-poll', steps: first(2) },
  { name: '16b', about: 'First contact over short-poll', steps: first(3) },
  { name: '17', about: 'First contact over server-sent events', steps: first(1) },
  {
    name: '18',
    about: 'A lost answer',
    steps: [
      (what, memory) => what.is === 'posts' && keep(memory, { link: what.link, post: what.post }),
      (what, { link, post }) => what.is === 'posts' && what.link === link && what.post === post,
    ],
  },
  {
    name: '19',
    about: 'A link ticket grows old',
    steps: [
      (what, memory) => what.is === 'ticket' && keep(memory, { link: what.link }),
      (what, { link }) => what.is === 'ticket' && what.link === link,
    ],
  },
  {
    name: '20',
    about: 'A link is closed',
    steps: [ended(({ rung, closing }) => rung > 0 && closing.code === Close.replaced)],
  },
  {
    name: '22a',
    about: 'The six packets: the sender',
    steps: [
      sends,
      accepted,
      hears('delivered', ({ list }, { seq = 0 }) =>
        list.some((one) => one.seq <= seq && seq <= one.to && one.count > 0 && one.count === one.of),
      ),
    ],
  },
  {
    name: '22b',
    about: 'The six packets: the reader',
    steps: [
      hears('message', ({ ch, offset }, memory) => keep(memory, { ch, ...(offset !== undefined && { offset }) })),
      says('received', ({ ch, offset }, was) => ch === was.ch && offset >= (was.offset ?? 0)),
      hears('noted', ({ ch, offset }, was) => ch === was.ch && offset >= (was.offset ?? 0)),
    ],
  },
  {
    name: '23a',
    about: 'A message for somebody who is away',
    steps: [
      says('send', ({ ch, seq }, memory) => ch.startsWith('@') && keep(memory, { seq, ch })),
      hears('delivered', ({ list }, { seq = 0 }) =>
        list.some((one) => one.seq <= seq && seq <= one.to && !one.count && one.of > 0),
      ),
      hears('delivered', ({ list }, { seq = 0 }) =>
        list.some((one) => one.seq <= seq && seq <= one.to && one.count > 0),
      ),
    ],
  },
  {
    name: '23b',
    about: 'What waited in an inbox comes in pages',
    steps: [
      says('sub', ({ ch, from }, memory) => ch.startsWith('@') && from === 'last' && keep(memory, { ch })),
      hears('message', ({ ch }, was) => ch === was.ch),
      says('received', ({ ch }, was) => ch === was.ch),
      hears('noted', ({ ch }, was) => ch === was.ch),
      hears('message', ({ ch }, was) => ch === was.ch),
    ],
  },
  {
    name: '24',
    about: 'A receipt is lost',
    steps: [
      answers('delivered', ({ n }, memory) => keep(memory, { seq: n })),
      hears('pong', ({ news = 0 }, { seq = Infinity }) => news >= seq),
      says('track'),
      hears('delivered'),
    ],
    unless: (what, _, step) => step < 3 && what.is === 'hears' && what.frame.t === 'delivered',
  },
  {
    name: '25',
    about: 'An acknowledgement is lost',
    steps: [
      says('received', ({ ch, offset }, memory, link) => keep(memory, { ch, offset, link })),
      says('received', ({ ch, offset }, was, link) => ch === was.ch && offset === was.offset && link === was.link),
      hears('noted', ({ ch, offset }, was) => ch === was.ch && offset === was.offset),
    ],
    unless: (what, memory, step) =>
      step === 1 && what.is === 'hears' && what.frame.t === 'noted' && what.frame.ch === memory.ch,
  },
  {
    name: '26',
    about: 'Who is there',
    steps: [
      says('watch', ({ ch }, memory) => keep(memory, { ch })),
      hears('present', ({ ch, all }, was) => ch === was.ch && all),
      hears('present', ({ ch, all }, was) => ch === was.ch && !all),
    ],
  },
]

/** Those that no world can show, and why. */
export const unplayable: Readonly<Record<string, string>> = {
  '11': 'its clients are real ones, and its network garbles nothing: test/docs and test/fuzz say what is no frame',
  '12': 'links are taken as they come: tokens are the business of test/net and test/docs',
  '21': 'as 12: nobody is asked who he is',
}
