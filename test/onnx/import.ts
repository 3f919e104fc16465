// Checks of imported networks: a file of ours, read again, computes the same and is exported again.
import { gluon, io, type NDArray, nd } from 'glueball'
import { expect } from 'vitest'
import { sessionOf, tensorOf } from '../onnxruntime/run.ts'
import { trained } from './export.ts'
import { RandomNetwork } from './randomNetworks.ts'

/** The largest difference of two outputs over the largest number of the second. */
export async function distance(got: NDArray, right: ArrayLike<number>): Promise<number> {
  const values = await got.toArray()
  expect(values.length).toBe(right.length)
  let [most, largest] = [0, 1e-30]
  for (let i = 0; i < right.length; i++) {
    most = Math.max(most, Math.abs(values[i] - right[i]))
    largest = Math.max(largest, Math.abs(right[i]))
  }
  expect(Number.isFinite(most), 'finite outputs').toBe(true)
  return most / largest
}

/** The distance of a block's outputs from those of ONNX Runtime, at a batch of some inputs. */
export async function distanceFromRuntime(bytes: Uint8Array, shape: readonly number[], seed = 1): Promise<number> {
  const net = await gluon.SymbolBlock.fromOnnx<NDArray | NDArray[]>(bytes)
  const session = await sessionOf(bytes)
  nd.random.seed(seed)
  const x = nd.random.normal({ shape: [...shape] })
  const results = await session.run({ [session.inputNames[0]]: tensorOf('float32', await x.toArray(), shape) })
  const outputs = [net(x)].flat()
  let most = 0
  for (const [i, name] of net.outputNames.entries()) {
    const { data, dims } = results[name]
    expect([...outputs[i].shape]).toEqual([...dims])
    most = Math.max(most, await distance(outputs[i], data as ArrayLike<number>))
  }
  await session.release()
  return most
}

/** Exports a random network, imports it, and expects the same outputs, of it and of the network exported again. */
export async function checkImported(seed: number): Promise<void> {
  nd.random.seed(seed)
  const net = new RandomNetwork(seed)
  const image = [3, 12, 12]
  net(nd.zeros([1, ...image]))
  for (const parameter of net.collectParams('.*(bias|beta)').values()) {
    parameter.setData(nd.random.uniform({ low: -0.5, high: 0.5, shape: parameter.shape }))
  }
  trained(net, image)
  const bytes = await io.onnx(net, [nd.zeros([1, ...image])])
  const imported = await gluon.SymbolBlock.fromOnnx<NDArray | NDArray[]>(bytes)
  const again = await gluon.SymbolBlock.fromOnnx<NDArray | NDArray[]>(
    await io.onnx(imported, [nd.zeros([1, ...image])]),
  )
  for (const batch of [1, 7]) {
    const x = nd.random.normal({ shape: [batch, ...image] })
    const right = net(x)
    for (const block of [imported, again]) {
      for (const [i, y] of [block(x)].flat().entries()) {
        expect(y.shape).toEqual(right[i].shape)
        expect(await distance(y, await right[i].toArray()), `output ${i}, batch ${batch}`).toBeLessThanOrEqual(1e-5)
      }
    }
  }
}
