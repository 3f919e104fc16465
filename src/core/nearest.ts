// Which known word a misspelt one was meant to be.

/** The known word with the fewest edits, if they are few enough to be a slip. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.ceil(word.length / 3))
  const alike = known.filter(({ length }) => Math.abs(length - word.length) <= most)
  const distances = alike.map((candidate) => editDistance(word.toLowerCase(), candidate.toLowerCase()))
  const best = Math.min(...distances)
  return best <= most ? alike[distances.indexOf(best)] : undefined
}

/** Levenshtein's distance with swaps of neighbours: insertions, deletions, changes, swaps. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, change)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1)
    }
  }
  return rows[a.length][b.length]
}
