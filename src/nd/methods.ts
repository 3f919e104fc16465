// The methods of NDArray: installed here, each with its signature written out.
/// <reference lib="esnext.disposable" preserve="true" />
import { attachGrad, type BackwardOptions, backward } from '../autograd/autograd.ts'
import type { DType, TypedArray } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import { checkOptions, named } from '../core/errors.ts'
import { hintOn } from '../core/hints.ts'
import { NDArray } from '../core/ndarray.ts'
import { giveToUser, release } from '../core/ownership.ts'
import type { GradRequest } from '../core/tape.ts'
import { type SplitV2Options, splitV2 } from '../ops/concat/splitV2.ts'
import { assign, copy } from '../ops/copy/copy.ts'
import { cast } from '../ops/elementwise/cast.ts'
import {
  abs,
  add,
  ceil,
  clip,
  divide,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  lesser,
  lesserEqual,
  log,
  log1p,
  logaddexp,
  maximum,
  minimum,
  modulo,
  multiply,
  negative,
  notEqual,
  power,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sqrt,
  square,
  subtract,
  tanh,
} from '../ops/elementwise/elementwise.ts'
import * as formulas from '../ops/elementwise/formulas.ts'
import type { DotOptions } from '../ops/matmul/batchDot.ts'
import type { OutOption } from '../ops/out.ts'
import { type ArgmaxOptions, argmax, argmin } from '../ops/reduce/argmax.ts'
import { cumprod } from '../ops/reduce/cumprod.ts'
import { type CumsumOptions, cumsum } from '../ops/reduce/cumsum.ts'
import { max, mean, min, norm, prod, type ReduceOptions, sum } from '../ops/reduce/reduce.ts'
import { std, variance } from '../ops/reduce/variance.ts'
import { logSoftmax, logsumexp, type SoftmaxOptions, softmax, softmin } from '../ops/softmax/softmax.ts'
import {
  type ArgsortOptions,
  argsort,
  type SortOptions,
  sort,
  type TopkBothOptions,
  type TopkResultOptions,
  topk,
} from '../ops/sort/sort.ts'
import { type OneHotOptions, oneHot, type PickOptions, pick, type TakeOptions, take } from '../ops/take/index.ts'
import { broadcastTo } from '../ops/view/broadcastTo.ts'
import { depthToSpace, spaceToDepth } from '../ops/view/depth.ts'
import { type DiagOptions, diag } from '../ops/view/diag.ts'
import { flip } from '../ops/view/flip.ts'
import { type PadMode, type PadOptions, pad } from '../ops/view/pad.ts'
import { expandDims, flatten, reshape, squeeze } from '../ops/view/reshape.ts'
import { type RollOptions, roll } from '../ops/view/roll.ts'
import { type SliceBound, sliceAxis } from '../ops/view/slice.ts'
import { type SliceLikeOptions, sliceLike } from '../ops/view/sliceLike.ts'
import { type RepeatOptions, repeat, tile } from '../ops/view/tile.ts'
import { swapaxes, transpose } from '../ops/view/transpose.ts'
import { at } from './at.ts'
import { dot } from './dot.ts'
import { detached, moved } from './handles.ts'
import { applyInPlace, setSlice, setValues } from './inPlace.ts'
import { install, installOps, type Method } from './install.ts'
import { readElements, readScalar } from './reading.ts'
import { shapeArray, sizeArray } from './shapeArray.ts'
import { type SliceOptions, type StepOption, slice, stepOf } from './slice.ts'

type Other = NDArray | number
type Bounds = readonly SliceBound[]

