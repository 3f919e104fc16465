// Methods of NDArray that are functions of nd: further element-wise ones, sums without NaN, and shapes of other arrays.
import { type SplitOptions, split } from '../ops/concat/concat.ts'
import {
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctanh,
  cbrt,
  cos,
  cosh,
  degrees,
  fix,
  log2,
  log10,
  radians,
  rcbrt,
  reciprocal,
  rint,
  sin,
  sinh,
  tan,
  trunc,
} from '../ops/elementwise/elementwise.ts'
import { nanprod, nansum } from '../ops/reduce/nan.ts'
import type { ReduceOptions } from '../ops/reduce/reduce.ts'
import {
  type BroadcastAxisOptions,
  type BroadcastLikeOptions,
  broadcastAxis,
  broadcastLike,
  type ReshapeLikeOptions,
  reshapeLike,
} from '../ops/view/like.ts'
import { onesLike, zerosLike } from './creation.ts'
import { installOps } from './install.ts'

declare module '../core/ndarray.ts' {
  interface NDArray {
    /** The angle from 0 to π whose cosine this is. */
    arccos(): NDArray
    /** The inverse of cosh. */
    arccosh(): NDArray
    /** The angle from −π/2 to π/2 whose sine this is. */
    arcsin(): NDArray
    /** The inverse of sinh. */
    arcsinh(): NDArray
    /** The angle from −π/2 to π/2 whose tangent this is. */
    arctan(): NDArray
    /** The inverse of tanh. */
    arctanh(): NDArray
    /** The cubic root. */
    cbrt(): NDArray
    /** The cosine, of radians. */
    cos(): NDArray
    /** The hyperbolic cosine. */
    cosh(): NDArray
    /** Radians as degrees. */
    degrees(): NDArray
    /** The nearest integers towards zero. */
    fix(): NDArray
    /** The logarithm to base 10. */
    log10(): NDArray
    /** The logarithm to base 2. */
    log2(): NDArray
    /** Ones of this shape, dtype and context. */
    onesLike(): NDArray
    /** Degrees as radians. */
    radians(): NDArray
    /** 1 / ∛this. */
    rcbrt(): NDArray
    /** 1 / this. */
    reciprocal(): NDArray
    /** The nearest integers, halves to the even ones. */
    rint(): NDArray
    /** The sine, of radians. */
    sin(): NDArray
    /** The hyperbolic sine. */
    sinh(): NDArray
    /** The tangent, of radians. */
    tan(): NDArray
    /** The integer parts. */
    trunc(): NDArray
    /** Zeros of this shape, dtype and context. */
    zerosLike(): NDArray
    /** The product along axes of all elements but NaN. */
    nanprod(options?: ReduceOptions): NDArray
    /** The sum along axes of all elements but NaN. */
    nansum(options?: ReduceOptions): NDArray
    /** Repeated along axes of size 1: `x.broadcastAxes({ axis: 0, size: 4 })`. */
    broadcastAxes(options: BroadcastAxisOptions): NDArray
    /** Repeated to the shape of another array. */
    broadcastLike(like: NDArray, options?: BroadcastLikeOptions): NDArray
    /** The same elements under the shape of another array. */
    reshapeLike(like: NDArray, options?: ReshapeLikeOptions): NDArray
    /** Cut along an axis into equal parts. Default axis 1. */
    split(numOutputs: number, options?: SplitOptions): NDArray[]
  }
}

installOps(0, {
  arccos,
  arccosh,
  arcsin,
  arcsinh,
  arctan,
  arctanh,
  cbrt,
  cos,
  cosh,
  degrees,
  fix,
  log10,
  log2,
  onesLike,
  radians,
  rcbrt,
  reciprocal,
  rint,
  sin,
  sinh,
  tan,
  trunc,
  zerosLike,
})
installOps(1, { broadcastAxes: broadcastAxis, nanprod, nansum })
installOps(2, { broadcastLike, reshapeLike, split })
