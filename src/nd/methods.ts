// The methods of NDArray: installed here, each with its signature written out.
import { type BackwardOptions, backward } from '../autograd/autograd.ts'
import { type DType, type TypedArray, typedView } from '../core/dtype.ts'
import type { Context } from '../core/engine.ts'
import { OpError } from '../core/errors.ts'
import { place, reordered } from '../core/invoke.ts'
import { NDArray } from '../core/ndarray.ts'
import { giveToLibrary, giveToUser, release } from '../core/ownership.ts'
import type { GradRequest } from '../core/tape.ts'
import { assign, copy } from '../ops/copy/copy.ts'
import { fill } from '../ops/fill/fill.ts'
import { cast } from '../ops/pointwise/cast.ts'
import * as pointwise from '../ops/pointwise/pointwise.ts'
import { type ArgmaxOptions, argmax, argmin } from '../ops/reduce/argmax.ts'
import * as reduce from '../ops/reduce/reduce.ts'
import { logSoftmax, type SoftmaxOptions, softmax } from '../ops/softmax/softmax.ts'
import { type OneHotOptions, oneHot, type PickOptions, pick, type TakeOptions, take } from '../ops/take/take.ts'
import { broadcastTo } from '../ops/view/broadcastTo.ts'
import { expandDims, flatten, reshape, squeeze } from '../ops/view/reshape.ts'
import { slice, sliceAxis } from '../ops/view/slice.ts'
import { swapaxes, transpose } from '../ops/view/transpose.ts'
import { at } from './at.ts'
import { upload } from './creation.ts'
import { dot } from './dot.ts'
import { applyInPlace, setSlice, setValues } from './inPlace.ts'
import { formatElements } from './printing.ts'
import { readElements, readScalar } from './reading.ts'

type Other = NDArray | number

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
    /** −this. */
    negative(): NDArray
    abs(): NDArray
    sign(): NDArray
    exp(): NDArray
    log(): NDArray
    sqrt(): NDArray
    square(): NDArray
    floor(): NDArray
    ceil(): NDArray
    round(): NDArray
    relu(): NDArray
    sigmoid(): NDArray
    tanh(): NDArray
    /** Values below `low` and above `high` set to these. */
    clip(low: number, high: number): NDArray
    /** Adds in place. Not allowed inside record. */
    iadd(other: Other): this
    /** Subtracts in place. */
    isubtract(other: Other): this
    /** Multiplies in place. */
    imultiply(other: Other): this
    /** Divides in place. */
    idivide(other: Other): this
    /** Overwrites all values: `x.set(0)`, `x.at(1).set(y)`. */
    set(value: Other): this
    /** Overwrites a selection, as `x[1:3] = value` does, contiguous or not. Not allowed inside record. */
    setSlice(
      begin: readonly (number | null)[],
      end: readonly (number | null)[],
      value: Other,
      options?: { readonly step?: readonly (number | null)[] },
    ): this

    sum(options?: reduce.ReduceOptions): NDArray
    mean(options?: reduce.ReduceOptions): NDArray
    max(options?: reduce.ReduceOptions): NDArray
    min(options?: reduce.ReduceOptions): NDArray
    prod(options?: reduce.ReduceOptions): NDArray
    norm(options?: reduce.ReduceOptions): NDArray
    /** Index of the first largest element, in this dtype. */
    argmax(options?: ArgmaxOptions): NDArray
    /** Index of the first smallest element, in this dtype. */
    argmin(options?: ArgmaxOptions): NDArray
    softmax(options?: SoftmaxOptions): NDArray
    logSoftmax(options?: SoftmaxOptions): NDArray

    /** Product over the last axis of this and the first of the other. */
    dot(other: NDArray): NDArray
    /** The element of each row that the index says. */
    pick(index: NDArray, options?: PickOptions): NDArray
    /** Rows by index. */
    take(indices: NDArray, options?: TakeOptions): NDArray
    /** A one at each index, zeros elsewhere. */
    oneHot(depth: number, options?: OneHotOptions): NDArray

    /** The same elements under another shape; codes 0, -1, -2, -3, -4 as in MXNet. */
    reshape(shape: readonly number[]): NDArray
    /** Axes in another order, reversed where left out. */
    transpose(axes?: readonly number[]): NDArray
    /** Axes reversed. */
    readonly T: NDArray
    swapaxes(a: number, b: number): NDArray
    expandDims(axis: number): NDArray
    squeeze(axis?: number | readonly number[]): NDArray
    /** (N, …) to (N, the rest). */
    flatten(): NDArray
    broadcastTo(shape: readonly number[]): NDArray
    /** One entry of axis 0, a view. */
    at(index: number): NDArray
    /** From `begin` to before `end` on each axis given; null leaves a bound out. */
    slice(
      begin: readonly (number | null)[],
      end: readonly (number | null)[],
      options?: { readonly step?: readonly (number | null)[] },
    ): NDArray
    /** A slice along one axis. */
    sliceAxis(axis: number, begin: number, end: number | null): NDArray
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
    /** The same values without history; shares memory. */
    detach(): NDArray

    /** Makes a gradient buffer of zeros and this array a leaf of the tape; 'null' takes the buffer away. */
    attachGrad(gradReq?: GradRequest | 'null'): void
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