declare module '../core/ndarray.ts' {
  interface NDArray {
    /** this + other. */
    add(other: Other): NDArray
    /** this − other. */
    subtract(other: Other): NDArray
    /** this · other. */
    multiply(other: Other): NDArray
    /** this / other; on integers the quotient towards zero. */
    divide(other: Other): NDArray
    /** The remainder of this / other, with the sign of other. */
    modulo(other: Other): NDArray
    /** this to the power other. */
    power(other: Other): NDArray
    /** 1 where equal, else 0, in this dtype. */
    equal(other: Other): NDArray
    /** 1 where different, else 0. */
    notEqual(other: Other): NDArray
    /** 1 where this > other, else 0. */
    greater(other: Other): NDArray
    /** 1 where this ≥ other, else 0. */
    greaterEqual(other: Other): NDArray
    /** 1 where this < other, else 0. */
    lesser(other: Other): NDArray
    /** 1 where this ≤ other, else 0. */
    lesserEqual(other: Other): NDArray
    /** The larger of both. */
    maximum(other: Other): NDArray
    /** The smaller of both. */
    minimum(other: Other): NDArray
    /** ln(e to this + e to other), of any magnitude. */
    logaddexp(other: Other): NDArray
    /** −this. */
    negative(options?: OutOption): NDArray
    abs(options?: OutOption): NDArray
    /** −1, 0 or 1. */
    sign(options?: OutOption): NDArray
    exp(options?: OutOption): NDArray
    /** The natural logarithm. */
    log(options?: OutOption): NDArray
    /** eˣ − 1, exact around 0. */
    expm1(options?: OutOption): NDArray
    /** ln(1 + x), exact around 0. */
    log1p(options?: OutOption): NDArray
    /** The error function. */
    erf(options?: OutOption): NDArray
    sqrt(options?: OutOption): NDArray
    /** 1 / √this. */
    rsqrt(options?: OutOption): NDArray
    square(options?: OutOption): NDArray
    floor(options?: OutOption): NDArray
    ceil(options?: OutOption): NDArray
    /** The nearest integers, halves away from zero. */
    round(options?: OutOption): NDArray
    /** max(this, 0). */
    relu(options?: OutOption): NDArray
    /** 1 / (1 + e⁻ˣ). */
    sigmoid(options?: OutOption): NDArray
    tanh(options?: OutOption): NDArray
    /** Values below `low` and above `high` set to these. */
    clip(low: number, high: number, options?: OutOption): NDArray
    /** Adds in place. Not allowed inside record. */
    iadd(other: Other): this
    /** Subtracts in place. */
    isubtract(other: Other): this
    /** Multiplies in place. */
    imultiply(other: Other): this
    /** Divides in place. */
    idivide(other: Other): this
    /** Takes the remainder in place. */
    imodulo(other: Other): this
    /** Overwrites all values: `x.set(0)`, `x.at(1).set(y)`. */
    set(value: Other): this
    /** Overwrites a selection, as `x[1:3] = value` does, contiguous or not. Not allowed inside record. */
    setSlice(begin: Bounds, end: Bounds, value: Other, options?: StepOption): this

    /** The sum along axes, all where none is named: then of shape (1,). */
    sum(options?: ReduceOptions): NDArray
    /** The mean along axes. */
    mean(options?: ReduceOptions): NDArray
    max(options?: ReduceOptions): NDArray
    min(options?: ReduceOptions): NDArray
    prod(options?: ReduceOptions): NDArray
    /** The Euclidean length along axes. */
    norm(options?: ReduceOptions): NDArray
    /** The mean square distance from the mean along axes. */
    var(options?: ReduceOptions): NDArray
    /** Its root, the standard deviation. */
    std(options?: ReduceOptions): NDArray
    /** The logarithm of the sum of exponentials along axes. */
    logsumexp(options?: ReduceOptions): NDArray
    /** The sum up to each element along an axis, of the flattened array by default. */
    cumsum(options?: CumsumOptions): NDArray
    /** The product up to each element, likewise. */
    cumprod(options?: CumsumOptions): NDArray
    /** Index of the first largest element, in this dtype. */
    argmax(options?: ArgmaxOptions): NDArray
    /** Index of the first smallest element, in this dtype. */
    argmin(options?: ArgmaxOptions): NDArray
    /** Probabilities along an axis. Default the last. */
    softmax(options?: SoftmaxOptions): NDArray
    /** Their logarithm. */
    logSoftmax(options?: SoftmaxOptions): NDArray
    /** Probabilities along an axis, the larger the smaller an element is. */
    softmin(options?: SoftmaxOptions): NDArray

    /** The elements along an axis, by default the last, in ascending order. */
    sort(options?: SortOptions): NDArray
    /** Where the elements of `sort` are, float32 by default. */
    argsort(options?: ArgsortOptions): NDArray
    /** Places of the k largest elements along an axis; or their values, or a mask of them. */
    topk(options?: TopkResultOptions): NDArray
    /** The k largest elements along an axis, and their places. */
    topk(options: TopkBothOptions): readonly [values: NDArray, indices: NDArray]

    /** Product over the last axis of this and the first of the other, or over others by transposes. */
    dot(other: NDArray, options?: DotOptions): NDArray
    /** The element of each row that the index says. */
    pick(index: NDArray, options?: PickOptions): NDArray
    /** Rows by index. */
    take(indices: NDArray, options?: TakeOptions): NDArray
    /** A one at each index, zeros elsewhere. */
    oneHot(depth: number, options?: OneHotOptions): NDArray

