// Whether a rung's kernels compute what they should on this machine and runtime, whose compilers may be wrong.
import { optimizedFunction } from '#platform'
import { type Func, func, v128 } from '../../kernel/wasm/asm.ts'
import { cookToom } from '../../kernel/wasm/cookToom.ts'
import { gemm } from '../../kernel/wasm/gemm.ts'
import { inline } from '../../kernel/wasm/inline.ts'
import type { Rung } from '../../kernel/wasm/rung.ts'
import { tile } from '../../kernel/wasm/tiles.ts'
import { storePair, tileTransform, transformBytes } from '../../kernel/wasm/tileTransform.ts'

/** Sums of the product, and results wide enough for a full panel and a ragged one. */
const [rows, depth, columns] = [13, 40, 22]
const width = Math.ceil(columns / 16) * 16
const { BT } = cookToom(4, 5)

/**
 * Runs a matrix product and a Winograd transform; false where they are wrong. Where 256-bit operations are on, the
 * compiler that makes them compiles these kernels at once.
 */
export function passesSelfTest(rung: Rung): boolean {
  try {
    return productIsRight(rung) && transformIsRight(rung)
  } catch {
    return false
  }
}

/** A kernel in the place of a module that V8 optimises at once, behind functions that do nothing. */
function compiled(kernel: Func) {
  const others = Array.from({ length: optimizedFunction }, (_, i) => func(`other${i}`, [], 'none', () => {}))
  return inline([...others, kernel], 1)
}

/** Small numbers with few bits, whose sums and products are exact in float32. */
const sample = (i: number) => ((i * 7919) % 31) - 15

function productIsRight(rung: Rung): boolean {
  const k = [{ count: depth, a: 4 }]
  const shape = { rung, tile: tile(rung), rows, columns, k, aRow: depth * 4, cRow: columns * 4 }
  const b = { k: width * 4, panel: tile(rung).vectors * 16 }
  const kernel = func('product', ['i32', 'i32', 'i32'], 'none', (f, at, right, c) =>
    gemm(f, { ...shape, b, start: 'zero' }, { a: at, b: right, c }),
  )
  const { floats, run } = compiled(kernel)
  const [a, right, c] = [0, rows * depth, rows * depth + depth * width]
  for (let i = 0; i < c; i++) floats[i] = sample(i)
  run['product'](a, right * 4, c * 4)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0
      for (let n = 0; n < depth; n++) sum += sample(i * depth + n) * sample(right + n * width + j)
      if (floats[c + i * columns + j] !== sum) return false
    }
  return true
}

function transformIsRight(rung: Rung): boolean {
  const n = BT.length
  const [from, to] = [transformBytes(BT, BT), transformBytes(BT, BT) + n * n * 32]
  const kernel = func('transform', ['i32'], 'none', (f, at) =>
    tileTransform(f, {
      ...{ rung, left: BT, right: BT, scratch: at },
      load: (i, j, h) => v128.load(at, from + (i * n + j) * 32 + h * 16),
      store: (i, j, value) => storePair(f, at, value, to + (i * n + j) * 32),
    }),
  )
  const { floats, run } = compiled(kernel)
  for (let i = 0; i < n * n * 8; i++) floats[from / 4 + i] = sample(i)
  run['transform'](0)
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (let lane = 0; lane < 8; lane++) {
        let sum = 0
        for (let p = 0; p < n; p++)
          for (let q = 0; q < n; q++) sum += BT[i][p] * BT[j][q] * sample((p * n + q) * 8 + lane)
        if (floats[to / 4 + (i * n + j) * 8 + lane] !== sum) return false
      }
  return true
}
