// Cross-correlation of channels-last images with packed filters, as products of output rows with filter panels.
import { addresses, type Body, i32, integers, item, type Local } from '../../../kernel/wasm/asm.ts'
import { type Gemm, gemm, type Pointers, type Run } from '../../../kernel/wasm/gemm.ts'
import { itemsFor, piecesOf } from '../../../kernel/wasm/items.ts'
import { kept, smaller } from '../../../kernel/wasm/loops.ts'
import { defineModule } from '../../../kernel/wasm/module.ts'
import { panelsOf, panelWidth } from '../../../kernel/wasm/panels.ts'
import { type Address, nowhere, type Plan } from '../../../kernel/wasm/plan.ts'
import { rowProduct } from '../../../kernel/wasm/rowProduct.ts'
import { lanes } from '../../../kernel/wasm/simd.ts'
import { sweep } from '../../../kernel/wasm/sweep.ts'
import { tile, tileFor } from '../../../kernel/wasm/tiles.ts'
import {
  bumpsOf,
  type Correlation,
  eachBlock,
  isPadded,
  kLimit,
  offsetsOf,
  paddingOf,
  phaseSteps,
  readingOf,
  rowBytesOf,
} from './correlation.ts'
import { padRows } from './pad.ts'
import { depthOf, filterBytes, operationsOf, type Part, partsOf, phasesOf, startsApart } from './parts.ts'

/** Where the arrays are; filters are panels [group][panel][kh, kw, C ÷ groups][column]. */
export interface Operands {
  readonly x: Address
  readonly filters: Address
  readonly y: Address
  readonly bias?: Address
}

/** Output rows narrower than this go across images where there are more of them, since low tiles are slow. */
const narrow = 4
/** Bytes of padded image that an item may hold, so that they stay in L2. */
const padLimit = 2 ** 18
/** Bytes of an image as it lies that an item may read, so that they stay in L2 while the filters' panels pass by. */
const readLimit = 2 ** 17

/** The phase that correlates N images. */
export function correlate(s: Correlation, N: number, operands: Operands): Pick<Plan, 'phases' | 'scratch' | 'note'> {
  const matrix = asMatrix(s)
  if (matrix) {
    const { rung, O: columns, bias, activation } = s
    const { x: a, filters: b, y: c } = operands
    const shape = { rung, K: matrix.K, columns, bias, activation }
    const phase = rowProduct(shape, N * matrix.rows, { a, b, c, ...(operands.bias !== undefined && operands) })
    return { phases: [phase], note: `matrix product ${N * matrix.rows} x ${matrix.K} x ${columns}` }
  }
  return s.OW < Math.min(narrow, N) ? acrossImages(s, N, operands) : alongRows(s, N, operands)
}

/** Where pixels (or whole images) are the rows of a matrix as they lie: rows an image, and their length. */
function asMatrix(s: Correlation): { readonly rows: number; readonly K: number } | undefined {
  if (s.groups > 1 || s.spread.some((n) => n > 1) || isPadded(s)) return undefined
  const [kh, kw] = s.kernel
  if (kh === 1 && kw === 1 && s.OH === s.H && s.OW === s.W) return { rows: s.H * s.W, K: s.C }
  const whole = kh === s.H && kw === s.W && s.dilation.every((d) => d === 1)
  return whole ? { rows: 1, K: kh * kw * s.C } : undefined
}