const disposeSymbol: symbol = Symbol.dispose ?? Symbol.for('Symbol.dispose')

const binaries = ['add', 'subtract', 'multiply', 'divide', 'modulo', 'power', 'maximum', 'minimum'] as const
const comparisons = ['equal', 'notEqual', 'greater', 'greaterEqual', 'lesser', 'lesserEqual'] as const
const unaries = ['negative', 'abs', 'sign', 'exp', 'log', 'sqrt', 'square', 'floor', 'ceil', 'round'] as const
const activations = ['relu', 'sigmoid', 'tanh'] as const
const inPlace = { iadd: 'add', isubtract: 'subtract', imultiply: 'multiply', idivide: 'divide' } as const
const reductions = ['sum', 'mean', 'max', 'min', 'prod', 'norm'] as const

// biome-ignore lint/suspicious/noExplicitAny: methods of many signatures are installed one after the other
type Method = (this: NDArray, ...args: any[]) => unknown

function install(name: string | symbol, method: Method): void {
  Object.defineProperty(NDArray.prototype, name, { value: method, writable: true, configurable: true })
}

for (const name of [...binaries, ...comparisons]) {
  install(name, function (other: Other) {
    return pointwise[name](this, other)
  })
}
for (const name of [...unaries, ...activations]) {
  install(name, function () {
    return pointwise[name](this)
  })
}
for (const [name, formula] of Object.entries(inPlace)) {
  install(name, function (other: Other) {
    applyInPlace(this, formula, other)
    return this
  })
}
for (const name of reductions) {
  install(name, function (options?: reduce.ReduceOptions) {
    return reduce[name](this, options)
  })
}

