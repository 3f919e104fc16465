// jax-js as a peer, on its WebAssembly or WebGPU backend.
import { chainImages, labels, layers, parameters, side } from './network.mjs'
import { kase, options, serve, unavailable, versionOf } from './serve.mjs'

const { backend } = options
if (backend === 'webgpu') await import('./gpu.mjs').catch(unavailable)
const jax = await import('@jax-js/jax').catch(unavailable)
const { numpy: np, lax, nn, random } = jax
if (!(await jax.init(backend)).includes(backend)) unavailable(`the backend ${backend} did not start`)
jax.defaultDevice(backend)
let weights = parameters().map(({ weight, bias }, i) => {
  const { channels, before, kernel } = layers[i]
  return [
    np.array(weight.slice()).reshape([channels, before, kernel, kernel]),
    np.array(bias.slice()).reshape([1, channels, 1, 1]),
  ]
})
const [pixels] = chainImages()
const classes = labels()
let key = random.key(0)

/** The first images of the batch, as the array that a step consumes. */
function images(count) {
  return np.array(pixels.slice(0, count * side * side)).reshape([count, 1, side, side])
}

/** The logits of images; both arguments are consumed. */
function forward(w, x, mask) {
  layers.forEach(({ stride, padding, dropped, pool }, i) => {
    if (dropped && mask) x = x.mul(mask)
    const pads = [
      [padding, padding],
      [padding, padding],
    ]
    x = nn.relu(lax.convGeneralDilated(x, w[i][0], [stride, stride], pads).add(w[i][1]))
    if (pool) x = lax.reduceWindow(x, np.max, [pool, pool], [2, 2])
  })
  return x.mean([2, 3])
}

const inference = jax.jit((w, x) => forward(w, x))
const gradients = jax.jit(
  jax.valueAndGrad((w, x, oneHot, mask) =>
    nn
      .logSoftmax(forward(w, x, mask))
      .mul(oneHot)
      .sum()
      .neg(),
  ),
)
const update = jax.jit((w, g, rate) => {
  const next = w.map((pair, i) => pair.map((p, j) => p.sub(g[i][j].mul(rate.ref))))
  rate.dispose()
  return next
})

/** Another reference to each weight, for a function that consumes them. */
const kept = () => weights.map((pair) => pair.map((p) => p.ref))

const infer = (count) => inference(kept(), images(count)).data()

async function trainStep(count) {
  const [now, next] = random.split(key)
  key = next
  const mask = random.bernoulli(now, 0.5, [count, 384, 2, 2]).astype(np.float32).mul(2)
  const oneHot = np.eye(10).slice(np.array(classes.slice(0, count), { dtype: np.int32 }))
  const [loss, slopes] = gradients(kept(), images(count), oneHot, mask)
  weights = update(weights, slopes, np.array(0.01 / count))
  await jax.blockUntilReady(weights)
  await loss.data()
}

await serve({
  system: `jax-${backend}`,
  version: versionOf('@jax-js/jax'),
  note: backend === 'wasm' ? 'one thread: it has no more in Node' : undefined,
  step: kase.train ? trainStep : infer,
  check: async () => [[...(await infer(1))]],
}).catch(unavailable)
