// Glueball as a system of the bench, speaking the peers' line protocol.
// Usage: glueball.ts --backend wasm|webgpu --threads N --data FOLDER
import { chooseRung } from '../src/engines/wasm/features.ts'
import { WebGpuEngine } from '../src/engines/webgpu/engine.ts'
import { configureCpu, cpu, gpu, nd, useWideSimd } from '../src/index.ts'
import type { Case } from './cases.ts'
import { type Batch, networkOf, stepOf } from './networks.ts'
import { chainImages, labels } from './peers/network.mjs'
import { file, options, kase as read, serve } from './peers/serve.mjs'

const kase = read as Case
const { imageGradient, chains } = kase
useWideSimd()
configureCpu({ threads: Number(options.threads) })
const ctx = options.backend === 'webgpu' ? await gpu() : cpu()
const { engine } = ctx
const network = networkOf(kase)
network.net.initialize({ ctx })
await network.net.loadParameters(file('weights.params'), { ctx })
const step = stepOf(kase, network)
const batches = new Map<number, Batch>()

/** The first images and labels, made once. */
function batchOf(count: number): Batch {
  const known = batches.get(count)
  if (known) return known
  const images = chainImages(count).map((pixels, i) => {
    const { channels, side } = chains[i]
    return nd.array(pixels, { ctx, shape: [count, channels, side, side] })
  })
  if (imageGradient) for (const image of images) image.attachGrad()
  const made = { images, labels: nd.array(labels().subarray(0, count), { ctx }) }
  batches.set(count, made)
  return made
}

await serve({
  system: 'glueball',
  version: engine instanceof WebGpuEngine ? `${engine.tiles} tiles` : chooseRung(),
  note: undefined,
  turns: true,
  step: (count) => step(batchOf(count)),
  check: async () => [Array.from(await network.outputs(batchOf(1).images).at(-1)!.toArray()).slice(0, 10)],
})
