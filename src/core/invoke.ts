// The one way an op is called: check, infer, allocate, queue, record.
import { bytesPer, type DType, isDType } from './dtype.ts'
import { type Attributes, type Call, Context, currentContext, type Operand, type Order, type Spec } from './engine.ts'
import { nameOfKind, OpError } from './errors.ts'
import { relievePressure, withinLimits } from './memory.ts'
import { NDArray } from './ndarray.ts'
import type { Op } from './op.ts'
import { adopt, currentPath, currentScope } from './ownership.ts'
import { type Shape, sizeOf } from './shape.ts'
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

/** Calls an op; returns its visible outputs. */
export function invoke<A extends Attributes>(
  op: Op<A, never>,
  inputs: readonly NDArray[],
  attrs: A,
  options: InvokeOptions = {},
): NDArray[] {
  const name = op.calledAs?.(attrs) ?? op.name
  const context = contextOf(name, inputs, options)
  for (const input of inputs) checkUsable(name, input)
  const visible = op.infer(inputs, attrs)
  const mutates = (typeof op.mutates === 'function' ? op.mutates(attrs) : op.mutates) ?? []
  const recorded = mode.recording && op.gradient !== undefined && inputs.some(historyOf)
  if (mode.recording && (options.out || mutates.length > 0)) refuseInPlace(name, op, inputs, mutates, options.out)
  const view = op.view && !options.out ? op.view(inputs, attrs) : undefined
  if (view !== undefined) return [viewOf(op, inputs[0], visible[0], view, attrs, recorded)]
  const specs = recorded && op.hidden ? [...visible, ...op.hidden(inputs, attrs)] : visible
  const orders = context.engine.orders(op.name, inputs, attrs, specs)
  for (const i of mutates) rehome(inputs[i], orders.inputs[i] ?? 'plain')
  const [taken, made]: [Operand[], Operand[]] = [[], []]
  const call = {
    op: op.name,
    name,
    inputs: taken,
    attrs,
    scalars: options.scalars ?? [],
    outputs: made,
    path: currentPath(),
    mutates,
  }
  try {
    inputs.forEach((input, i) => taken.push(reordered(input, orders.inputs[i] ?? 'plain')))
    specs.forEach((spec, i) => made.push(output(name, context, spec, orders.outputs[i] ?? 'plain', options.out?.[i])))
    if (made.some(sized) || mutates.some((i) => sized(inputs[i]))) enqueue(name, context, call)
  } catch (error) {
    for (const operand of [...taken, ...made]) if (!(operand instanceof NDArray)) operand.storage.release()
    throw error
  }
  options.out?.forEach((target, i) => deliver(made[i], target))
  for (const i of mutates) noteWrite(inputs[i])
  for (const target of options.out ?? []) noteWrite(target)
  const node = recorded ? record(op, inputs, taken, made, visible.length, attrs, call.scalars) : undefined
  taken.forEach((operand, i) => operand !== inputs[i] && operand.storage.release())
  for (const hidden of made.splice(visible.length)) hidden.storage.release()
  return made.map((array, i) => options.out?.[i] ?? settle(array, name, context, node, i))
}

function noteWrite({ storage, offset, bytes }: NDArray): void {
  storage.noteWrite(offset, bytes)
}

function sized(operand: Spec): boolean {
  return sizeOf(operand.shape) > 0
}

function contextOf(op: string, inputs: readonly NDArray[], options: InvokeOptions): Context {
  for (const input of inputs) {
    if (!(input instanceof NDArray)) throw new OpError(op, `takes arrays, got ${nameOfKind(input)}`)
  }
  const arrays = options.out ? [...inputs, ...options.out] : inputs
  const context = checkContext(op, arrays[0]?.context ?? options.context ?? currentContext())
  for (const { context: other } of arrays) {
    if (other === context) continue
    throw new OpError(op, `all arrays must be on one context, got ${context} and ${other}: use asInContext`)
  }
  return context
}

function checkUsable(op: string, array: NDArray): void {
  array.operand(op)
  const failure = array.context.engine.failureOf(array.storage)
  if (failure) throw failure
}

/** Refuses writes that recording can't follow: to arrays of the graph, or of values that have a gradient. */
function refuseInPlace(
  name: string,
  op: Op<never>,
  inputs: readonly NDArray[],
  mutates: readonly number[],
  out: InvokeOptions['out'],
): void {
  const written = [...(out ?? []), ...mutates.map((i) => inputs[i])]
  const lost = (out || op.gradient === undefined) && inputs.some(historyOf)
  if (!lost && !written.some(historyOf)) return
  throw new OpError(name, 'cannot write in place inside record: the values may be needed for the gradient')
}

/** Whether both orders mean the same bytes: one channel, one pixel, or not 4-D. */
export function orderless(shape: Shape): boolean {
  return shape.length !== 4 || shape[1] === 1 || shape[2] * shape[3] === 1
}

