// Emits L · d · Rᵀ for tiles of eight channels, the additions and factors of the matrices written out.
import { type Body, type Expr, f32x4, type Local, v128 } from './asm.ts'
import type { Matrix } from './cookToom.ts'
import { madd, type Rung } from './rung.ts'

type V = Expr<'v128'>

/** Two vectors of four channels: all is written in such pairs, which V8's revectorizer fuses. */
export type Pair = readonly [Local<'v128'>, Local<'v128'>]

/** A transform of tiles: d has a row for each column of L and a column for each column of R. */
export interface TileTransform {
  readonly rung: Rung
  readonly left: Matrix
  readonly right: Matrix
  /** Half h (four channels) of d[i][j]. */
  load(i: number, j: number, h: 0 | 1): V
  /** Takes both halves of the result's [i][j]. */
  store(i: number, j: number, value: Pair): void
  /** Scratch of `transformBytes`. */
  readonly scratch: Local<'i32'>
}

/** Bytes that a transform needs in scratch. */
export const transformBytes = (left: Matrix, right: Matrix) => left.length * right[0].length * 32

/** Emits the transform: columns of d into scratch, then rows of it. */
export function tileTransform(f: Body, { rung, left, right, load, store, scratch }: TileTransform): void {
  const [rows, columns] = [left.length, right[0].length]
  const at = (i: number, j: number, h: number) => (i * columns + j) * 32 + h * 16
  const pool = new Pool(f)
  for (let j = 0; j < columns; j++) {
    pool.reset()
    const column = left[0].map((_, i) => pool.pair((h) => load(i, j, h)))
    multiply(pool, rung, left, column).forEach((out, i) => storePair(f, scratch, out, at(i, j, 0)))
  }
  for (let i = 0; i < rows; i++) {
    pool.reset()
    const row = right[0].map((_, j) => pool.pair((h) => v128.load(scratch, at(i, j, h))))
    multiply(pool, rung, right, row).forEach((out, j) => store(i, j, out))
  }
}

/** Stores two vectors side by side. */
export function storePair(f: Body, to: Local<'i32'>, [low, high]: Pair, offset: number): void {
  f.store(to, low, offset)
  f.store(to, high, offset + 16)
}

/** Locals that serve one column or row after the other. */
class Pool {
  readonly #body: Body
  readonly #locals: Local<'v128'>[] = []
  #used = 0

  constructor(body: Body) {
    this.#body = body
  }

  /** Both halves of a value in locals, which keep them until `reset`. */
  pair(half: (h: 0 | 1) => V): Pair {
    return [this.#hold(half(0)), this.#hold(half(1))]
  }

  /** Frees all locals. */
  reset(): void {
    this.#used = 0
  }

  #hold(value: V): Local<'v128'> {
    if (this.#used === this.#locals.length) this.#locals.push(this.#body.local('v128'))
    const local = this.#locals[this.#used++]
    local.set(value)
    return local
  }
}

/** One factor of a row of the matrix with what it multiplies. */
interface Term {
  readonly factor: number
  readonly value: Pair
}

/** The matrix times the vector. Rows that differ only in signs share the sums of what they have alike and of the rest. */
function multiply(pool: Pool, rung: Rung, matrix: Matrix, vector: readonly Pair[]): Pair[] {
  const results: Pair[] = []
  matrix.forEach((row, i) => {
    if (results[i]) return
    const mate = matrix.findIndex((other, j) => j > i && !results[j] && differInSigns(row, other))
    const alike: Term[] = []
    const opposite: Term[] = []
    row.forEach((factor, k) => {
      const shared = mate < 0 || matrix[mate][k] === factor
      if (factor !== 0) (shared ? alike : opposite).push({ factor, value: vector[k] })
    })
    if (mate < 0) {
      results[i] = pool.pair((h) => sum(rung, alike, h))
      return
    }
    const [a, b] = [alike, opposite].map((terms) => pool.pair((h) => sum(rung, terms, h)))
    results[i] = pool.pair((h) => f32x4.add(a[h], b[h]))
    results[mate] = pool.pair((h) => f32x4.sub(a[h], b[h]))
  })
  return results
}

/** Whether two rows are alike but for some signs, not all of them. */
export function differInSigns(a: readonly number[], b: readonly number[]): boolean {
  const factors = a.map((x, i) => [x, b[i]] as const).filter(([x, y]) => x !== 0 || y !== 0)
  const [alike, opposite] = [factors.filter(([x, y]) => x === y), factors.filter(([x, y]) => x === -y)]
  return alike.length > 0 && opposite.length > 0 && alike.length + opposite.length === factors.length
}

/** Half h of the sum of the terms, those without a factor first. */
function sum(rung: Rung, terms: readonly Term[], h: 0 | 1): V {
  const [first, ...rest] = terms.toSorted((a, b) => Number(b.factor === 1) - Number(a.factor === 1))
  const begin = first.factor === 1 ? first.value[h] : f32x4.mul(first.value[h], f32x4.const(first.factor))
  return rest.reduce<V>((total, { factor, value }) => {
    if (factor === 1) return f32x4.add(total, value[h])
    return factor === -1 ? f32x4.sub(total, value[h]) : madd(rung, value[h], f32x4.const(factor), total)
  }, begin)
}
