import { excuses, type Excuse } from './excuses.js'
import { cellOf, type Counts } from './recorder.js'

/** What is said of a cell that was not reached. */
export function excuseOf(
  table: string,
  row: string,
  column: string,
  list: readonly Excuse[] = excuses,
): Excuse | undefined {
  return list.find(
    (one) =>
      one.table === table &&
      (one.row === row || one.row === '*') &&
      (one.columns.includes(column) || one.columns[0] === '*'),
  )
}

/** Cells that were reached and are said to be impossible. */
export function contradictions(reached: Counts, list: readonly Excuse[] = excuses): string[] {
  return Object.keys(reached).flatMap((cell) => {
    const [table = '', row = '', column = ''] = cell.split('/')
    const excuse = excuseOf(table, row, column, list)
    if (excuse?.is !== 'impossible') return []
    return [`${cellOf(table, row, column)} was reached, and is said to be impossible: ${excuse.why}`]
  })
}