/** The operand in the order wanted: itself, relabelled, or a copy whose storage the caller releases. */
export function reordered(input: NDArray, order: Order): Operand {
  if (input.order === order) return input
  const { storage, offset, shape, dtype, context } = input
  if (orderless(shape)) return { storage: storage.retain(), offset, shape, dtype, order }
  const made = allocate('relayout', context, input)
  const target = { storage: made, offset: 0, shape, dtype, order }
  try {
    relayout(input, target, context)
  } catch (error) {
    made.release()
    throw error
  }
  return target
}

/** Rewrites an array in place of its handle so that its bytes lie in the order wanted. */
function rehome(array: NDArray, order: Order): void {
  if (array.order === order) return
  const { storage, offset } = reordered(array, order)
  array.rehome(storage, offset, order)
}

/** Fresh memory for the elements of a spec. */
export function allocate(op: string, context: Context, spec: Spec): Storage {
  checkDType(op, context, spec.dtype)
  const bytes = sizeOf(spec.shape) * bytesPer(spec.dtype)
  const batch = spec.shape.length > 1 ? spec.shape[0] : undefined
  return withinLimits(context.engine, op, batch, () => new Storage(context.engine, context.engine.allocate(bytes)))
}

/** The context itself; throws for anything else, such as the name of one. */
export function checkContext(op: string, context: Context): Context {
  if (context instanceof Context) return context
  throw new OpError(op, `a context is cpu(), await gpu() or reference(), got ${nameOfKind(context)}`)
}

/** Throws where there is no such element type, or not on the context. */
export function checkDType(op: string, context: Context, dtype: DType): void {
  if (!isDType(dtype)) {
    throw new OpError(op, `no element type is named ${nameOfKind(dtype)}: expected float32, int32 or uint8`)
  }
  if (context.engine.supports(dtype)) return
  throw new OpError(op, `${dtype} is not available on ${context}: use reference() for float64`)
}

function output(op: string, context: Context, spec: Spec, wanted: Order, target?: NDArray): Operand {
  const order = orderless(spec.shape) ? 'plain' : wanted
  if (target && target.order === order) return target
  return { ...spec, storage: allocate(op, context, spec), offset: 0, order }
}

/** Brings an output that was made in another order to the place it was asked for. */
function deliver(made: Operand, target: NDArray): void {
  if (made === target) return
  relayout(made, target, target.context)
  made.storage.release()
}

function relayout(source: Operand, target: Operand, context: Context): void {
  const call = {
    op: 'relayout',
    name: 'relayout',
    inputs: [source],
    attrs: {},
    scalars: [],
    outputs: [target],
    mutates: [],
  }
  enqueue('relayout', context, { ...call, path: currentPath() })
}

function enqueue(name: string, context: Context, call: Call): void {
  withinLimits(context.engine, name, undefined, () => context.engine.run(call))
}

function record<A extends Attributes>(
  op: Op<A, never>,
  inputs: readonly NDArray[],
  taken: readonly Operand[],
  made: readonly Operand[],
  visible: number,
  attrs: A,
  scalars: readonly number[],
): TapeNode {
  const node = new TapeNode({
    op: op as unknown as Op<never>,
    attrs,
    scalars,
    context: inputs[0].context,
    path: currentPath(),
    inputs,
    outputs: made,
    visible,
  })
  node.save(taken, made)
  return node
}

function settle(made: Operand, maker: string, context: Context, node: TapeNode | undefined, index: number): NDArray {
  const { shape, dtype, storage, offset, order } = made
  const origin = node ? { node, index } : null
  return place(new NDArray({ context, shape, dtype, storage, offset, order, origin, maker }))
}

function viewOf<A extends Attributes>(
  op: Op<A, never>,
  input: NDArray,
  spec: Spec,
  begin: number,
  attrs: A,
  recorded: boolean,
): NDArray {
  rehome(input, 'plain')
  const { storage, context } = input
  const offset = input.offset + begin * bytesPer(input.dtype)
  const made: Operand = { ...spec, storage: storage.retain(), offset, order: 'plain' }
  const node = recorded ? record(op, [input], [input], [made], 1, attrs, []) : undefined
  return settle(made, op.calledAs?.(attrs) ?? op.name, context, node, 0)
}

/** Hands a finished array to its owner; large ones of the user remember the line that made them. */
export function place(array: NDArray): NDArray {
  adopt(array)
  if (currentScope()) return array
  relievePressure(array.context.engine)
  if (array.bytes >= 1e6) array.line = userLine()
  return array
}

/** The innermost line of a file that is not the library's; builtins such as map have none. */
function userLine(): string | undefined {
  const v8 = Error as { stackTraceLimit?: number }
  const { stackTraceLimit = 10 } = v8
  v8.stackTraceLimit = 20 // a composite op has ten frames of its own
  const frames = new Error().stack?.split('\n').slice(1) ?? []
  v8.stackTraceLimit = stackTraceLimit
  const own = import.meta.url.replace(/^file:\/\/|core\/invoke\.[jt]s.*$/g, '')
  return frames
    .find((frame) => !frame.includes(own) && /:\d+:\d+\)?$/.test(frame) && !frame.includes('node:internal'))
    ?.trim()
    .replace(/^at /, '')
}
