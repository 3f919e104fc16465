// Rows of numbers as text, for the tables that the checks print.

function shown(cell: string | number): string {
  if (typeof cell === 'string') return cell
  return Math.abs(cell) < 1e-3 && cell !== 0 ? cell.toExponential(2) : cell.toPrecision(3)
}

/** A table with a head; numbers in three significant digits, texts as they are. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, ...rows.map((row) => row.map(shown))]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
