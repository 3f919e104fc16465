// Glueball in the sweep: a single operation on the CPU, alone or with its gradients, speaking the line protocol.
// Usage: sweepSystem.ts --threads N --data FOLDER
import { sizeOf } from '../src/core/shape.ts'
import { chooseRung } from '../src/engines/wasm/features.ts'
import { autograd, configureCpu, type NDArray, nd, nn, optimizer, rnn, useWideSimd } from '../src/index.ts'
import { digest } from './digest.ts'
import { floats, options, kase as read, serve } from './peers/serve.mjs'
import type { SweepAttributes, SweepCase, SweepOp } from './sweepCases.ts'

/** What an operation does, and the gradients that a backward pass leaves. */
interface Program {
  readonly run: () => NDArray
  readonly gradients?: () => NDArray[]
}

/** Makes the program of a case from its inputs. */
type Make = (inputs: readonly NDArray[], attributes: SweepAttributes) => Program

const plain =
  (op: (...inputs: NDArray[]) => NDArray): Make =>
  (inputs) => ({ run: () => op(...inputs) })

const pool =
  (block: (attributes: SweepAttributes) => (x: NDArray) => NDArray): Make =>
  ([x], attributes) => {
    const net = block(attributes)
    return { run: () => net(x), gradients: () => [x.grad!] }
  }

const conv: Make = ([x, weight, bias], { kernel, stride: strides, padding, dilation, groups }) => {
  const net = new nn.Conv2D(weight.shape[0], kernel!, { strides, padding, dilation, groups, inChannels: x.shape[1] })
  net.initialize()
  net.weight.setData(weight)
  net.bias!.setData(bias)
  return { run: () => net(x), gradients: () => [x.grad!, net.weight.grad(), net.bias!.grad()] }
}

/** Adds 0 to the transposed matrix, which goes at once as PyTorch's does. */
function transposeAdd(x: NDArray): NDArray {
  const turned = x.transpose()
  const result = turned.add(0)
  turned.dispose()
  return result
}

/** A step of Adam in place. */
const adam: Make = ([weight, gradient]) => {
  const [own, states] = [new optimizer.Adam(), [nd.zerosLike(weight), nd.zerosLike(weight)]]
  let update = 0
  const run = () => {
    own.update(weight, gradient, states, { lr: 0.001, wd: 0, rescale: 1, update: ++update })
    return weight.detach()
  }
  return { run }
}

/** A layer that starts from zeros. */
const lstm: Make = ([x, ...weights]) => {
  const net = new rnn.LSTM(x.shape[2], { inputSize: x.shape[2] })
  net.initialize()
  const parameters = [...net.collectParams().values()]
  for (const [i, weight] of weights.entries()) parameters[i].setData(weight)
  return { run: () => net(x), gradients: () => [x.grad!, ...parameters.map((one) => one.grad())] }
}

const programs: Record<SweepOp, Make> = {
  add: plain((a, b) => a.add(b)),
  exp: plain((x) => x.exp()),
  relu: plain((x) => x.relu()),
  tanh: plain((x) => x.tanh()),
  multiply: plain((a, b) => a.multiply(b)),
  sum: ([x], { axes: axis }) => ({ run: () => x.sum({ axis }) }),
  mean: ([x], { axes: axis }) => ({ run: () => x.mean({ axis }) }),
  softmax: plain((x) => x.softmax()),
  argmax: plain((x) => x.argmax({ axis: 1 })),
  transposeAdd: plain(transposeAdd),
  transpose: ([x], { axes }) => ({ run: () => x.transpose(axes) }),
  concat: plain((a, b) => nd.concat(a, b, { dim: 1 })),
  slice: plain((x) => x.slice([0, 0], x.shape, { step: [1, 2] })),
  take: plain((x, rows) => x.take(rows)),
  matmul: plain((a, b) => nd.dot(a, b)),
  conv,
  maxPool: pool(({ kernel: poolSize, stride: strides, padding }) => new nn.MaxPool2D({ poolSize, strides, padding })),
  avgPool: pool(({ kernel: poolSize }) => new nn.AvgPool2D({ poolSize })),
  globalAvgPool: pool(() => new nn.GlobalAvgPool2D()),
  adam,
  lstm,
  embedding: ([table, rows]) => ({ run: () => nd.embedding(rows, table), gradients: () => [table.grad!] }),
  batchNorm: ([x, gamma, beta]) => ({
    run: () => nd.batchNorm(x, gamma, beta)[0],
    gradients: () => [x.grad!, gamma.grad!, beta.grad!],
  }),
}

/** The case's inputs; rows to take are integers. */
function inputsOf({ inputs, op }: SweepCase): NDArray[] {
  const all = floats('inputs.f32')
  let at = 0
  return inputs.map((shape, i) => {
    const dtype = (op === 'take' || op === 'embedding') && i === 1 ? 'int32' : 'float32'
    return nd.array(all.subarray(at, (at += sizeOf(shape))), { shape, dtype })
  })
}

/** One run of the operation; its result is the caller's. */
function stepOf({ gradients }: SweepCase, { run }: Program): () => NDArray {
  if (!gradients) return run
  // of ones, or of the array itself, the gradient of a normalised array is 0
  const heads = kase.op === 'batchNorm' ? inputs[0].square() : nd.onesLike(run())
  return () => {
    const result = autograd.record(run)
    result.backward(heads)
    return result
  }
}

const kase = read as SweepCase
useWideSimd()
configureCpu({ threads: Number(options.threads) })
const inputs = inputsOf(kase)
const own = kase.op === 'conv' || kase.op === 'lstm' || kase.op === 'embedding' ? inputs.slice(0, 1) : inputs
if (kase.gradients) for (const input of own) input.attachGrad()
const program = programs[kase.op](inputs, kase.attributes)
const step = stepOf(kase, program)

await serve({
  system: 'glueball',
  version: chooseRung(),
  note: undefined,
  turns: true,
  warmUp: 1,
  step: () => step().dispose(),
  settle: () => nd.waitall(),
  check: async () => {
    const results = [step(), ...(kase.gradients ? program.gradients!() : [])]
    return Promise.all(results.map(async (result) => digest(await result.toArray())))
  },
})
