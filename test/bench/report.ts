/** Prints figures as rows of a Markdown table, ready for docs/BENCHMARKS.md. */
export class Report {
  constructor() {
    console.log('| figure | measured | target |\n| --- | ---: | --- |')
  }

  row(figure: string, measured: string, target = ''): void {
    console.log(`| ${figure} | ${measured} | ${target} |`)
  }
}

const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 })

export const count = (value: number, unit = ''): string => `${plain.format(value)}${unit && ` ${unit}`}`
export const ms = (value: number): string => `${plain.format(Number(value.toPrecision(3)))} ms`
export const seconds = (value: number): string => `${(value / 1_000).toFixed(2)} s`

/** The one in the middle, for a machine does other things at times. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? NaN
}

/** Bytes in use on the heap once what is not needed is gone. */
export function heap(): number {
  if (!globalThis.gc) throw new Error('run with --expose-gc')
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
