// The pixels that a 1 × 1 convolution with strides reads, gathered as rows of a matrix.
import { addresses, type Body, i32, item, type Local, v128 } from '../../../kernel/wasm/asm.ts'
import { defineModule } from '../../../kernel/wasm/module.ts'
import { loadColumns, storeColumns } from '../../../kernel/wasm/partial.ts'
import { type Address, type Order, orderless, type Phase, type PlannedArray } from '../../../kernel/wasm/plan.ts'
import type { Geometry } from '../geometry.ts'

/** What the copying is specialised on. */
interface Gathering extends Pick<Geometry, 'C' | 'H' | 'W' | 'OH' | 'OW' | 'strides'> {
  readonly order: Order
}

/** Whether each result reads one pixel, and all channels of it. */
export function isPixelwise({ kernel, padding, groups }: Omit<Geometry, 'N'>): boolean {
  return kernel.every((n) => n === 1) && padding.every((n) => n === 0) && groups === 1
}

/** Whether each result reads one pixel, and some pixels are skipped. */
export const isGathered = (g: Geometry) => isPixelwise(g) && g.strides.some((n) => n > 1)

/** The order in which images are gathered: as they lie. */
export const gatheredOrder = (x: PlannedArray): Order => (orderless(x.shape) ? 'channelsLast' : x.order)

/** Bytes of the rows. */
export const gatheredBytes = ({ N, C, OH, OW }: Geometry) => N * OH * OW * C * 4

/** The phase that gathers the pixels of x, which lies in this order, as rows (N · OH · OW, C). */
export function gatherPixels({ N, C, H, W, OH, OW, strides }: Geometry, order: Order, x: Address, to: Address): Phase {
  const module = defineModule('conv gather', { C, H, W, OH, OW, strides, order }, (s) => ({ row: rowItem(s) }))
  return module.phase('row', N * OH, { x, to })
}

/** Channels that are read side by side: a cache line of the rows. */
const channelsAtOnce = 16

/** An item is a row of an image's results. */
const rowItem = (s: Gathering) =>
  item(addresses('x', 'to'), (f, { index, args }) => {
    const { x, to } = f.lets(args)
    const { C, H, W, OH, OW, strides } = s
    const [image, row] = [i32.div_u(index, OH), i32.rem_u(index, OH)]
    const line = i32.mul(row, strides[0])
    to.bump(i32.mul(index, OW * C * 4))
    if (s.order === 'channelsLast') {
      x.bump(i32.mul(i32.add(i32.mul(image, H), line), W * C * 4))
      f.times(OW, () => f.copy(to, x, C * 4), [
        [x, strides[1] * C * 4],
        [to, C * 4],
      ])
      return
    }
    x.bump(i32.mul(i32.add(i32.mul(image, C * H), line), W * 4))
    f.times(Math.floor(C / channelsAtOnce), () => someChannels(f, s, x, to, channelsAtOnce), [
      [x, channelsAtOnce * H * W * 4],
      [to, channelsAtOnce * 4],
    ])
    if (C % channelsAtOnce) someChannels(f, s, x, to, C % channelsAtOnce)
  })

/** Some channels of all pixels of a row. */
function someChannels(f: Body, s: Gathering, x: Local<'i32'>, to: Local<'i32'>, channels: number): void {
  const step = s.H * s.W * 4
  const [from, at] = [f.let(x), f.let(to)]
  const pixel = () => {
    const vectors = Array.from({ length: Math.ceil(channels / 4) }, (_, n) => {
      let vector = loadColumns(from, 1, n * 4 * step)
      for (let lane = 1; lane < Math.min(4, channels - n * 4); lane++)
        vector = v128.load32_lane(from, vector, lane, (n * 4 + lane) * step)
      return f.let(vector)
    })
    vectors.forEach((vector, n) => storeColumns(f, at, vector, channels - n * 4, n * 16))
  }
  f.times(s.OW, pixel, [
    [from, s.strides[1] * 4],
    [at, s.C * 4],
  ])
}