/** Items are bands of output rows of one image, and where the images are few, some panels of filters of them. */
function alongRows(
  s: Correlation,
  N: number,
  { x, filters, y, bias = nowhere }: Operands,
): Pick<Plan, 'phases' | 'scratch' | 'note'> {
  const rowBytes = rowBytesOf(s)
  const height = Math.ceil(s.OH / s.spread[0])
  const wanted = Math.ceil(itemsFor(N * operationsOf(s)) / N)
  const panels = panelsOf(s.O / s.groups, s.rung)
  const perItem = s.groups > 1 ? panels : panelsPerItem(s, panels, wanted)
  const cuts = Math.ceil(panels / perItem)
  const reach = readingOf(s).reach[0]
  const fitting = Math.floor((padLimit / rowBytes - reach) / s.strides[0])
  const least = Math.ceil(height / Math.ceil(wanted / cuts))
  const rows = isPadded(s)
    ? Math.max(1, Math.min(least, Math.max(fitting, Math.ceil(height / 8))))
    : Math.min(least, Math.max(1, Math.floor(readLimit / readBytes(s))))
  const bands = Math.ceil(height / rows)
  const module = defineModule('conv rows', s, (s) => ({ band: bandItem(s) }))
  const args = { a: x, b: filters, c: y, bias, bands, height: rows, cuts, perItem }
  const phases = [module.phase('band', N * bands * cuts, args)]
  const scratch = isPadded(s) ? ((rows - 1) * s.strides[0] + reach) * rowBytes : 0
  const note = `${nameOf(s)}, ${bands} bands of ${rows} rows an image, ${perItem} panels at a time`
  return { phases, scratch, note }
}

/** Bytes of the image that a row of results reads and the row before it does not. */
function readBytes(s: Correlation): number {
  const [rows, columns] = [0, 1].map((axis) => Math.min(s.strides[axis], readingOf(s).reach[axis]))
  return rows * Math.min(s.W, s.OW * columns) * s.C * 4
}

/** What the plan's note says. */
function nameOf(s: Correlation): string {
  const phases = partsOf(s).reduce((sum, part) => sum + phasesOf(part), 0)
  return phases === 1 ? 'implicit product' : `implicit products of ${phases} phases`
}

/** Panels of an item, where `wanted` items of filters and bands are wanted. */
function panelsPerItem(s: Correlation, panels: number, wanted: number): number {
  const cuts = Math.round(piecesOf(wanted, s.kernel[0] * s.kernel[1] * s.O, s.H * s.W))
  return Math.ceil(panels / Math.max(1, Math.min(cuts, panels)))
}

/** Image, filters, results and bias. */
const arrays = addresses('a', 'b', 'c', 'bias')

const bandItem = (s: Correlation) =>
  item({ ...arrays, ...integers('bands', 'height', 'cuts', 'perItem') }, (f, { index, args, scratch }) => {
    const { a, b, c, bias, bands, height, cuts, perItem } = f.lets(args)
    const band = f.let(i32.div_u(index, cuts))
    const image = f.let(i32.div_u(band, bands))
    const row = f.let(i32.mul(i32.rem_u(band, bands), height))
    const rows = smaller(f, height, i32.sub(Math.ceil(s.OH / s.spread[0]), row))
    const rowBytes = rowBytesOf(s)
    a.bump(i32.mul(image, s.H * s.W * s.C * 4))
    const line = f.let(i32.mul(row, s.strides[0]))
    if (isPadded(s)) {
      const needed = i32.add(i32.mul(i32.sub(rows, 1), s.strides[0]), readingOf(s).reach[0])
      padRows(f, paddingOf(s), a, scratch, line, f.let(needed))
      a.set(scratch)
    } else a.bump(i32.mul(line, rowBytes))
    const start = f.let(i32.mul(row, s.spread[0]))
    c.bump(i32.mul(i32.add(i32.mul(image, s.OH), start), s.OW * s.O * 4))
    const walk = (part: Part, multiply: Multiply) => {
      const shape = { rows: part.results[1], aRow: s.strides[1] * s.C * 4, cRow: s.spread[1] * s.O * 4 }
      // the last band may have a row less of some parts
      const own = s.spread[0] === 1 ? rows : smaller(f, rows, i32.sub(part.results[0], row))
      kept(f, [a, c], () =>
        f.times(own, () => multiply(shape), [
          [a, s.strides[0] * rowBytes],
          [c, s.spread[0] * s.OW * s.O * 4],
        ]),
      )
    }
    const first = f.let(i32.mul(i32.rem_u(index, cuts), perItem))
    const pixels = i32.mul(smaller(f, i32.mul(rows, s.spread[0]), i32.sub(s.OH, start)), s.OW)
    product(f, s, { a, b, c, bias }, { pixels: f.let(pixels), first, panels: perItem }, walk)
  })

