// Packs the right factor of a product into panels, as the register tiles read it: [panel][k][columns of a tile].
import { addresses, type Body, f32x4, i32, integers, item, type Local, list, v128 } from './asm.ts'
import { defineModule } from './module.ts'
import type { Address, Phase } from './plan.ts'
import type { Rung } from './rung.ts'
import { tile } from './tiles.ts'

/** A walk over memory: `count` steps of `step` floats. */
export interface Stride {
  readonly count: number
  readonly step: number
}

/** Where B[k][j] lies in its source, in floats: k counts through three nested strides, the last one fastest. */
export interface PanelSource {
  /** Matrices one after the other, each packed into panels of its own. */
  readonly matrices: Stride
  readonly k: readonly [Stride, Stride, Stride]
  readonly columns: Stride
  /** Float at which B[0][0] of the first matrix lies. */
  readonly begin: number
}

const depthOf = ({ k }: PanelSource): number => k[0].count * k[1].count * k[2].count

/** Columns of a panel. */
export function panelWidth(rung: Rung): number {
  return tile(rung).vectors * 4
}

/** Panels of one matrix. */
export function panelsOf(columns: number, rung: Rung): number {
  return Math.ceil(columns / panelWidth(rung))
}

/** Bytes of all panels, by default as wide as the tiles of products. */
export function panelBytes(source: PanelSource, rung: Rung, width = panelWidth(rung)): number {
  return source.matrices.count * Math.ceil(source.columns.count / width) * depthOf(source) * width * 4
}

/** The phase that packs `from` into panels at `to`; the last panel of a matrix is padded with zeros. */
export function packPanels(
  source: PanelSource,
  from: Address,
  to: Address,
  rung: Rung,
  width = panelWidth(rung),
): Phase {
  const { matrices, k, columns, begin } = source
  const panels = Math.ceil(columns.count / width)
  const module = defineModule('panels', { width }, packing)
  return module.phase('pack', matrices.count * panels * k[0].count, {
    ...{ to, from, begin: begin * 4 },
    sizes: { panels, matrixStep: matrices.step * 4, columns: columns.count, columnStep: columns.step * 4 },
    k: k.map(({ count, step }) => ({ count, step: step * 4 })),
  })
}

/** What packing receives: steps are in bytes. */
const packed = {
  ...addresses('to', 'from'),
  begin: 'i32',
  sizes: integers('panels', 'matrixStep', 'columns', 'columnStep'),
  k: list({ count: 'i32', step: 'i32' }, 3),
} as const

/** The packing of one panel width; an item packs one round of the outermost stride of one panel. */
function packing({ width }: { readonly width: number }) {
  return {
    pack: item(packed, (f, { index, args }) => {
      const [to, from] = [f.let(args.to), f.let(i32.add(args.from, args.begin))]
      const { panels, matrixStep, columns, columnStep } = f.lets(args.sizes)
      const [outer, middle, inner] = args.k.map((stride) => f.lets(stride))
      const panel = f.let(i32.div_u(index, outer.count))
      const column = f.let(i32.mul(i32.rem_u(panel, panels), width))
      to.bump(i32.mul(index, i32.mul(i32.mul(middle.count, inner.count), width * 4)))
      from.bump(i32.mul(i32.div_u(panel, panels), matrixStep))
      from.bump(i32.add(i32.mul(column, columnStep), i32.mul(i32.rem_u(index, outer.count), outer.step)))
      const left = f.let(i32.sub(columns, column))
      const row = f.local('i32')
      const eachRow = (copy: () => void) => () =>
        f.times(middle.count, () => {
          row.set(from)
          f.times(inner.count, copy, [
            [row, inner.step],
            [to, width * 4],
          ])
        }, [[from, middle.step]])
      const whole = eachRow(() => copyRow(f, width, row, to))
      const spread = eachRow(() => gatherRow(f, width, row, columnStep, to))
      const narrow = eachRow(() => padRow(f, width, row, columnStep, to, left))
      f.if(i32.ge_u(left, width), () => f.if(i32.eq(columnStep, 4), whole, spread), narrow)
    }),
  }
}

type L = Local<'i32'>

/** Columns side by side. */
function copyRow(f: Body, width: number, from: L, to: L): void {
  for (let byte = 0; byte < width * 4; byte += 16) f.store(to, v128.load(from, byte), byte)
}

/** Columns some bytes apart. */
function gatherRow(f: Body, width: number, from: L, step: L, to: L): void {
  const at = f.let(from)
  for (let j = 0; j < width; j++) {
    f.store(to, i32.load(at), j * 4)
    at.bump(step)
  }
}

/** Fewer columns than the panel has, and zeros. */
function padRow(f: Body, width: number, from: L, step: L, to: L, columns: L): void {
  for (let byte = 0; byte < width * 4; byte += 16) f.store(to, f32x4.const(0), byte)
  const [at, place] = [f.let(from), f.let(to)]
  f.times(columns, () => f.store(place, i32.load(at)), [
    [at, step],
    [place, 4],
  ])
}
