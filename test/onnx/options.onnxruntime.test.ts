// Options of the export to ONNX: batch normalisation folded, and bytes prepared within the graph, in ONNX Runtime.
import { gluon, io, type NDArray, nd, nn } from 'glueball'
import { expect, test } from 'vitest'
import { sessionOf, tensorOf } from '../onnxruntime/run.ts'
import { trained } from './export.ts'
import { distance } from './import.ts'

const { SymbolBlock } = gluon

function network(): nn.HybridSequential {
  nd.random.seed(5)
  const net = new nn.HybridSequential()
  net.add(
    new nn.BatchNorm(), // with no convolution before it
    new nn.Conv2D(4, 3, { useBias: false }),
    new nn.BatchNorm({ scale: false }),
    new nn.Activation('relu'),
    new nn.Conv2D(6, 3, { groups: 2 }),
    new nn.BatchNorm(),
    new nn.Conv2D(4, 1, { activation: 'relu' }),
    new nn.BatchNorm(), // behind the relu
    new nn.Flatten(),
    new nn.Dense(3),
  )
  net.initialize()
  trained(net, [2, 8, 8], 3)
  return net
}

const operatorsOf = async (bytes: Uint8Array) => [...(await SymbolBlock.fromOnnx(bytes)).ownParameters.keys()]

test('BatchNorm behind a convolution is folded, and no other', async () => {
  const net = network()
  const bytes = await io.onnx(net, [nd.zeros([1, 2, 8, 8])], { foldBatchNorm: true })
  const names = await operatorsOf(bytes)
  expect(names.filter((name) => name.endsWith('running_mean'))).toEqual(['0.running_mean', '7.running_mean'])
  expect(names.filter((name) => name.endsWith('folded'))).toHaveLength(4)
  const session = await sessionOf(bytes)
  for (const batch of [1, 7]) {
    const x = nd.random.normal({ shape: [batch, 2, 8, 8] })
    const { output } = await session.run({ data: tensorOf('float32', await x.toArray(), [...x.shape]) })
    expect(await distance(net(x), output.data as Float32Array)).toBeLessThanOrEqual(1e-5)
  }
  await session.release()
})

test('bytes (N, H, W, C) are scaled, centred and turned within the graph', async () => {
  const net = network()
  const [mean, std] = [
    [0.4, 0.5],
    [0.2, 0.3],
  ]
  const bytes = await io.onnx(net, [nd.zeros([1, 2, 8, 8])], { preprocess: { scale: 1 / 255, mean, std } })
  const session = await sessionOf(bytes)
  for (const batch of [1, 7]) {
    const images = nd.random.randint(0, 256, { shape: [batch, 8, 8, 2] }).astype('uint8')
    const { output } = await session.run({ data: tensorOf('uint8', await images.toArray(), [...images.shape]) })
    const each = (of: number[]) => nd.array(of).reshape([1, 2, 1, 1])
    const x: NDArray = images
      .astype('float32')
      .transpose([0, 3, 1, 2])
      .divide(255)
      .subtract(each(mean))
      .divide(each(std))
    expect(await distance(net(x), output.data as Float32Array)).toBeLessThanOrEqual(1e-5)
  }
  await session.release()
})

test.each([
  [{ std: 0 }, 'preprocess.std must be a number or 2 numbers, one for each channel'],
  [{ mean: [1, 2, 3] }, 'preprocess.mean must be a number or 2 numbers'],
  [{ size: 3 }, 'preprocess has scale, mean and std, got size'],
])('preprocess %j is refused', async (preprocess, message) => {
  const given = io.onnx(network(), [nd.zeros([1, 2, 8, 8])], { preprocess: preprocess as io.Preprocessing })
  await expect(given).rejects.toThrow(message)
})
