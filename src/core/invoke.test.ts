// The record of calls: a listener rebuilds the graph from it, and replays it on other values.
import { autograd, cpu, gluon, loss, NDArray, nd, nn, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { bytesPer } from './dtype.ts'
import type { Call, Context, Value } from './engine.ts'
import { listen } from './listen.ts'
import { sizeOf } from './shape.ts'
import { Storage } from './storage.ts'

function callsOf(run: () => void): Call[] {
  const calls: Call[] = []
  const end = listen((call) => call.parts === undefined && calls.push(call))
  try {
    run()
  } finally {
    end()
  }
  return calls
}

/** A call as it is now. */
function copyOf(call: Call): Call {
  const values = (list: readonly Value[]) => list.map((value) => ({ ...value }))
  return { ...call, inputs: values(call.inputs), outputs: values(call.outputs), attrs: { ...call.attrs } }
}

const rangeOf = ({ offset, shape, dtype }: Value) => [offset, offset + sizeOf(shape) * bytesPer(dtype)] as const

/** An output of a call, or an input that it wrote in place. */
interface Made {
  readonly call: Call
  readonly value: Value
}

/** What made each input of each call: a view, and whatever wrote to its range, back to what wrote to all of it. */
function graphOf(calls: readonly Call[]): readonly (readonly (readonly Made[])[])[] {
  const views = new Map<Value, Made>()
  const writes: Made[] = []
  const makersOf = (value: Value): Made[] => {
    const [start, end] = rangeOf(value)
    const view = views.get(value)
    const found: Made[] = []
    for (const made of writes.toReversed()) {
      if (view && calls.indexOf(made.call) < calls.indexOf(view.call)) break
      const [first, last] = made.value.storage === value.storage ? rangeOf(made.value) : [0, 0]
      if (first < end && start < last) found.push(made)
      if (first <= start && end <= last) return found
    }
    return view ? [...found, view] : found
  }
  return calls.map((call) => {
    const makers = call.inputs.map(makersOf)
    if (call.view) views.set(call.outputs[0], { call, value: call.outputs[0] })
    else for (const i of call.mutates) writes.push({ call, value: call.inputs[i] })
    if (!call.view) for (const value of call.outputs) writes.push({ call, value })
    return makers
  })
}

/** A line for each call, as `3 add(1 exp, leaf)`, with the number of the output where there are several. */
function linesOf(calls: readonly Call[]): string[] {
  const name = (call: Call) => `${calls.indexOf(call)} ${call.name}`
  const nameOf = ({ call, value }: Made) =>
    call.outputs.length > 1 ? `${name(call)}[${call.outputs.indexOf(value)}]` : name(call)
  return graphOf(calls).map((inputs, i) => {
    const makers = inputs.map((made) => made.map(nameOf).join(' + ') || 'leaf')
    return `${name(calls[i])}(${makers.join(', ')})`
  })
}

/** Runs the calls again in memory of their own, with other values for some leaves; gives what is read of the results. */
async function replayed(
  calls: readonly Call[],
  { engine }: Context,
  leaves: ReadonlyMap<Storage, Storage>,
  wanted: readonly Value[],
): Promise<Uint8Array[]> {
  const memory = new Map<Storage, Storage>()
  const moved = (value: Value): Value => ({ ...value, storage: memory.get(value.storage) as Storage })
  for (const call of calls) {
    for (const { storage } of call.inputs) {
      if (memory.has(storage)) continue
      const from = leaves.get(storage) ?? storage
      const bytes = await engine.read({ storage: from, offset: 0, dtype: 'uint8', shape: [from.bytes] })
      memory.set(storage, new Storage(engine, engine.upload(bytes)))
    }
    for (const { storage } of call.outputs) {
      if (!memory.has(storage)) memory.set(storage, new Storage(engine, engine.allocate(storage.bytes)))
    }
    const [inputs, outputs] = [call.inputs.map(moved), call.outputs.map(moved)]
    if (call.view) engine.rowMajor?.(inputs[0])
    else engine.run({ ...call, inputs, outputs })
  }
  const read = await Promise.all(wanted.map((value) => engine.read(moved(value))))
  for (const storage of memory.values()) storage.release()
  return read
}

describe.each([cpu(), reference()])('on %s', (ctx) => {
  const of = (values: nd.NestedNumbers) => nd.array(values, { ctx })

  it('a training step is replayed on other images, to the bit', async () => {
    nd.random.seed(5)
    const net = new nn.Sequential()
    net.add(new nn.Conv2D(3, 3, { activation: 'relu' }), new nn.MaxPool2D(), new nn.Flatten())
    net.add(new nn.Dropout(0.25), new nn.Dense(4))
    net.initialize({ ctx })
    const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.1, momentum: 0.9 })
    const criterion = new loss.SoftmaxCrossEntropyLoss()
    const labels = of([0, 3])
    const step = (images: NDArray) => {
      const losses = autograd.record(() => criterion(net(images), labels))
      losses.backward()
      trainer.step(2)
      return losses
    }
    const images = () => nd.random.normal({ shape: [2, 2, 8, 8], ctx })
    const [first, other] = [images(), images()]
    step(images())
    let losses: NDArray | undefined
    const calls = callsOf(() => {
      losses = step(first)
    })
    const results = () => [losses as NDArray, ...[...net.collectParams().values()].map((parameter) => parameter.data())]
    const leaves = new Map([[first.storage, other.storage]])
    const values = results().map(({ value }) => value)
    const got = await replayed(calls, ctx, leaves, values)
    losses = step(other)
    const want = await Promise.all(results().map(({ value }) => ctx.engine.read(value)))
    expect(got.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      want.map((bytes) => Buffer.from(bytes).toString('hex')),
    )
  })

  it('the graph is rebuilt: views, writes in place, several results, and the way back', () => {
    const [x, w] = [
      of([1, 2]),
      of([
        [1, 2],
        [3, 4],
      ]),
    ]
    w.attachGrad()
    const both = nd.formula((m, a, b) => [m.add(a, b), m.mul(a, b)], { name: 'both' })
    const told: Call[] = []
    const end = listen((call) => call.parts === undefined && told.push(copyOf(call)))
    const calls = callsOf(() => {
      const target = x.copy()
      target.setSlice([0], [1], 5)
      const y = autograd.record(() => {
        const [sum, product] = both(w.at(1), target)
        return sum.exp().multiply(product)
      })
      y.backward()
      w.isubtract(w.grad as NDArray)
      w.at(0).copy()
    })
    end()
    expect(linesOf(calls)).toEqual([
      '0 copy(leaf)',
      '1 slice(0 copy)',
      '2 fill()', // into the slice
      '3 slice(leaf)',
      '4 reshape(3 slice)',
      '5 both(4 reshape, 2 fill + 0 copy)',
      '6 exp(5 both[0])',
      '7 multiply(6 exp, 5 both[1])',
      '8 fill()',
      '9 multiplyGradient(8 fill, 6 exp, 5 both[1])',
      '10 expGradient(9 multiplyGradient[0], 6 exp)',
      '11 bothGradient(10 expGradient, 9 multiplyGradient[1], 2 fill + 0 copy)',
      '12 reshape(11 bothGradient)',
      '13 sliceGradient(12 reshape)',
      '14 copy(13 sliceGradient)', // into w.grad
      '15 subtract(leaf, 14 copy)', // into w
      '16 slice(15 subtract)',
      '17 reshape(16 slice)',
      '18 copy(17 reshape)',
    ])
    expect(calls).toEqual(told)
    const values = calls.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])
    for (const value of values) expect(value).not.toBeInstanceOf(NDArray)
  })
})
