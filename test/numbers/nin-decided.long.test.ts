// The whole NiN at 112 with Winograd's convolutions on every rung: its gradients beside float64's of the same piece of the
// net, that is with each ReLU and maximum decided as it decided them, since one that is almost even and falls otherwise is
// further than all rounding; and how even those are that float64 itself decides otherwise.
import { autograd, type Context, gluon, type NDArray, nd, reference } from 'glueball'
import { describe, expect, it } from 'vitest'
import { Context as ContextOf } from '../../src/core/engine.ts'
import { makeCpuEngine } from '../../src/engines/wasm/start.ts'
import { conv } from '../../src/ops/conv/conv.ts'
import golden from '../golden/nin.json' with { type: 'json' }
import { rungsHere } from '../rungs.ts'
import { beyond, print } from './bars.ts'
import { batches } from './images.ts'
import { batch, Training } from './nin.ts'
import { norm } from './probe.ts'

const { Conv2D, MaxPool2D, Sequential } = gluon.nn
const { size } = golden.images
const exact = reference()
const start = { size, narrow: 1, magnitude: 3, learningRate: 0.2 } as const

/** A layer's decisions, as what the float64 net multiplies by or takes. */
type Decisions = (x: NDArray) => NDArray

/** How even the decisions were that float64 takes otherwise: their count, and the largest input of a ReLU among them. */
interface Ties {
  count: number
  /** In units of the root mean square of the layer's sums. */
  largest: number
  /** Those that are being counted. */
  readonly pending: Promise<void>[]
}

/** The blocks that compute, in order. */
function* leaves(block: gluon.Block): Generator<gluon.Block> {
  if (block instanceof Sequential) for (const child of block) yield* leaves(child)
  else yield block
}

async function firstBatch(ctx: Context): Promise<[NDArray, NDArray]> {
  for await (const pair of await batches({ ctx, size, batch, count: batch })) return pair
  throw new Error('no images')
}

/** The place of the largest pixel of each 3 × 3 window two apart, the first of equals, as a list of all elements. */
function winners(values: ArrayLike<number>, [N, C, H, W]: readonly number[]): { places: Int32Array; shape: number[] } {
  const [OH, OW] = [(H - 3) >> 1, (W - 3) >> 1].map((n) => n + 1)
  const places = new Int32Array(N * C * OH * OW)
  for (let o = 0; o < places.length; o++) {
    const corner = Math.floor(o / (OH * OW)) * H * W + (Math.floor(o / OW) % OH) * 2 * W + (o % OW) * 2
    places[o] = corner
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const at = corner + i * W + j
        if (values[at] > values[places[o]]) places[o] = at
      }
    }
  }
  return { places, shape: [N, C, OH, OW] }
}

/** What the net decides on these images, for each of its ReLUs and pools. */
async function decisionsOf(net: gluon.Block, images: NDArray, ties: Ties): Promise<Decisions[]> {
  const found: Decisions[] = []
  let x = images
  for (const layer of leaves(net)) {
    const y = layer(x)
    if (layer instanceof Conv2D) {
      const values = await y.toArray()
      const mask = nd.array(
        Float32Array.from(values as Float32Array, (value) => Number(value > 0)),
        { ctx: exact, shape: y.shape },
      )
      const factor = mask.astype('float64')
      found.push((z) => {
        ties.pending.push(note(ties, z.detach().toArray(), values))
        return z.multiply(factor)
      })
    } else if (layer instanceof MaxPool2D) {
      const { places, shape } = winners(await x.toArray(), x.shape)
      expect([...y.shape]).toEqual(shape)
      const taken = nd.array(places, { ctx: exact, dtype: 'int32' })
      found.push((z) => z.reshape([-1]).take(taken).reshape(shape))
    }
    x = y
  }
  return found
}

async function note(ties: Ties, sums: Promise<ArrayLike<number>>, decided: ArrayLike<number>): Promise<void> {
  const z = await sums
  const scale = norm(z) / Math.sqrt(z.length)
  for (let i = 0; i < z.length; i++) {
    if (z[i] > 0 === decided[i] > 0) continue
    ties.count++
    ties.largest = Math.max(ties.largest, Math.abs(z[i]) / scale)
  }
}

/** The net in float64, made to decide like that. */
function decided(net: gluon.Block, decisions: readonly Decisions[], images: NDArray): NDArray {
  let [x, next] = [images, 0]
  for (const layer of leaves(net)) {
    if (layer instanceof Conv2D) {
      const { strides, padding } = layer
      x = conv(x, layer.weight.data(), layer.bias!.data(), { strides, padding })
    }
    if (layer instanceof Conv2D || layer instanceof MaxPool2D) x = decisions[next++](x)
    else x = layer(x)
  }
  return x
}

describe.each(rungsHere())('%s', (rung) => {
  const engine = makeCpuEngine({ rung })
  const ctx = new ContextOf('cpu', 0, () => engine)

  it('has each gradient of one step within twice PyTorch float32’s distance plus 1e-6 of float64, decided alike', async () => {
    const own = new Training({ ...start, ctx, dtype: 'float32' })
    const ties: Ties = { count: 0, largest: 0, pending: [] }
    const decisions = await decisionsOf(own.net, (await firstBatch(ctx))[0], ties)
    await own.train(1, { update: false })
    const gradients = await own.gradients()

    const ideal = new Training({ ...start, ctx: exact, dtype: 'float64' })
    const [images, labels] = await firstBatch(exact)
    const loss = new gluon.loss.SoftmaxCrossEntropyLoss()
    autograd
      .record(() => loss(decided(ideal.net, decisions, images.astype('float64')), labels.astype('float64')), {
        trainMode: false,
      })
      .backward()
    const expected = await ideal.gradients()
    await Promise.all(ties.pending)

    const rows = Object.entries(golden.oneStep.gradients).map(([tensor, { float32 }]) => {
      const [a, b] = [gradients.get(tensor)!, expected.get(tensor)!]
      const own = norm(a.map((value, i) => value - b[i])) / norm(b)
      // that of the layout in which PyTorch decides as float64 does
      const bar = 2 * Math.min(float32.nchw.exact, float32.channels_last.exact) + 1e-6
      return { tensor, own, bar }
    })
    print(`${rung}: gradients of one step, distance to float64 decided alike`, rows)
    console.log(`${rung}: float64 decides ${ties.count} ReLUs otherwise, at ${ties.largest.toExponential(1)} at most`)
    expect(beyond(rows)).toEqual([])
    expect(ties.largest).toBeLessThan(1e-5)
  })
})
