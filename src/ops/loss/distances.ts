// Squared distances between vectors: of each pair of two lists, and of an anchor to two others.
import type { NDArray } from '../../core/ndarray.ts'
import { type Reduction, reduce } from '../../kinds/reduction/reduction.ts'
import { withShape } from '../view/reshape.ts'

/** Σ (a − b)². */
const between: Reduction = {
  name: 'squaredDistances',
  floats: true,
  element(m, a, b) {
    const apart = m.sub(a, b)
    return m.mul(apart, apart)
  },
  joins: ['sum'],
}

/** Σ (near − x)² − (far − x)². */
const differences: Reduction = {
  name: 'distanceDifference',
  floats: true,
  element(m, x, near, far) {
    const [a, b] = [m.sub(near, x), m.sub(far, x)]
    return m.sub(m.mul(a, a), m.mul(b, b))
  },
  joins: ['sum'],
}

/** Row i and column k hold ‖aᵢ − bₖ‖²: of a (N, D) and b (M, D), (N, M). */
export function squaredDistances(a: NDArray, b: NDArray): NDArray {
  const [rows, columns] = [withShape(a, [a.shape[0], 1, a.shape[1]]), withShape(b, [1, ...b.shape])]
  return reduce(between, [rows, columns], { axes: [2] })[0]
}

/** ‖near − x‖² − ‖far − x‖² of each sample, summed over all axes but that of samples. */
export function distanceDifference(x: NDArray, near: NDArray, far: NDArray, batchAxis: number): NDArray {
  const axes = [...x.shape.keys()].filter((axis) => axis !== batchAxis)
  return reduce(differences, [x, near, far], { axes })[0]
}
