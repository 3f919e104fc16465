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
import type { OutOption } from '../ops/out.ts'
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
    arccos(options?: OutOption): NDArray
    /** The inverse of cosh. */
    arccosh(options?: OutOption): NDArray
    /** The angle from −π/2 to π/2 whose sine this is. */
    arcsin(options?: OutOption): NDArray
    /** The inverse of sinh. */
    arcsinh(options?: OutOption): NDArray
    /** The angle from −π/2 to π/2 whose tangent this is. */
    arctan(options?: OutOption): NDArray
    /** The inverse of tanh. */
    arctanh(options?: OutOption): NDArray
    /** The cubic root. */
    cbrt(options?: OutOption): NDArray
    /** The cosine, of radians. */
    cos(options?: OutOption): NDArray
    /** The hyperbolic cosine. */
    cosh(options?: OutOption): NDArray
    /** Radians as degrees. */
    degrees(options?: OutOption): NDArray
    /** The nearest integers towards zero. */
    fix(options?: OutOption): NDArray
    /** The logarithm to base 10. */
    log10(options?: OutOption): NDArray
    /** The logarithm to base 2. */
    log2(options?: OutOption): NDArray
    /** Ones of this shape, dtype and context. */
    onesLike(options?: OutOption): NDArray
    /** Degrees as radians. */
    radians(options?: OutOption): NDArray
    /** 1 / ∛this. */
    rcbrt(options?: OutOption): NDArray
    /** 1 / this. */
    reciprocal(options?: OutOption): NDArray
    /** The nearest integers, halves to the even ones. */
    rint(options?: OutOption): NDArray
    /** The sine, of radians. */
    sin(options?: OutOption): NDArray
    /** The hyperbolic sine. */
    sinh(options?: OutOption): NDArray
    /** The tangent, of radians. */
    tan(options?: OutOption): NDArray
    /** The integer parts. */
    trunc(options?: OutOption): NDArray
    /** Zeros of this shape, dtype and context. */
    zerosLike(options?: OutOption): NDArray
    /** The product along axes of all elements but NaN. */
    nanprod(options?: ReduceOptions): NDArray
    /** The sum along axes of all elements but NaN. */
    nansum(options?: ReduceOptions): NDArray
    /** Repeated along axes of size 1: `x.broadcastAxes({ axis: 0, size: 4 })`. */
    broadcastAxes(options: BroadcastAxisOptions): NDArray
    /** Repeated to the shape of another array. */
    broadcastLike(like: NDArray, options?: BroadcastLikeOptions): NDArray
    /** The elements under the shape of another array. */
    reshapeLike(like: NDArray, options?: ReshapeLikeOptions): NDArray
    /** Cut along an axis into equal parts. Default axis 1. */
    split(numOutputs: number, options?: SplitOptions): NDArray[]
  }
}

installOps(1, {
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
