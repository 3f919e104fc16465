// The transformed filters, for the forward pass and, flipped and transposed, for the gradient of the input.
import { type Body, i32, item, type Local, v128 } from '../../../../kernel/wasm/asm.ts'
import { defineModule } from '../../../../kernel/wasm/module.ts'
import { panelWidth } from '../../../../kernel/wasm/panels.ts'
import { type DerivedBuffer, derive } from '../../../../kernel/wasm/plan.ts'
import { storePair, tileTransform, transformBytes } from '../../../../kernel/wasm/tileTransform.ts'
import { filterPoint, outputPanels, type Pass, tileWidth, type Winograd } from './sizes.ts'

/** Where the taps that meet channel c in result o lie in the weight, in floats. */
interface Source {
  readonly begin: number
  readonly tap: number
  readonly c: number
  readonly o: number
}

/** What the transform depends on. Images of all sizes share it. */
interface Filters extends Pick<Winograd, 'rung' | 'C' | 'O' | 'r' | 'n' | 'G'> {
  readonly source: Source
}

/** Filters [point][panel][C][column]: G · g · Gᵀ of each; input 1 is the weight. */
export function transformedFilters(w: Winograd, pass: Exclude<Pass, 'weight'>): DerivedBuffer {
  const { rung, r, n, C, O, G } = w
  const source: Source =
    pass === 'forward'
      ? { begin: 0, tap: 1, c: r * r, o: C * r * r }
      : { begin: r * r - 1, tap: -1, c: O * r * r, o: r * r }
  const spec: Filters = { rung, C, O, r, n, G, source }
  const module = defineModule('winograd filters', spec, (spec) => ({ filters: filtersItem(spec) }))
  const args = { from: { input: 1 }, to: { derived: 0 } }
  const phases = [module.phase('filters', outputPanels(w) * (C / tileWidth), args)]
  return derive(1, n * n * filterPoint(w), phases)
}

/** Bytes of scratch for that. */
export const filtersScratch = ({ G, r, rung }: Winograd) => transformBytes(G, G) + r * r * panelWidth(rung) * 4

/** An item is a panel of filters and sixteen channels. */
const filtersItem = (w: Filters) =>
  item({ from: 'address', to: 'address' }, (f, { index, args, scratch }) => {
    const width = panelWidth(w.rung)
    const panel = f.let(i32.div_u(index, w.C / tileWidth))
    const channel = f.let(i32.mul(i32.rem_u(index, w.C / tileWidth), tileWidth))
    const offset = i32.add(i32.mul(panel, width * w.source.o * 4), i32.mul(channel, w.source.c * 4))
    const from = f.let(i32.add(i32.add(args.from, w.source.begin * 4), offset))
    const row = i32.add(i32.mul(panel, w.C), channel)
    const to = f.let(i32.add(args.to, i32.mul(row, width * 4)))
    const taps = f.let(i32.add(scratch, transformBytes(w.G, w.G)))
    f.times(tileWidth, () => oneChannel(f, w, { from, to, taps, scratch }), [
      [from, w.source.c * 4],
      [to, width * 4],
    ])
  })

type L = Local<'i32'>

/** The filters of one panel for one channel: their taps side by side, then eight filters at a time. */
function oneChannel(
  f: Body,
  w: Filters,
  { from, to, taps, scratch }: Readonly<Record<'from' | 'to' | 'taps' | 'scratch', L>>,
): void {
  const { rung, r, n, G, source: s } = w
  const width = panelWidth(rung)
  const [filter, place] = [f.let(from), f.let(taps)]
  const gather = () => {
    for (let tap = 0; tap < r * r; tap++) {
      f.store(place, i32.load(s.tap > 0 ? filter : i32.sub(filter, tap * 4), s.tap > 0 ? tap * 4 : 0), tap * width * 4)
    }
  }
  f.times(width, gather, [
    [filter, s.o * 4],
    [place, 4],
  ])
  const [tap, out] = [f.let(taps), f.let(to)]
  const one = () =>
    tileTransform(f, {
      ...{ rung, left: G, right: G, scratch },
      load: (i, j, h) => v128.load(tap, (i * r + j) * width * 4 + h * 16),
      store: (i, j, value) => storePair(f, out, value, (i * n + j) * filterPoint(w)),
    })
  f.times(width / 8, one, [
    [tap, 32],
    [out, 32],
  ])
}
