// Checks of MXNet's files: a network that is exported and imported gives the same bits, in prediction and in training.
import { autograd, gluon, io, type NDArray, nd } from 'glueball'
import { expect } from 'vitest'
import { traced } from '../../src/core/listen.ts'
import { trained } from '../onnx/export.ts'
import { RandomNetwork } from '../onnx/randomNetworks.ts'

type AnyNetwork = { (x: NDArray): NDArray | NDArray[] } & Parameters<typeof io.mxnet>[0]

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** The block of a network's two files. */
export async function reimported(net: AnyNetwork, x: NDArray): Promise<gluon.SymbolBlock<NDArray | NDArray[]>> {
  const { symbol, params } = await io.mxnet(net, [x])
  return gluon.SymbolBlock.imports<NDArray | NDArray[]>(bytesOf(symbol), 'data', params)
}

/**
 * Expects the bits of a network, run layer by layer as a trace runs it, from what was imported, and from that exported and imported again.
 */
export async function expectSameBits(net: AnyNetwork, image: readonly number[]): Promise<void> {
  const start = nd.zeros([1, ...image])
  const imported = await reimported(net, start)
  const again = await reimported(imported, start)
  for (const batch of [1, 5]) {
    const x = nd.random.normal({ shape: [batch, ...image] })
    const right = [traced(() => net(x))].flat()
    for (const block of [imported, again]) {
      for (const [i, y] of [block(x)].flat().entries()) {
        expect(y.shape).toEqual(right[i].shape)
        expect(await y.toArray(), `output ${i}, batch ${batch}`).toEqual(await right[i].toArray())
      }
    }
  }
}

/** Makes a random network, trains it for two steps, and expects its bits from MXNet's files of it. */
export async function checkRandomSymbol(seed: number): Promise<void> {
  nd.random.seed(seed)
  const net = new RandomNetwork(seed)
  const image = [3, 12, 12]
  net(nd.zeros([1, ...image]))
  trained(net, image)
  await expectSameBits(net, image)
  const imported = await reimported(net, nd.zeros([1, ...image]))
  const x = nd.random.normal({ shape: [3, ...image] })
  const run = (block: AnyNetwork) => autograd.trainMode(() => [block(x)].flat())
  nd.random.seed(1)
  const right = run(net)
  nd.random.seed(1)
  for (const [i, y] of run(imported).entries()) {
    expect(await y.toArray(), `output ${i} in training`).toEqual(await right[i].toArray())
  }
}
