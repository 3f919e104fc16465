// Packs the right factor of a product into panels, as the register tiles read it: [panel][k][columns of a tile].
import { f32x4, i32, item, v128 } from './asm.ts'
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

function packing(width: number): KernelModule {
  return defineModule(`panels ${width}`, () => [
    // an item packs one round of the outermost stride of one panel
    item('pack', (f, { index, arg }) => {
      const [to, from] = [f.let(arg.i32(0)), f.let(i32.add(arg.i32(1), arg.i32(2)))]
      const [panels, matrixStep, columns, columnStep] = [3, 4, 5, 6].map((n) => f.let(arg.i32(n)))
      const [outer, outerStep, middle, middleStep, inner, innerStep] = [7, 8, 9, 10, 11, 12].map((n) =>
        f.let(arg.i32(n)),
      )
      const round = f.let(i32.rem_u(index, outer))
      const panel = f.let(i32.div_u(index, outer))
      to.bump(i32.mul(index, i32.mul(i32.mul(middle, inner), width * 4)))
      from.bump(i32.mul(i32.div_u(panel, panels), matrixStep))
      panel.set(i32.mul(i32.rem_u(panel, panels), width))
      from.bump(i32.add(i32.mul(panel, columnStep), i32.mul(round, outerStep)))
      const left = f.let(i32.sub(columns, panel))
      const row = f.local('i32')
      const at = f.local('i32')
      const each = (copyRow: () => void) =>
        f.times(middle, () => {
          row.set(from)
          f.times(inner, copyRow, [
            [row, innerStep],
            [to, width * 4],
          ])
        }, [[from, middleStep]])
      f.if(
        i32.ge_u(left, width),
        () =>
          f.if(
            i32.eq(columnStep, 4),
            () => each(() => eachVector(width, (offset) => f.store(to, v128.load(row, offset), offset))),
            () =>
              each(() => {
                at.set(row)
                for (let j = 0; j < width; j++) {
                  f.store(to, i32.load(at), j * 4)
                  at.bump(columnStep)
                }
              }),
          ),
        () =>
          each(() => {
            eachVector(width, (offset) => f.store(to, f32x4.const(0), offset))
            at.set(row)
            const place = f.let(to)
            f.times(left, () => f.store(place, i32.load(at)), [
              [at, columnStep],
              [place, 4],
            ])
          }),
      )
    }),
  ])
}

function eachVector(width: number, visit: (offset: number) => void): void {
  for (let offset = 0; offset < width * 4; offset += 16) visit(offset)
}
