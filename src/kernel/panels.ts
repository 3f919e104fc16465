// Packs the right factor of a product into panels, as the register tiles read it: [panel][k][columns of a tile].
import { type Body, f32x4, i32, item, type Local, v128 } from './asm.ts'
import { defineModule, type KernelModule } from './module.ts'
import type { Phase, PlanArgument } from './plan.ts'
import type { Rung } from './rung.ts'
import { tile } from './tiles.ts'

/** A walk over memory: so many steps of so many floats. */
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

/** Bytes of all panels. */
export function panelBytes(source: PanelSource, rung: Rung): number {
  return source.matrices.count * panelsOf(source.columns.count, rung) * depthOf(source) * panelWidth(rung) * 4
}

/** The phase that packs `from` into panels at `to`; the last panel of a matrix is padded with zeros. */
export function packPanels(source: PanelSource, from: PlanArgument, to: PlanArgument, rung: Rung): Phase {
  const { matrices, k, columns, begin } = source
  const panels = panelsOf(columns.count, rung)
  const args = [to, from, begin * 4, panels, matrices.step * 4, columns.count, columns.step * 4]
  for (const { count, step } of k) args.push(count, step * 4)
  return { module: packing(panelWidth(rung)), entry: 'pack', items: matrices.count * panels * k[0].count, args }
}

/** The packing of one panel width; an item packs one round of the outermost stride of one panel. */
function packing(width: number): KernelModule {
  return defineModule(`panels ${width}`, () => [
    item('pack', (f, { index, arg }) => {
      const [to, from] = [f.let(arg.i32(0)), f.let(i32.add(arg.i32(1), arg.i32(2)))]
      const [panels, matrixStep, columns, columnStep] = [3, 4, 5, 6].map((n) => f.let(arg.i32(n)))
      const [rounds, roundStep, middle, middleStep, inner, innerStep] = [7, 8, 9, 10, 11, 12].map((n) =>
        f.let(arg.i32(n)),
      )
      const panel = f.let(i32.div_u(index, rounds))
      const column = f.let(i32.mul(i32.rem_u(panel, panels), width))
      to.bump(i32.mul(index, i32.mul(i32.mul(middle, inner), width * 4)))
      from.bump(i32.mul(i32.div_u(panel, panels), matrixStep))
      from.bump(i32.add(i32.mul(column, columnStep), i32.mul(i32.rem_u(index, rounds), roundStep)))
      const left = f.let(i32.sub(columns, column))
      const row = f.local('i32')
      const eachRow = (copy: () => void) => () =>
        f.times(middle, () => {
          row.set(from)
          f.times(inner, copy, [
            [row, innerStep],
            [to, width * 4],
          ])
        }, [[from, middleStep]])
      const whole = eachRow(() => copyRow(f, width, row, to))
      const spread = eachRow(() => gatherRow(f, width, row, columnStep, to))
      const narrow = eachRow(() => padRow(f, width, row, columnStep, to, left))
      f.if(i32.ge_u(left, width), () => f.if(i32.eq(columnStep, 4), whole, spread), narrow)
    }),
  ])
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
