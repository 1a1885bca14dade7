import { Plays } from './plays.js'

/** By cell (`table/row/column`), in how many worlds it was reached. */
export type Counts = Record<string, number>

/** What one world reached. It is told of everything, very often: nothing is put together before the end. */
export class Recorder {
  readonly plays = new Plays()
  readonly #tables = new Map<string, Map<string, Set<string>>>()

  note(table: string, row: string, column: string): void {
    let rows = this.#tables.get(table)
    if (!rows) this.#tables.set(table, (rows = new Map()))
    let columns = rows.get(row)
    if (!columns) rows.set(row, (columns = new Set()))
    columns.add(column)
  }

  /** Everything reached, once each. */
  get cells(): string[] {
    const cells: string[] = []
    for (const [table, rows] of this.#tables)
      for (const [row, columns] of rows) for (const column of columns) cells.push(cellOf(table, row, column))
    for (const name of this.plays.seen) cells.push(cellOf('dialogues', 'played', name))
    return cells
  }
}

export const cellOf = (table: string, row: string, column: string): string => `${table}/${row}/${column}`

/** One world more. */
export function countIn(counts: Counts, { cells }: Pick<Recorder, 'cells'>): void {
  for (const cell of cells) counts[cell] = (counts[cell] ?? 0) + 1
}

/** What two saw together. */
export function join(one: Counts, other: Counts): Counts {
  const all = { ...one }
  for (const [cell, worlds] of Object.entries(other)) all[cell] = (all[cell] ?? 0) + worlds
  return all
}
