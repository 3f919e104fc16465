// The one way an op is called: describe, place, run, record.
import { bytesOf, bytesPer, type DType, dtypes, isDType } from './dtype.ts'
import { type Attributes, type Call, Context, currentContext, type Spec, type Value } from './engine.ts'
import { nameOfKind, OpError } from './errors.ts'
import { notify } from './listen.ts'
import { relievePressure, withinLimits } from './memory.ts'
import { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import { adopt, currentPath, currentScope } from './ownership.ts'
import { formatShape, sameShape, sizeOf } from './shape.ts'
import { Storage } from './storage.ts'
import { historyOf, mode, TapeNode } from './tape.ts'

/** What a call may say besides inputs and attributes. */
export interface InvokeOptions {
  /** Numbers that may change from call to call without a new plan. */
  readonly scalars?: readonly number[]
  /** Arrays to write the first outputs into, of the inferred shapes and dtypes; the others are made. */
  readonly out?: readonly NDArray[]
  /** Where an op without inputs makes its outputs. */
  readonly context?: Context
}

/** A call before it has memory for its outputs. */
type Description = ReturnType<typeof describe>

/** Calls an op; returns its visible outputs. */
export function invoke<A extends Attributes>(
  op: Op<A, never>,
  inputs: readonly NDArray[],
  attrs: A,
  options: InvokeOptions = {},
): NDArray[] {
  const described = describe(op, inputs, attrs, options)
  const call = place(described)
  run(call, described)
  return record(call, described)
}

/** Checks a call; gives what is known of it before it has memory. */
function describe<A extends Attributes>(
  op: Op<A, never>,
  inputs: readonly NDArray[],
  attrs: A,
  { scalars = [], out = [], context: wanted }: InvokeOptions,
) {
  const name = op.calledAs?.(attrs) ?? op.name
  const context = contextOf(name, [...inputs, ...out], wanted)
  for (const input of inputs) checkUsable(name, input)
  const visible = op.infer(inputs, attrs)
  out.forEach((target, i) => {
    checkTarget(name, target, visible[i])
  })
  const mutates = (typeof op.mutates === 'function' ? op.mutates(attrs) : op.mutates) ?? []
  const recorded = mode.recording && op.gradient !== undefined && inputs.some(historyOf)
  if (mode.recording && out.length + mutates.length > 0) refuseInPlace(name, op, inputs, mutates, out)
  // of a view, where it starts in input 0, in elements
  const view = out.length > 0 ? undefined : op.view?.(inputs, attrs)
  const hidden = recorded && view === undefined ? op.hidden?.(inputs, attrs) : undefined
  const outputs = hidden ? [...visible, ...hidden] : visible
  const { name: id, kernel } = op
  const rest = { attrs, scalars, mutates, path: currentPath(), view: view !== undefined }
  const call = { op: id, kernel, name, ...rest }
  return {
    op: op as unknown as Op<never>,
    call,
    context,
    inputs,
    out,
    outputs,
    visible: visible.length,
    recorded,
    view,
  }
}

/** Gives the outputs memory: new, that of `out`, or a range of input 0. */
function place({ call, context, inputs, out, outputs, view }: Description): Call {
  const made: Value[] = []
  try {
    for (const [i, spec] of outputs.entries()) {
      const placed = view === undefined ? out[i]?.value : viewOf(inputs[0], spec, view, call.name)
      made.push(placed ?? newValue(call.name, context, spec))
    }
  } catch (error) {
    releaseNew(made, out)
    throw error
  }
  return { ...call, inputs: inputs.map(({ value }) => value), outputs: made }
}

/** Queues a call, unless nothing is to be computed. */
function run(call: Call, { context, out }: Description): void {
  const { name, inputs, outputs, mutates } = call
  if (call.view || !(outputs.some(sized) || mutates.some((i) => sized(inputs[i])))) return
  try {
    withinLimits(context.engine, name, batchOf(outputs[0] ?? inputs[0]), () => context.engine.run(call))
  } catch (error) {
    releaseNew(outputs, out)
    throw error
  }
}

/** Marks what was written, extends the tape and calls the listeners; gives the visible outputs. */
function record(call: Call, { op, context, inputs, out, visible, recorded }: Description): NDArray[] {
  const { outputs } = call
  for (const i of call.mutates) noteWrite(inputs[i])
  for (const target of out) noteWrite(target)
  const node = recorded ? new TapeNode(op, call, context, inputs, visible) : undefined
  node?.save()
  for (const { storage } of outputs.slice(visible)) storage.release()
  notify(call)
  return outputs.slice(0, visible).map((value, index) => {
    const origin = node ? { node, index } : null
    return out[index] ?? deliver(new NDArray({ context, value, origin, maker: call.name }))
  })
}

function noteWrite({ storage, offset, bytes }: NDArray): void {
  storage.noteWrite(offset, bytes)
}

function sized(value: Spec): boolean {
  return sizeOf(value.shape) > 0
}

/** Releases outputs of a call that failed, but for those that were there before. */
function releaseNew(outputs: readonly Value[], out: readonly NDArray[]): void {
  for (const { storage } of outputs.slice(out.length)) storage.release()
}

/** Length of a batch, of which a shorter one may fit. */
function batchOf({ shape }: Spec): number | undefined {
  return shape.length > 1 ? shape[0] : undefined
}

/** A range of an array's storage. From here on kernels take the array in row-major order. */
function viewOf(array: NDArray, { shape, dtype }: Spec, start: number, op: string): Value {
  const { value: whole, context } = array
  const { engine } = context
  if (engine.rowMajor && !whole.rowMajor) {
    withinLimits(engine, op, batchOf(whole), () => engine.rowMajor?.(whole))
    array.value = { ...whole, rowMajor: true }
  }
  const offset = whole.offset + start * bytesPer(whole.dtype)
  return { shape, dtype, storage: whole.storage.retain(), offset, rowMajor: true }
}

function contextOf(op: string, arrays: readonly NDArray[], wanted: Context | undefined): Context {
  for (const array of arrays) {
    if (!(array instanceof NDArray)) throw new OpError(op, `takes arrays, got ${nameOfKind(array)}`)
  }
  const context = checkContext(op, arrays[0]?.context ?? wanted ?? currentContext())
  for (const { context: other } of arrays) {
    if (other === context) continue
    throw new OpError(op, `all arrays must be on one context, got ${context} and ${other}: use asInContext`)
  }
  return context
}

function checkUsable(op: string, array: NDArray): void {
  const { storage } = array.valueFor(op)
  const failure = array.context.engine.failureOf(storage)
  if (failure) throw failure
}

/** Refuses an array that does not hold the output, whose memory would be written beyond its end. */
function checkTarget(op: string, target: NDArray, output: Spec): void {
  if (sameShape(target.shape, output.shape) && target.dtype === output.dtype) return
  const [got, want] = [output, target].map(({ dtype, shape }) => `${dtype} ${formatShape(shape)}`)
  throw new OpError(op, `cannot write ${got} into ${want}: shape and dtype must be equal`)
}

/** Refuses writes that recording can't follow: to arrays of the graph, or of values that have a gradient. */
function refuseInPlace(
  name: string,
  op: Op<never>,
  inputs: readonly NDArray[],
  mutates: readonly number[],
  out: readonly NDArray[],
): void {
  const written = [...out, ...mutates.map((i) => inputs[i])]
  const lost = (out.length > 0 || op.gradient === undefined) && inputs.some(historyOf)
  if (!lost && !written.some(historyOf)) return
  throw new OpError(name, 'cannot write in place inside record: the values may be needed for the gradient')
}

function newValue(op: string, context: Context, spec: Spec): Value {
  const { shape, dtype } = spec
  checkDType(op, context, dtype)
  const { engine } = context
  const make = () => new Storage(engine, engine.allocate(bytesOf(spec)))
  return { shape, dtype, storage: withinLimits(engine, op, batchOf(spec), make), offset: 0 }
}

/** A new array of any values: each must be written before it is read. `op` is what errors name. */
export function blank(op: string, context: Context, spec: Spec): NDArray {
  return deliver(new NDArray({ context, value: newValue(op, context, spec), maker: op }))
}

/** The context itself; throws for anything else, such as the name of one. */
export function checkContext(op: string, context: Context): Context {
  if (context instanceof Context) return context
  throw new OpError(op, `a context is cpu(), await gpu() or reference(), got ${nameOfKind(context)}`)
}

/** Throws where there is no such element type, or not on the context. */
export function checkDType(op: string, context: Context, dtype: DType): void {
  if (!isDType(dtype)) {
    throw new OpError(op, `no element type is named ${nameOfKind(dtype)}: expected one of ${dtypes.join(', ')}`)
  }
  if (context.engine.supports(dtype)) return
  throw new OpError(op, `${dtype} is not available on ${context}: use reference() for ${dtype}`)
}

/** Hands a finished array to its owner; large ones of the user remember the line that made them. */
export function deliver(array: NDArray): NDArray {
  adopt(array)
  if (currentScope()) return array
  relievePressure(array.context.engine)
  if (array.bytes >= 1e6) array.line = userLine()
  return array
}

/**
 * The innermost line of a file that is not the library's; builtins such as map have none. A composite op has ten frames
 * of its own, each level of blocks nine.
 */
export function userLine(frameCount = 20): string | undefined {
  const v8 = Error as { stackTraceLimit?: number }
  const { stackTraceLimit = 10 } = v8
  v8.stackTraceLimit = frameCount
  const frames = new Error().stack?.split('\n').slice(1) ?? []
  v8.stackTraceLimit = stackTraceLimit
  // a bundle of CommonJS has no URL
  const own = (import.meta.url ?? '').replace(/^file:\/\/|core\/invoke\.[jt]s.*$/g, '')
  return frames
    .find((frame) => !frame.includes(own) && /:\d+:\d+\)?$/.test(frame) && !frame.includes('node:internal'))
    ?.trim()
    .replace(/^at /, '')
}
