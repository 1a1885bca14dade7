// The round trip over the last minute. A hole in the line is a time without a link.

/* global uPlot */

const SPAN = 60
const dark = matchMedia('(prefers-color-scheme: dark)')
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

export class Plot {
  #times = []
  #values = []
  #plot
  #root

  constructor(root) {
    this.#root = root
    this.#plot = new uPlot({ ...options(), ...this.#size() }, [[], []], root)
    new ResizeObserver(() => this.#plot.setSize(this.#size())).observe(root)
    dark.addEventListener('change', () => this.#plot.redraw())
  }

  /** @param rtt ms, or nothing without a link */
  push(rtt) {
    const now = Date.now() / 1000
    this.#times.push(now)
    this.#values.push(rtt ?? null)
    while (this.#times[0] < now - SPAN) {
      this.#times.shift()
      this.#values.shift()
    }
    if (this.#root.clientWidth) this.#plot.setData([this.#times, this.#values])
  }

  #size() {
    return { width: Math.max(1, this.#root.clientWidth), height: this.#root.clientHeight || 86 }
  }
}

function options() {
  const axis = {
    stroke: () => colour('--soft'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: () => colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return {
    padding: [6, 4, 6, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: () => [Date.now() / 1000 - SPAN, Date.now() / 1000] },
      y: { range: (_, __, most) => [0, Math.max(80, (most ?? 0) * 1.15)] },
    },
    axes: [
      { ...axis, show: false },
      { ...axis, size: 34, space: 24, values: (_, ticks) => ticks.map((tick) => `${tick}`) },
    ],
    series: [
      {},
      {
        stroke: () => colour('--accent'),
        fill: () => `color-mix(in srgb, ${colour('--accent')} 12%, transparent)`,
        width: 1.5,
        points: { show: false },
      },
    ],
  }
}
