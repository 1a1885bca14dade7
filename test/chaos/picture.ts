// One run as a picture: for each client its status, what it sent and what it read, and over them the faults.
import type { Fact } from './history.js'

const WIDTH = 960
const LEFT = 60
const TOP = 34
const LANE = 40
const STRIP = 8

const colours: Readonly<Record<string, string>> = {
  online: '#2e9e5b',
  connecting: '#9aa0a6',
  reconnecting: '#e8871e',
  offline: '#5f6368',
  closed: '#c5221f',
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** Where a time is, and which of its lines are there already: many things happen within one pixel. */
class Axis {
  readonly from: number
  readonly to: number

  constructor(facts: readonly Fact[]) {
    this.from = facts[0]?.at ?? 0
    this.to = Math.max(this.from + 1, facts.at(-1)?.at ?? 0)
  }

  x(at: number): number {
    return Math.round(LEFT + ((at - this.from) / (this.to - this.from)) * (WIDTH - LEFT - 10))
  }

  ticks(times: readonly number[], y: number, colour: string): string {
    const places = [...new Set(times.map((at) => this.x(at)))]
    return places.length ? `<path d="${places.map((x) => `M${x} ${y}v7`).join('')}" stroke="${colour}"/>` : ''
  }
}

function lane(facts: readonly Fact[], client: string, nth: number, axis: Axis): string {
  const y = TOP + nth * LANE
  const statuses = facts.flatMap((fact) => (fact.is === 'status' && fact.client === client ? [fact] : []))
  const strips = statuses.map(({ at, status }, n) => {
    const [x, end] = [axis.x(at), axis.x(statuses[n + 1]?.at ?? axis.to)]
    return `<rect x="${x}" y="${y}" width="${Math.max(1, end - x)}" height="${STRIP}" fill="${colours[status] ?? '#000'}"/>`
  })
  const times = (is: Fact['is']): number[] =>
    facts.flatMap((fact) => (fact.is === is && 'client' in fact && fact.client === client ? [fact.at] : []))
  return [
    `<text x="4" y="${y + 10}">${escape(client)}</text>`,
    ...strips,
    axis.ticks(times('sent'), y + STRIP + 2, '#1a73e8'),
    axis.ticks(times('failed'), y + STRIP + 2, '#c5221f'),
    axis.ticks(times('message'), y + STRIP + 11, '#202124'),
  ].join('\n')
}

function bands(facts: readonly Fact[], clients: readonly string[], axis: Axis): string {
  const begun = facts.flatMap((fact) => (fact.is === 'begun' ? [fact] : []))
  return begun
    .map(({ fault, at, clients: those }, nth) => {
      const end = facts.find((fact) => fact.is === 'ended' && fact.fault === fault)?.at ?? axis.to
      const [x, width] = [axis.x(at), Math.max(2, axis.x(end) - axis.x(at))]
      const rects = those.map((client) => {
        const y = TOP + clients.indexOf(client) * LANE - 4
        return `<rect x="${x}" y="${y}" width="${width}" height="${LANE - 6}" fill="#d93025" fill-opacity="0.2"/>`
      })
      return [...rects, `<text x="${x}" y="${TOP - 8 - (nth % 2) * 10}" fill="#c5221f">${nth + 1}</text>`].join('\n')
    })
    .join('\n')
}

function scale(axis: Axis, y: number): string {
  const seconds = Math.ceil((axis.to - axis.from) / 1_000)
  const step = [1, 2, 5, 10, 20, 30, 60].find((one) => seconds / one <= 16) ?? 120
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, nth) => {
    const x = axis.x(axis.from + nth * step * 1_000)
    return `<text x="${x}" y="${y}" text-anchor="middle" fill="#5f6368">${nth * step} s</text>`
  }).join('\n')
}

/** An SVG. What its numbers mean stands in the table beside it. */
export function picture(facts: readonly Fact[], title: string): string {
  const clients = facts.flatMap((fact) => (fact.is === 'joined' ? [fact.client] : []))
  const axis = new Axis(facts)
  const height = TOP + clients.length * LANE + 40
  const legend = Object.entries(colours).map(
    ([status, colour], nth) =>
      `<rect x="${LEFT + nth * 95}" y="${height - 14}" width="10" height="8" fill="${colour}"/>` +
      `<text x="${LEFT + 14 + nth * 95}" y="${height - 6}">${status}</text>`,
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="10">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...clients.map((client, nth) => lane(facts, client, nth, axis)),
    bands(facts, clients, axis),
    scale(axis, height - 22),
    ...legend,
    `<text x="${LEFT + 490}" y="${height - 6}">under each strip: sent (blue; failed red), then received (black)</text>`,
    '</svg>',
    '',
  ].join('\n')
}