/** Items are groups of images, which are the rows of a product for each output pixel. */
function acrossImages(
  s: Correlation,
  N: number,
  { x, filters, y, bias = nowhere }: Operands,
): Pick<Plan, 'phases' | 'scratch' | 'note'> {
  const bytes = readingOf(s).extent[0] * rowBytesOf(s)
  const least = tile(s.rung).rows
  const images = isPadded(s)
    ? Math.max(least, Math.min(4 * least, Math.floor(padLimit / bytes / least) * least))
    : 4 * least
  const module = defineModule('conv images', s, (s) => ({ images: imagesItem(s) }))
  const args = { a: x, b: filters, c: y, bias, N, most: images }
  const phases = [module.phase('images', Math.ceil(N / images), args)]
  return { phases, scratch: isPadded(s) ? images * bytes : 0, note: `${nameOf(s)} across ${images} images` }
}

const imagesItem = (s: Correlation) =>
  item({ ...arrays, ...integers('N', 'most') }, (f, { index, args, scratch }) => {
    const { a, b, c, bias, N, most } = f.lets(args)
    const image = f.let(i32.mul(index, most))
    const images = smaller(f, most, i32.sub(N, image))
    const [source, pixel] = [s.H * s.W * s.C * 4, s.C * 4]
    const height = readingOf(s).extent[0]
    const rowBytes = rowBytesOf(s)
    a.bump(i32.mul(image, source))
    if (isPadded(s)) {
      const to = f.let(scratch)
      f.times(images, () => padRows(f, paddingOf(s), a, to, 0, height), [
        [a, source],
        [to, height * rowBytes],
      ])
      a.set(scratch)
    }
    const result = s.OH * s.OW * s.O * 4
    c.bump(i32.mul(image, result))
    const shape = { rows: images, aRow: isPadded(s) ? height * rowBytes : source, cRow: result }
    const walk = ({ results }: Part, multiply: Multiply) => {
      const down = bumpsOf([a, s.strides[0] * rowBytes], [c, s.spread[0] * s.OW * s.O * 4])
      const across = bumpsOf([a, s.strides[1] * pixel], [c, s.spread[1] * s.O * 4])
      const levels = [
        { count: results[0], bumps: down },
        { count: results[1], bumps: across },
      ]
      f.nest(levels, () => multiply(shape))
    }
    const [pixels, first] = [f.let(i32.mul(images, s.OH * s.OW)), f.local('i32', 0)]
    product(f, s, { a, b, c, bias }, { pixels, first, panels: panelsOf(s.O / s.groups, s.rung) }, walk)
  })

type Places = Pointers & { readonly bias: Local<'i32'> }

/** What an item computes: pixels in all, and the panels from `first` on. */
interface Share {
  readonly pixels: Local<'i32'>
  readonly first: Local<'i32'>
  /** At most, and in each group; where there are groups, all. */
  readonly panels: Local<'i32'> | number
}

/** Multiplies some rows by a panel. */
type Multiply = (shape: Pick<Gemm, 'rows' | 'aRow' | 'cRow'>) => void

/** Repeats the product of some rows over an item's results of a phase. */
type Walk = (part: Part, multiply: Multiply) => void

