// A server goes away and all its clients come back: how soon, and with how many dials. Virtual time, real decisions.
// CLIENTS and SEEDS in the environment make it smaller or surer.
import { quantile } from '../support/calendar.js'
import { Herd, type HerdOptions, type Outcome } from '../support/herd.js'
import { type Formula, fullJitter, partySocket, simulate, socketIo } from '../support/herd-peers.js'

const clients = Number(process.env.CLIENTS ?? 100_000)
const seeds = Number(process.env.SEEDS ?? 3)
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

const peers: Record<string, Formula> = {
  'socket.io’s formula, refused': socketIo,
  'partysocket’s formula, refused': partySocket,
  'full jitter (cap 20 s), refused': fullJitter,
}

function row(who: string, { clients, away, accepts, seed }: HerdOptions, { back, wasted, inVain }: Outcome): void {
  const times = [0.5, 0.9, 0.99, 1].map((part) => (quantile(back, part) / 1_000).toFixed(1))
  const all = [
    who,
    number.format(clients),
    `${away / 1_000} s`,
    number.format(accepts),
    seed,
    ...times,
    number.format(wasted),
    number.format(inVain),
  ]
  console.log(`| ${all.join(' | ')} |`)
}

const holdfast = (options: HerdOptions, who = 'Holdfast'): void => row(who, options, new Herd(options).run())
const others = (options: HerdOptions): void => {
  for (const [who, formula] of Object.entries(peers)) row(who, options, simulate(formula, options))
}

console.log('Seconds after the server is back until so many are in service:\n')
console.log(
  '| client | clients | away | accepts/s | seed | 50 % | 90 % | 99 % | 100 % | wasted dials | dials while away |',
)
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |')
const minute = { clients, away: 60_000, accepts: clients / 50, seed: 1 }
holdfast(minute)
others(minute)

// The rest with a fifth of both: what matters is how many seconds it takes to let all in.
const fifth = { ...minute, clients: clients / 5, accepts: clients / 250 }
const backoff = { base: 500, cap: 30_000, factor: 2, floor: 0 }
for (let seed = 2; seed <= seeds; seed++) holdfast({ ...fifth, seed })
holdfast({ ...fifth, link: { backoff } }, 'Holdfast, cap 30 s')
holdfast({ ...fifth, dials: 'swallowed' }, 'Holdfast, dials unanswered while away')
for (const change of [{ away: 5_000 }, { accepts: clients / 1_000 }, { away: 600_000 }]) {
  holdfast({ ...fifth, ...change })
  others({ ...fifth, ...change })
}
