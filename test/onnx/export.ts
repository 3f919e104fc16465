// Checks of exported networks: trained a few steps, exported, and run by ONNX Runtime beside ours at two batches.
import { autograd, gluon, io, type NDArray, nd, type nn } from 'glueball'
import { expect } from 'vitest'
import { sessionOf, tensorOf } from '../onnxruntime/run.ts'
import { RandomNetwork } from './randomNetworks.ts'

type AnyNetwork = nn.Block<[NDArray], NDArray | NDArray[]>

const listed = (outputs: NDArray | NDArray[]): NDArray[] => (Array.isArray(outputs) ? outputs : [outputs])

/** Some steps of training towards zero, so that running means and all weights are those of a trained network. */
export function trained(net: AnyNetwork, image: readonly number[], steps = 2): void {
  const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.01 })
  for (let i = 0; i < steps; i++) {
    const x = nd.random.normal({ shape: [4, ...image] })
    const loss = autograd.record(() => nd.addN(...listed(net(x)).map((y) => y.square().mean())))
    loss.backward()
    trainer.step(4, { ignoreStaleGrad: true })
  }
}

/** Expects that ONNX Runtime gives what the network gives, to 1e-5 of each output's largest number. */
export async function expectSame(net: AnyNetwork, image: readonly number[]): Promise<void> {
  const bytes = await io.onnx(net, [nd.zeros([1, ...image])])
  const session = await sessionOf(bytes)
  for (const batch of [1, 7]) {
    const x = nd.random.normal({ shape: [batch, ...image] })
    const results = await session.run({ data: tensorOf('float32', await x.toArray(), [...x.shape]) })
    for (const [i, y] of listed(net(x)).entries()) {
      const { data, dims } = results[session.outputNames[i]]
      const [got, right] = [data as Float32Array, (await y.toArray()) as Float32Array]
      expect(dims).toEqual([...y.shape])
      const largest = right.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(Number.isFinite(largest), 'finite outputs').toBe(true)
      const what = `distance at output ${i}, batch ${batch}`
      expect(distance(got, right), what).toBeLessThanOrEqual(1e-5 * largest)
    }
  }
  await session.release()
}

/** The largest difference. */
function distance(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, k) => Math.max(most, Math.abs(value - b[k])), 0)
}

/** Makes a random network, trains it for two steps, and expects the same outputs from ONNX Runtime. */
export async function checkRandomNetwork(seed: number): Promise<void> {
  nd.random.seed(seed)
  const net = new RandomNetwork(seed)
  const image = [3, 12, 12]
  net(nd.zeros([1, ...image])) // which draws its layers
  // with biases of zero some outputs are nothing but what rounding left
  for (const parameter of net.collectParams('.*(bias|beta)').values()) {
    parameter.setData(nd.random.uniform({ low: -0.5, high: 0.5, shape: parameter.shape }))
  }
  trained(net, image)
  await expectSame(net, image)
}
