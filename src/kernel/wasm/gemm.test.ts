// The matrix product against plain loops: ragged sizes, nests over k, starts, sums, activations, and nothing written beyond.
import { describe, expect, it } from 'vitest'
import type { Formula } from '../../arith/arith.ts'
import { f32, func, i32 } from './asm.ts'
import { type Gemm, gemm } from './gemm.ts'
import { hasRelaxed, inline } from './inline.ts'
import { pack, packedBytes } from './pack.ts'
import type { Rung } from './rung.ts'
import { tile, tileHeight, tileRows } from './tiles.ts'

const rungs: Rung[] = hasRelaxed() ? ['relaxed', 'plain'] : ['plain']
// addresses: room on either side of C shows what is written beyond it
const [A, B, PACKED, BIAS, C] = [1 << 10, 1 << 15, 1 << 16, 2 << 16, (2 << 16) + 4096]
const relu: Formula = (m, x) => m.max(x, 0)

type Options = Omit<Gemm, 'rows'> & { rows: number; dynamic?: boolean; transposed?: boolean }

/** Small integers: every order of summing gives the same bits. */
const value = (i: number) => ((Math.imul(i, 2654435761) >>> 16) % 17) - 8

/** Runs the product and returns the largest difference from plain loops; throws if anything else in C's region changed. */
function difference(o: Options): number {
  const places = offsets(o.k)
  const bAt = layoutOfB(o, places.length)
  const width = o.tile.vectors * 4
  const product = func('run', ['i32'], 'none', (f, args) => {
    const local = (address: number) => f.local('i32', address)
    if (!o.b) pack(f, packing(o, places.length), local(B), local(PACKED))
    const pointers = { a: local(A), b: local(o.b ? B : PACKED), c: local(C), bias: local(BIAS) }
    gemm(f, { ...o, rows: o.dynamic ? i32.load(args) : o.rows }, pointers)
    const moved = [i32.sub(pointers.a, A), i32.sub(pointers.c, C), i32.sub(pointers.bias, BIAS)]
    f.store(args, f32.convert_i32_s(moved.reduce((sum, d) => i32.or(sum, d))), 4)
  })
  const k = inline([product], 3)
  for (let i = 0; i < k.floats.length; i++) k.floats[i] = value(i)
  k.ints[0] = o.rows
  const before = k.floats.slice()
  k.run.run(0)
  expect(k.floats[1]).toBe(0)
  const expected = before.slice()
  let most = 0
  for (let i = 0; i < o.rows; i++)
    for (let j = 0; j < o.columns; j++) {
      const at = C / 4 + (i * o.cRow + Math.floor(j / width) * (o.cPanel ?? width * 4)) / 4 + (j % width)
      const from = { zero: 0, bias: before[BIAS / 4 + j], c: before[at] }
      let sum = from[o.start] + (o.add ? from[o.add] : 0)
      for (const [n, a] of offsets(o.k).entries()) sum += before[A / 4 + (i * o.aRow + a) / 4] * before[bAt(n, j) / 4]
      expected[at] = o.activation === relu ? Math.max(sum, 0) : o.activation ? Math.tanh(sum) : sum
    }
  for (let x = BIAS / 4; x < expected.length; x++) most = Math.max(most, Math.abs(expected[x] - k.floats[x]))
  return most
}

const packing = (o: Options, k: number) => {
  const [kStride, columnStride] = o.transposed ? [4, k * 4] : [o.columns * 4, 4]
  return { vectors: o.tile.vectors, columns: o.columns, k, kStride, columnStride }
}

function layoutOfB(o: Options, depth: number): (n: number, j: number) => number {
  const { kStride, columnStride } = o.b ? { kStride: o.b.k, columnStride: 4 } : packing(o, depth)
  return (n, j) => B + n * kStride + j * columnStride
}

const offsets = (runs: Gemm['k']): number[] =>
  runs.reduce((outer, run) => outer.flatMap((a) => Array.from({ length: run.count }, (_, k) => a + k * run.a)), [0])

const base = (rung: Rung, rows: number, columns: number, k: number) => ({
  rung,
  tile: { rows: 6, vectors: 4 },
  ...{ rows, columns, k: [{ count: k, a: 4 }], aRow: k * 4 + 8, cRow: columns * 4 + 12, start: 'zero' as const },
})

