// Sizes of the tiles by which a GPU multiplies matrices: one kind for real GPUs, one for software adapters.
import type { GpuTarget } from './plan.ts'

/** A tile of C that a workgroup makes, and how its invocations share it; all sizes in multiples of 4. */
export interface GpuTile {
  readonly name: string
  readonly rows: number
  readonly columns: number
  /** Steps of the sum that are read at a time. */
  readonly depth: number
  /** Rows and columns of C that an invocation keeps in registers. */
  readonly each: { readonly rows: number; readonly columns: number }
  /** Whether a workgroup's invocations read for each other, by way of workgroup memory; else each by itself, by elements. */
  readonly shared: boolean
}

/**
 * 64 × 64 by 64 invocations of 8 × 8: a step reads 16 numbers of workgroup memory for 64 multiply-adds, where 4 × 4 would
 * read 8 for 16. At 64 a side a tile does 16 operations for a byte that it reads, and NiN's products make enough of them
 * for every core of a GPU (300 for the last 1 × 1 layers at batch 128, where 128 × 128 would make 75). 16 steps fill
 * 8.5 KiB, so that several workgroups share a core and hide each other's waits; for these, each invocation reads one 4 × 4
 * block a factor.
 */
const large: GpuTile = {
  ...{ name: 'large', rows: 64, columns: 64, depth: 16, each: { rows: 8, columns: 8 } },
  shared: true,
}

/**
 * 32 × 32 by 4 invocations of 16 × 16, which are the four lanes of SwiftShader's registers. There a load is a branch for each
 * lane wherever it reads, so that workgroup memory saves nothing and products for a load count; and sums are kept from one
 * round of a loop to the next by blending lanes, so that a round takes four steps. Milliseconds of a core for a GFLOP (5 × 5,
 * 96 to 256 channels): 500; with 16 × 8 640, which without its loads would be 130; with one step a round 750.
 */
const small: GpuTile = {
  ...{ name: 'small', rows: 32, columns: 32, depth: 4, each: { rows: 16, columns: 16 } },
  shared: false,
}

/** The tile for a target. One by subgroups or in float16 would be a third, with a loop of its own in wgslGemmText. */
export function gpuTile({ tiles }: GpuTarget): GpuTile {
  return tiles === 'large' ? large : small
}

/** Invocations of a tile down and across. */
export function invocationsOf({ rows, columns, each }: GpuTile): { readonly down: number; readonly across: number } {
  return { down: rows / each.rows, across: columns / each.columns }
}
