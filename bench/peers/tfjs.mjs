// TensorFlow.js as a peer, on its plain JavaScript, WebAssembly or WebGPU backend.
import { createRequire } from 'node:module'
import { dirname, sep } from 'node:path'
import { chainImages, labels, layers, parameters, side } from './network.mjs'
import { batch, kase, options, serve, unavailable, versionOf } from './serve.mjs'

console.log = console.info = console.warn = console.error // stdout belongs to the protocol
const require = createRequire(import.meta.url)
const tf = await load().catch(unavailable)
const weights = parameters().map(({ weight, bias }, i) => [variable(weight, layers[i]), tf.variable(tf.tensor1d(bias))])
const images = tf.tensor4d(chainImages()[0], [batch, side, side, 1])
const oneHot = tf.oneHot(tf.tensor1d(labels(), 'int32'), 10).toFloat()
const optimizer = tf.train.sgd(0.01)

/** The library with the backend asked for. */
async function load() {
  if (options.backend === 'webgpu') await import('./gpu.mjs')
  const tf = require('@tensorflow/tfjs')
  if (options.backend === 'webgpu') require('@tensorflow/tfjs-backend-webgpu')
  if (options.backend === 'wasm') {
    const wasm = require('@tensorflow/tfjs-backend-wasm')
    wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
    wasm.setThreadsCount(Number(options.threads)) // it stays single-threaded in Node
  }
  if (!(await tf.setBackend(options.backend))) throw new Error(`the backend ${options.backend} did not start`)
  await tf.ready()
  return tf
}

/** A filter (O, I, H, W) as TensorFlow wants it, (H, W, I, O). */
function variable(values, { channels, before, kernel }) {
  return tf.variable(tf.tensor4d(values, [channels, before, kernel, kernel]).transpose([2, 3, 1, 0]))
}

function forward(x, training) {
  layers.forEach(({ stride, padding, dropped, pool }, i) => {
    const [filter, bias] = weights[i]
    if (dropped && training) x = tf.dropout(x, 0.5)
    x = tf.fused.conv2d({ x, filter, strides: stride, pad: padding, bias, activation: 'relu' })
    if (pool) x = tf.maxPool(x, pool, 2, 'valid')
  })
  return x.mean([1, 2])
}

async function infer(count) {
  const output = tf.tidy(() => forward(images.slice([0, 0, 0, 0], [count, -1, -1, -1]), false))
  const values = await output.data()
  output.dispose()
  return values
}

async function trainStep(count) {
  const loss = optimizer.minimize(() => {
    const logits = forward(images.slice([0, 0, 0, 0], [count, -1, -1, -1]), true)
    return tf.losses.softmaxCrossEntropy(oneHot.slice([0, 0], [count, -1]), logits)
  }, true)
  await loss.data()
  loss.dispose()
}

await serve({
  system: `tfjs-${options.backend}`,
  version: versionOf('@tensorflow/tfjs'),
  note: { cpu: 'one thread', wasm: 'one thread: it has no more in Node' }[options.backend],
  step: kase.train ? trainStep : infer,
  check: async () => [[...(await infer(1))]],
}).catch(unavailable)
