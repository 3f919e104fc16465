// ONNX Runtime for Node as a peer: inference of the model that onnx.ts writes of NiN, and PyTorch of the zoo's.
import { existsSync } from 'node:fs'
import { chainImages, side } from './network.mjs'
import { batch, file, kase, options, serve, unavailable, versionOf } from './serve.mjs'

if (kase.train) unavailable('onnxruntime-node cannot train: its training API was removed')
if (!existsSync(file('model.onnx'))) unavailable('PyTorch writes its model, and did not')

const { InferenceSession, Tensor } = await import('onnxruntime-node').catch(unavailable)
const session = await InferenceSession.create(file('model.onnx'), { intraOpNumThreads: Number(options.threads) })
const [pixels] = chainImages()
const { channels } = kase.chains[0]

async function infer(count) {
  const input = new Tensor('float32', pixels.subarray(0, count * channels * side * side), [count, channels, side, side])
  const { output } = await session.run({ input })
  return output.data
}

await serve({
  system: 'onnxruntime',
  version: versionOf('onnxruntime-node'),
  step: infer,
  check: async () => [[...(await infer(batch)).slice(0, 10)]],
})