describe.each(rungs)('gemm, %s', (rung) => {
  it('has the right sums for every height, ragged width and depth', () => {
    for (let rows = 1; rows <= 6; rows++)
      for (let columns = 1; columns <= 16; columns++) {
        const k = 1 + (((rows * 16 + columns) * 7) % 70)
        expect(difference(base(rung, rows, columns, k)), `${rows} x ${columns} x ${k}`).toBe(0)
      }
    for (let k = 1; k <= 70; k++) expect(difference(base(rung, 5, 7, k)), `k = ${k}`).toBe(0)
  })

  it('sums nothing to zero, the bias or C', () => {
    for (const start of ['zero', 'bias', 'c'] as const) expect(difference({ ...base(rung, 7, 20, 0), start })).toBe(0)
  })

  it('cuts rows and columns into tiles and panels', () => {
    for (const [rows, columns] of [
      [13, 16],
      [26, 40],
      [7, 17],
      [96, 33],
      [1, 50],
    ])
      for (const vectors of [1, 2, 4])
        expect(
          difference({ ...base(rung, rows, columns, 19), tile: { rows: 6, vectors } }),
          `${rows} x ${columns}, ${vectors}`,
        ).toBe(0)
  })

  it('takes a number of rows known when it runs', () => {
    for (let rows = 0; rows <= 14; rows++)
      expect(difference({ ...base(rung, rows, 18, 9), dynamic: true }), `${rows}`).toBe(0)
  })

  it('walks nests over k, written out and looped', () => {
    const nests = [
      [
        { count: 3, a: 400 },
        { count: 5, a: 4 },
      ],
      [
        { count: 11, a: 448 },
        { count: 11, a: 4 },
      ],
      [
        { count: 3, a: 1600 },
        { count: 3, a: 320 },
        { count: 40, a: 4 },
      ],
      [
        { count: 2, a: 64 },
        { count: 1, a: 4 },
        { count: 37, a: 128 },
      ],
    ]
    for (const k of nests) expect(difference({ ...base(rung, 8, 20, 1), k, aRow: 16 }), JSON.stringify(k)).toBe(0)
  })

  it('reads A transposed, and B as it lies in memory or packed from its transpose', () => {
    const transposedA = { k: [{ count: 43, a: 64 }], aRow: 4 }
    expect(difference({ ...base(rung, 16, 32, 43), ...transposedA, start: 'c' })).toBe(0)
    for (const columns of [5, 16, 23, 42]) {
      const asItLies = { b: { k: columns * 4, panel: 64 } }
      expect(difference({ ...base(rung, 7, columns, 21), ...asItLies }), `${columns}`).toBe(0)
      expect(difference({ ...base(rung, 7, columns, 21), transposed: true }), `${columns}`).toBe(0)
    }
  })

  it('starts from and adds zero, bias and C, and applies an activation last', () => {
    for (const start of ['zero', 'bias', 'c'] as const)
      for (const add of [undefined, 'bias', 'c'] as const)
        for (const activation of [undefined, relu]) {
          if (start === add) continue
          expect(difference({ ...base(rung, 9, 21, 8), start, add, activation }), `${start} ${add}`).toBe(0)
        }
    const tanh: Formula = (m, x) => m.tanh(x)
    expect(difference({ ...base(rung, 7, 6, 3), start: 'bias', activation: tanh })).toBeLessThan(2e-7)
  })

  it('adds sums in pieces to C', () => {
    const pieces = { ...base(rung, 16, 21, 40), start: 'zero', add: 'c' } as const
    for (const sumRounds of [1, 7, 8, 20, 39, 40, 41])
      expect(difference({ ...pieces, sumRounds }), `${sumRounds}`).toBe(0)
    const k = [
      { count: 5, a: 80 },
      { count: 20, a: 4 },
    ]
    for (const sumRounds of [2, 5]) expect(difference({ ...pieces, k, sumRounds }), `${sumRounds}`).toBe(0)
  })

  it('writes C in panels', () => {
    expect(difference({ ...base(rung, 8, 40, 12), cRow: 64, cPanel: 8 * 64 })).toBe(0)
  })
})

it('refuses what cannot be meant', () => {
  const emit = (change: Partial<Gemm>, bias = false) =>
    func('run', [], 'none', (f) => {
      const p = { a: f.local('i32'), b: f.local('i32'), c: f.local('i32') }
      gemm(f, { ...base('plain', 1, 1, 1), ...change }, bias ? { ...p, bias: f.local('i32') } : p)
    }).body
  expect(() => emit({ k: [] })).toThrow('[gemm] no loop over k: got an empty list, expected at least one run')
  expect(() => emit({ start: 'bias' })).toThrow('[gemm] no address of the bias: got undefined, expected a local')
  expect(() => emit({ start: 'c', add: 'c' })).toThrow('[gemm] c would count twice')
  expect(() => emit({ start: 'c', sumRounds: 4 })).toThrow('[gemm] sums in pieces')
  expect(() => emit({ rows: i32.const(1), tile: { rows: 9, vectors: 1 } })).toThrow('[gemm] tile too high')
})

it('cuts rows evenly and sizes packed panels', () => {
  expect(tileRows(12, 6)).toEqual([{ rows: 6, count: 2 }])
  expect(tileRows(26, 6)).toEqual([
    { rows: 6, count: 1 },
    { rows: 5, count: 4 },
  ])
  expect(tileRows(5, 6)).toEqual([{ rows: 5, count: 1 }])
  expect(tileRows(0, 6)).toEqual([])
  for (let rows = 1; rows < 100; rows++)
    expect(tileRows(rows, 6).reduce((sum, t) => sum + t.rows * t.count, 0)).toBe(rows)
  expect([tile('wide'), tile('relaxed'), tile('plain')]).toEqual([
    { rows: 6, vectors: 4 },
    { rows: 6, vectors: 2 },
    { rows: 3, vectors: 2 },
  ])
  expect(packedBytes(3, 17, 4)).toBe(2 * 3 * 64)
})

it('chooses tiles that leave no low one over where that is slower', () => {
  expect([1, 3, 5, 6, 7, 8, 12, 25, 64].map((rows) => tileHeight(rows, 6))).toEqual([1, 3, 5, 6, 5, 4, 6, 5, 6])
  expect([1, 2, 4, 9].map((rows) => tileHeight(rows, 3))).toEqual([1, 2, 3, 3])
})