/** All sums of an item. Long sums are cut into blocks, which add to results that hold the bias from the start. */
function product(f: Body, s: Correlation, places: Places, share: Share, walk: Walk): void {
  const { groups, activation } = s
  const { c, bias } = places
  const { pixels, first, panels } = share
  const filters = s.O / groups
  const width = panelWidth(s.rung)
  const end = f.let(i32.add(first, panels))
  const count = f.let(i32.sub(smaller(f, end, Math.floor(filters / width)), first))
  const ragged = f.let(i32.gt_u(end, Math.floor(filters / width)))
  const columns = f.let(i32.sub(smaller(f, i32.mul(end, width), filters), i32.mul(first, width)))
  const bytes = f.let(i32.mul(columns, groups * 4))
  c.bump(i32.mul(first, width * 4))
  bias.bump(i32.mul(first, width * 4))
  const apart = startsApart(s, kLimit)
  const stage: Pick<Gemm, 'start' | 'activation'> = apart
    ? { start: 'c' }
    : { start: s.bias ? 'bias' : 'zero', ...(activation && { activation: activation.formula }) }
  if (apart) startResults(f, s, c, bias, pixels, bytes)
  let filtersAt = 0
  for (const part of partsOf(s)) {
    const [offsets, bytes] = [offsetsOf(s, part), filterBytes(s, part)]
    const [down, across] = phaseSteps(s, part)
    const { a, b } = places
    kept(f, [a, b, c, bias], () => {
      a.bump(offsets.a)
      b.bump(i32.add(filtersAt, i32.mul(first, depthOf(s, part) * width * 4)))
      c.bump(offsets.c)
      const levels = [
        { count: part.phases[0], bumps: bumpsOf([a, down.a], [b, part.phases[1] * bytes], [c, down.c]) },
        { count: part.phases[1], bumps: bumpsOf([a, across.a], [b, bytes], [c, across.c]) },
      ]
      f.nest(levels, () => onePart(f, s, part, places, { stage, count, ragged }, walk))
    })
    filtersAt += phasesOf(part) * bytes
  }
  if (apart && activation) activate(f, s, c, pixels, bytes)
}

/** What the sums of all panels have in common: how they start, panels of full width, and whether a narrow one follows. */
interface Panels {
  readonly stage: Pick<Gemm, 'start' | 'activation'>
  readonly count: L
  readonly ragged: L
}

/** All sums of one phase. */
function onePart(f: Body, s: Correlation, part: Part, places: Places, all: Panels, walk: Walk): void {
  const { rung, groups } = s
  const { a, b, c, bias } = places
  const [perGroup, filters] = [s.C / groups, s.O / groups]
  const width = panelWidth(rung)
  const panelBytes = depthOf(s, part) * width * 4
  const groupSteps = bumpsOf(
    [a, perGroup * 4],
    [b, panelsOf(filters, rung) * panelBytes],
    [c, filters * 4],
    [bias, filters * 4],
  )
  const panelSteps = bumpsOf([b, panelBytes], [c, width * 4], [bias, width * 4])
  const one = (columns: number, k: readonly Run[]) =>
    walk(part, (shape) => {
      // rows whose number is known when the kernel runs are cut into tiles of eight at most
      const rows = typeof shape.rows === 'number' ? tileFor(rung, columns) : tile(rung)
      gemm(f, { ...all.stage, ...shape, rung, tile: rows, k, columns }, places)
    })
  f.nest([{ count: groups, bumps: groupSteps }], () =>
    eachBlock(f, s, part, places, (k) =>
      kept(f, [b, c, bias], () => {
        f.times(all.count, () => one(width, k), panelSteps)
        if (filters % width) f.if(all.ragged, () => one(filters % width, k))
      }),
    ),
  )
}

type L = Local<'i32'>

/** Sets `bytes` bytes of each pixel's results to the bias, or to zero. */
function startResults(f: Body, s: Correlation, c: L, bias: L, pixels: L, bytes: L): void {
  const at = f.let(c)
  f.times(pixels, () => (s.bias ? f.copy(at, bias, bytes) : f.fill(at, 0, bytes)), [[at, s.O * 4]])
}

/** Applies the activation to finished sums: `bytes` bytes of each pixel. */
function activate(f: Body, s: Correlation, c: L, pixels: L, bytes: L): void {
  const at = f.let(c)
  const m = lanes(f, s.rung)
  const one = () => {
    const stream = { pointer: f.let(at), element: 'float32' as const }
    sweep(f, i32.shr_u(bytes, 2), [stream], (load) => [[stream, s.activation!.formula(m, load(stream))]])
  }
  f.times(pixels, one, [[at, s.O * 4]])
}
