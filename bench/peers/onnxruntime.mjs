// ONNX Runtime for Node as a peer: inference of the model that onnx.ts writes.
import { chainImages, side } from './network.mjs'
import { batch, file, kase, options, serve, unavailable, versionOf } from './serve.mjs'

if (kase.train) unavailable('onnxruntime-node cannot train: its training API was removed')

const { InferenceSession, Tensor } = await import('onnxruntime-node').catch(unavailable)
const session = await InferenceSession.create(file('nin.onnx'), { intraOpNumThreads: Number(options.threads) })
const [pixels] = chainImages()

async function infer(count) {
  const input = new Tensor('float32', pixels.subarray(0, count * side * side), [count, 1, side, side])
  const { output } = await session.run({ input })
  return output.data
}

await serve({
  system: 'onnxruntime',
  version: versionOf('onnxruntime-node'),
  step: infer,
  check: async () => [[...(await infer(batch)).slice(0, 10)]],
})