    /** The elements under another shape; codes 0, -1, -2, -3, -4 as in MXNet. */
    reshape(shape: readonly number[], options?: OutOption): NDArray
    /** Axes in another order. Default reversed. */
    transpose(axes?: readonly number[], options?: OutOption): NDArray
    /** Axes reversed. */
    readonly T: NDArray
    /** Two axes exchanged. */
    swapaxes(a: number, b: number, options?: OutOption): NDArray
    /** With an axis of size 1 before the given one. */
    expandDims(axis: number, options?: OutOption): NDArray
    /** Without axes of size 1. */
    squeeze(axis?: number | readonly number[], options?: OutOption): NDArray
    /** (N, …) to (N, the rest). */
    flatten(options?: OutOption): NDArray
    /** Repeated to a shape by NumPy's rules. */
    broadcastTo(shape: readonly number[], options?: OutOption): NDArray
    /** Elements along one axis, or along several, in reverse. */
    flip(axis: number | readonly number[], options?: OutOption): NDArray
    /** With `padWidth[2 k]` elements before axis k and `padWidth[2 k + 1]` behind it. */
    pad(mode: PadMode, padWidth: readonly number[], options?: PadOptions): NDArray
    /** Elements shifted along axes, by default of the flattened array; those that fall off come in again. */
    roll(shift: number | readonly number[], options?: RollOptions): NDArray
    /** Copies side by side, `reps[k]` of them along axis k. */
    tile(reps: number | readonly number[], options?: OutOption): NDArray
    /** Each element `repeats` times, along an axis or of the flattened array. */
    repeat(repeats: number, options?: RepeatOptions): NDArray
    /** Of a vector the matrix with it on a diagonal; of other arrays a diagonal over two axes. */
    diag(options?: DiagOptions): NDArray
    /** (N, b² C, H, W) to (N, C, b H, b W). */
    depthToSpace(blockSize: number, options?: OutOption): NDArray
    /** (N, C, b H, b W) to (N, b² C, H, W). */
    spaceToDepth(blockSize: number, options?: OutOption): NDArray
    /** Parts along an axis, by default axis 0: a number of equal ones, or those between indices. */
    splitV2(indicesOrSections: number | readonly number[], options?: SplitV2Options): NDArray[]
    /** The elements within the sizes of another array. */
    sliceLike(other: NDArray, options?: SliceLikeOptions): NDArray
    /** The sizes of the axes, an int32 vector. */
    shapeArray(options?: OutOption): NDArray
    /** The number of elements, an int32 of shape (1,). */
    sizeArray(options?: OutOption): NDArray
    /** One entry of axis 0, a view; or a copy of several, by an array of their indices. */
    at(index: number | NDArray): NDArray
    /** From `begin` to before `end` on each axis given; null leaves a bound out. */
    slice(begin: Bounds, end: Bounds, options?: SliceOptions): NDArray
    /** A slice along one axis. */
    sliceAxis(axis: number, begin: number, end: number | null, options?: OutOption): NDArray
    /** Entries of axis 0, each a view. */
    [Symbol.iterator](): Iterator<NDArray>

    /** The values as another element type; itself when equal and `copy` is false. */
    astype(dtype: DType, options?: { readonly copy?: boolean }): NDArray
    /** Itself when it lives there already, else a copy there. */
    asInContext(context: Context): NDArray
    /** A copy on a context, or the values written into another array, which is returned. */
    copyto(target: Context | NDArray): NDArray
    /** A copy. */
    copy(): NDArray
    /** An array of the same values without history; shares memory. */
    detach(): NDArray

    /** Makes a gradient buffer of zeros and this array, which it returns, a leaf of the tape; 'null' takes the buffer away. */
    attachGrad(gradReq?: GradRequest): this & { readonly grad: NDArray }
    attachGrad(gradReq: GradRequest | 'null'): this
    /** Runs the tape backward from this array. */
    backward(headGrad?: NDArray | null, options?: BackwardOptions): void

    /** The only element. */
    asscalar(): Promise<number>
    /** The elements in row-major order. */
    toArray(): Promise<TypedArray>
    /** Text as Gluon prints it, with the values. */
    repr(): Promise<string>
    /** Resolves when the values have been computed. */
    waitToRead(): Promise<void>
    /** Makes the array yours: a call that returns will not release it. */
    keep(): this
    /** Frees the memory now; later uses throw. */
    dispose(): void
    [Symbol.dispose](): void
  }
}

