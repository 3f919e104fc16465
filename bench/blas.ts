// Whether PyTorch multiplies matrices with a BLAS that is worth a comparison.
import type { Peak } from './results.ts'
import { System } from './system.ts'
import { pytorch } from './systems.ts'

/** The side of the two large matrices. */
const SIDE = 2048

/** What PyTorch's matrix products reach on a number of threads. */
export interface Products extends Pick<Peak, 'pytorchMatmul2048'> {
  /** The best GFLOP/s of a small product. */
  readonly small: number
  /** The file or name of the BLAS. */
  readonly pytorchBlas: string
}

/** Measures the products of the PyTorch that is found; throws the reason where they can't be had. */
export async function measureProducts(threads: number): Promise<Products> {
  const launch = { name: 'pytorch', ...pytorch('product.py', '--threads', String(threads)) } as const
  const system = new System(launch, Date.now() + 120_000)
  const { note = 'unknown', bestProduct = 0 } = await system.ready()
  for (let i = 0; i < 3; i++) await system.run()
  await system.exit()
  const large = (Math.max(...system.imagesPerSecond) * 2 * SIDE ** 3) / 1e9
  return { small: bestProduct, pytorchMatmul2048: large, pytorchBlas: note }
}

/** A fast BLAS on one thread is near our peak there or above it; a generic one reaches a twentieth to a tenth. */
const LEAST_SHARE = 0.25

/**
 * Why PyTorch is no comparison, if it is none, from the peak of one thread of ours. The speed decides, since names don't:
 * Debian's PyTorch calls its BLAS generic whichever is installed.
 */
export function blasProblem({ small, pytorchBlas }: Products, peakOfOne: number): string | undefined {
  if (small >= LEAST_SHARE * peakOfOne) return undefined
  const speeds = `${small.toPrecision(2)} GFLOP/s where one thread of ours reaches ${peakOfOne.toPrecision(3)}`
  return `its matrix product, by the BLAS ${pytorchBlas}, reaches ${speeds}: install a fast one, on Debian libopenblas0-pthread`
}
