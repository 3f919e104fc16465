// Dropout as a layer: in training mode elements are dropped, in prediction the array is its own result.
import { callOf } from '../../core/compose.ts'
import { noteInTrace } from '../../core/listen.ts'
import type { NDArray } from '../../core/ndarray.ts'
import { currentPath } from '../../core/ownership.ts'
import { mode } from '../../core/tape.ts'
import { type DropoutOptions, dropout } from './dropout.ts'

/** What a graph says of a dropout that prediction passes over. */
export interface DropoutMark {
  /** Probability that training drops an element. */
  readonly p: number
  readonly axes: readonly number[]
}

/** Dropout in training mode, else the array itself. Graphs hold it as a view, so that exports can name it. */
export function dropInTraining(x: NDArray, p: number, { axes = [] }: DropoutOptions = {}): NDArray {
  if (p > 0 && mode.training) return dropout(x, p, { axes })
  if (p > 0) {
    noteInTrace(() => ({ ...callOf('dropout', [x], [x], { p, axes: [...axes] }, currentPath()), view: true, parts: 0 }))
  }
  return x
}