const methods: Record<string | symbol, Method> = {
  clip(low: number, high: number) {
    return pointwise.clip(this, low, high)
  },
  set(value: Other) {
    setValues(this, value)
    return this
  },
  setSlice(
    begin: readonly (number | null)[],
    end: readonly (number | null)[],
    value: Other,
    options?: { readonly step?: readonly (number | null)[] },
  ) {
    setSlice(this, begin, end, value, options?.step)
    return this
  },
  argmax(options?: ArgmaxOptions) {
    return argmax(this, options)
  },
  argmin(options?: ArgmaxOptions) {
    return argmin(this, options)
  },
  softmax(options?: SoftmaxOptions) {
    return softmax(this, options)
  },
  logSoftmax(options?: SoftmaxOptions) {
    return logSoftmax(this, options)
  },
  dot(other: NDArray) {
    return dot(this, other)
  },
  pick(index: NDArray, options?: PickOptions) {
    return pick(this, index, options)
  },
  take(indices: NDArray, options?: TakeOptions) {
    return take(this, indices, options)
  },
  oneHot(depth: number, options?: OneHotOptions) {
    return oneHot(this, depth, options)
  },
  reshape(shape: readonly number[]) {
    return reshape(this, shape)
  },
  transpose(axes?: readonly number[]) {
    return transpose(this, axes)
  },
  swapaxes(a: number, b: number) {
    return swapaxes(this, a, b)
  },
  expandDims(axis: number) {
    return expandDims(this, axis)
  },
  squeeze(axis?: number | readonly number[]) {
    return squeeze(this, axis)
  },
  flatten() {
    return flatten(this)
  },
  broadcastTo(shape: readonly number[]) {
    return broadcastTo(this, shape)
  },
  at(index: number) {
    return at(this, index)
  },
  slice(
    begin: readonly (number | null)[],
    end: readonly (number | null)[],
    options?: { readonly step?: readonly (number | null)[] },
  ) {
    return slice(this, begin, end, options?.step)
  },
  sliceAxis(axis: number, begin: number, end: number | null) {
    return sliceAxis(this, axis, begin, end)
  },
  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) yield at(this, i)
  },
  astype(dtype: DType, options: { readonly copy?: boolean } = {}) {
    return dtype === this.dtype && options.copy === false ? this : cast(this, dtype)
  },
  asInContext(context: Context) {
    return context === this.context ? this : moved(this, context)
  },
  copyto(target: Context | NDArray) {
    if (!(target instanceof NDArray)) return target === this.context ? copy(this) : moved(this, target)
    assign(target, this)
    return target
  },
  copy() {
    return copy(this)
  },
  detach() {
    return alias(this)
  },
  attachGrad(gradReq: GradRequest | 'null' = 'write') {
    attachGrad(this, gradReq)
  },
  backward(headGrad: NDArray | null = null, options: BackwardOptions = {}) {
    backward(this, headGrad, options)
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
    return `\n${formatElements(await readElements(this, 'repr'), shape, dtype)}\n${text}`
  },
  async waitToRead() {
    const { engine } = this.context
    const { storage } = this
    await engine.fence()
    const failure = engine.failureOf(storage)
    if (failure) throw failure
  },
  keep() {
    giveToUser(this)
    return this
  },
  dispose() {
    release(this, 'dispose was called')
  },
  [disposeSymbol]() {
    release(this, 'dispose was called')
  },
}

for (const name of Reflect.ownKeys(methods)) install(name, methods[name as string])
Object.defineProperty(NDArray.prototype, 'T', {
  get(this: NDArray) {
    return transpose(this)
  },
  configurable: true,
})

function alias(array: NDArray): NDArray {
  const { context, shape, dtype, offset, order } = array
  array.operand('detach')
  return place(new NDArray({ context, shape, dtype, storage: array.storage.retain(), offset, order, maker: 'detach' }))
}

function attachGrad(array: NDArray, gradReq: GradRequest | 'null'): void {
  if (!['write', 'add', 'null'].includes(gradReq)) {
    throw new OpError('attachGrad', `gradReq must be 'write', 'add' or 'null', got '${gradReq}'`)
  }
  const { shape, dtype, context } = array
  if (gradReq === 'null') return array.setOrigin(null)
  const grad = giveToLibrary(fill(shape, 0, { context, dtype }))
  array.setOrigin({ grad, request: gradReq, fresh: false })
}

/** Values of the reference engine go up at once; those of another engine are waited for, since reference is inline. */
function moved(array: NDArray, context: Context): NDArray {
  const { engine } = array.context
  const plain = reordered(array.operand('asInContext') as NDArray, 'plain')
  const bytes = engine.readNow(plain)
  if (plain !== array) plain.storage.release()
  return upload(typedView(array.dtype, bytes.buffer, bytes.byteOffset, array.size), array.shape, array.dtype, context)
}