hintOn(NDArray.prototype, 'x', {
  asnumpy: 'await x.toArray()',
  item: 'await x.asscalar()',
  numpy: 'await x.toArray()',
  tolist: '[...(await x.toArray())]',
  as_in_ctx: 'x.asInContext(ctx)',
  as_nd_ndarray: 'x itself',
  as_np_ndarray: 'x itself',
  ones_like: 'nd.onesLike(x)',
  split: 'nd.split(x, parts)',
  stype: "'default', as arrays are dense",
  tostype: 'x itself, as arrays are dense',
  zeros_like: 'nd.zerosLike(x)',
})

const disposeSymbol: symbol = Symbol.dispose ?? Symbol.for('Symbol.dispose')

installOps(0, { copy })
installOps(1, {
  abs,
  ceil,
  erf,
  exp,
  expm1,
  flatten,
  floor,
  log,
  log1p,
  negative,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sqrt,
  square,
  tanh,
})
installOps(1, { add, divide, logaddexp, maximum, minimum, modulo, multiply, power, subtract })
installOps(1, { equal, greater, greaterEqual, lesser, lesserEqual, notEqual })
installOps(1, {
  argmax,
  argmin,
  cumprod,
  cumsum,
  logSoftmax,
  logsumexp,
  max,
  mean,
  min,
  norm,
  prod,
  softmax,
  softmin,
  std,
  sum,
  var: variance,
})
installOps(1, { argsort, at, diag, shapeArray, sizeArray, sort, topk })
installOps(2, { broadcastTo, depthToSpace, expandDims, flip, reshape, spaceToDepth, squeeze, tile, transpose })
installOps(2, { dot, oneHot, pick, repeat, roll, sliceLike, splitV2, take })
installOps(3, { clip, pad, slice, swapaxes })
installOps(4, { sliceAxis })

for (const formula of [formulas.add, formulas.divide, formulas.modulo, formulas.multiply, formulas.subtract]) {
  const method: Method = function (other: Other) {
    named(`i${formula.name}`, () => applyInPlace(this, formula, other))
    return this
  }
  install({ [`i${formula.name}`]: method })
}

install({
  set(value: Other) {
    named('set', () => setValues(this, value))
    return this
  },
  setSlice(begin: Bounds, end: Bounds, value: Other, options?: StepOption) {
    named('setSlice', () => setSlice(this, begin, end, value, stepOf('setSlice', options)))
    return this
  },
  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) yield at(this, i)
  },
  astype(dtype: DType, options?: { readonly copy?: boolean }) {
    checkOptions('astype', options ?? {}, '{ copy: false }', { copy: 'boolean' })
    return dtype === this.dtype && options?.copy === false ? this : named('astype', () => cast(this, dtype))
  },
  asInContext(context: Context) {
    return context === this.context ? this : moved(this, context)
  },
  copyto(target: Context | NDArray) {
    return named('copyto', () => {
      if (!(target instanceof NDArray)) return target === this.context ? copy(this) : moved(this, target)
      assign(target, this)
      return target
    })
  },
  detach() {
    return detached(this)
  },
  attachGrad(gradReq?: GradRequest | 'null') {
    attachGrad(this, gradReq)
    return this
  },
  backward(headGrad?: NDArray | null, options?: BackwardOptions) {
    backward(this, headGrad ?? null, options)
  },
  asscalar() {
    return readScalar(this)
  },
  toArray() {
    return readElements(this, 'toArray')
  },
  async repr() {
    const { shape, dtype } = this
    const text = String(this)
    const elements = await readElements(this, 'repr')
    const { formatElements } = await import('./printing.ts')
    return `\n${formatElements(elements, shape, dtype)}\n${text}`
  },
  async waitToRead() {
    const { engine } = this.context
    const { storage } = this
    await engine.fence()
    const failure = engine.failureOf(storage)
    if (failure) throw failure
  },
  keep() {
    this.valueFor('keep')
    giveToUser(this)
    return this
  },
  dispose() {
    release(this, 'dispose was called')
  },
  [disposeSymbol]() {
    release(this, 'dispose was called')
  },
})

Object.defineProperty(NDArray.prototype, 'T', {
  get(this: NDArray) {
    return transpose(this)
  },
  configurable: true,
})
