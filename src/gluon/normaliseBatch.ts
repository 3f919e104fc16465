// Batch normalisation by the mode: by the batch in training, which moves the running statistics, else by those.
import { pause } from '../autograd/autograd.ts'
import type { NDArray } from '../core/ndarray.ts'
import { mode } from '../core/tape.ts'
import type { ActivationName } from '../ops/activations.ts'
import { activate } from '../ops/elementwise/elementwise.ts'
import { batchNorm, normaliseChannels } from '../ops/norm/batchNorm.ts'
import { averageUpdate } from '../ops/update/average.ts'

/** How a batch is normalised. */
export interface BatchNormSteps {
  readonly axis: number
  readonly eps: number
  /** Share of the running statistics that a training step keeps. */
  readonly momentum: number
  /** Takes the running statistics in training too, and leaves them as they are. */
  readonly useGlobalStats: boolean
  /** Applied to the result. Default nothing. */
  readonly activation?: ActivationName | undefined
}

/** x normalised along an axis, scaled and shifted. */
export function normaliseBatch(
  x: NDArray,
  gamma: NDArray,
  beta: NDArray,
  running: readonly [mean: NDArray, variance: NDArray],
  { axis, eps, momentum, useGlobalStats, activation }: BatchNormSteps,
): NDArray {
  const options = { axis, eps, ...(activation && { activation }) }
  if (!mode.training || useGlobalStats) {
    if (!activation || !mode.recording) return normaliseChannels(x, gamma, beta, ...running, options)
    return activate(activation, normaliseChannels(x, gamma, beta, ...running, { axis, eps }))
  }
  const [y, mean, variance] = batchNorm(x, gamma, beta, options)
  pause(() => averageUpdate(running, [mean, variance], momentum))
  return y
}
