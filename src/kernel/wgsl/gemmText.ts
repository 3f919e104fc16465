// The shader text of matrix products: tiles of C, their sums in registers, their factors shared or read by each.
import { elementType, type FactorText, factorFunctions, holdLines, readBlock, readLines } from './factorText.ts'
import type { Factor } from './gemm.ts'
import { type Result, resultText } from './result.ts'
import { type GpuTile, invocationsOf } from './tile.ts'
import { type Params, paramsText, workgroupIndex } from './workgroups.ts'

/** What the text of a product depends on. */
export interface ProductText {
  readonly a: Factor
  readonly b: Factor
  readonly c: Result
  readonly tile: GpuTile
  /** Sizes, parts of the sums, and places of the operands. */
  readonly params: Params
  /** Whether sums may end within the tile's depth. */
  readonly ragged: boolean
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i)
const text = <T>(items: readonly T[], line: (item: T) => string) => items.map(line).join('\n')

/** The product: each workgroup makes a tile of C for a part of the sums of one group. */
export function productText({ a, b, c, tile, params, ragged }: ProductText): string {
  const { down, across } = invocationsOf(tile)
  const factors = factorsOf(a, b, tile)
  const { declare, before, steps } = tile.shared ? sharedLoop(factors, tile, ragged) : ownLoop(factors, tile, ragged)
  return `
${paramsText(params)}
@group(0) @binding(0) var<storage, read> a: array<${elementType(a)}>;
@group(0) @binding(1) var<storage, read> b: array<${elementType(b)}>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
${c.bias ? '@group(0) @binding(3) var<storage, read> bias: array<f32>;' : ''}
@group(0) @binding(${c.bias ? 4 : 3}) var<uniform> p: Params;
${text(factors, factorFunctions)}
${declare}
${resultText(c)}
@compute @workgroup_size(${down * across})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(local_invocation_index) local: u32) {
  let index = ${workgroupIndex};
  let tilesDown = (p.rows + ${tile.rows - 1}u) / ${tile.rows}u;
  let tiles = tilesDown * ((p.columns + ${tile.columns - 1}u) / ${tile.columns}u);
  let slice = index / tiles;
  if (slice >= p.slices) { return; }
  let group = slice / p.parts;
  let begin = (slice % p.parts) * p.part;
  let end = min(p.sum, begin + p.part);
  // tiles of the same columns follow each other, so that B is read while it is in the cache
  let firstRow = index % tiles % tilesDown * ${tile.rows}u;
  let firstColumn = index % tiles / tilesDown * ${tile.columns}u;
  let down = local / ${across}u;
  let across = local % ${across}u;
${before}
${text(range(tile.each.rows), (r) => eachVector(tile, (v) => `  var ${sumName(r, v)} = vec4f();`))}
  for (var first = begin; first < end; first += ${tile.depth}u) {
${steps}
  }
${storeText(tile)}
}`
}

/** The factors with their places in the tile. */
function factorsOf(a: Factor, b: Factor, tile: GpuTile): readonly FactorText[] {
  const { rows, columns, each } = tile
  const { down, across } = invocationsOf(tile)
  return [
    { ...a, name: 'A', lines: rows, each: each.rows, first: 'firstRow', place: 'down', places: down },
    { ...b, name: 'B', lines: columns, each: each.columns, first: 'firstColumn', place: 'across', places: across },
  ]
}

/** Names of an invocation's sums: those of a row are vectors along the columns. */
const sumName = (row: number, vector: number) => `sum${row}_${vector}`

const eachVector = ({ each }: GpuTile, of: (v: number) => string) =>
  range(each.columns / 4)
    .map(of)
    .join('')

const fmaText = (a: string, b: string, c: string) => `fma(vec4f(${a}), ${b}, ${c})`

/** Adds the products of one step, A0, A1, … being vectors of rows and B0, B1, … of columns. */
function multiplyText(tile: GpuTile): string {
  return text(range(tile.each.rows), (r) =>
    eachVector(tile, (v) => `      ${sumName(r, v)} = ${fmaText(`A${r >> 2}[${r & 3}]`, `B${v}`, sumName(r, v))};`),
  )
}

/** Vectors from one step of a shared tile to the next: one more than there are, so that turned blocks meet other banks. */
const pitch = (lines: number) => lines / 4 + 1

/** Bytes of a workgroup's share of both factors. */
export function workgroupMemory({ shared, rows, columns, depth }: GpuTile): number {
  return shared ? 16 * depth * (pitch(rows) + pitch(columns)) : 0
}

/** What is declared outside of `main`, what comes before the loop over steps, and the loop's body. */
interface Loop {
  readonly declare: string
  readonly before: string
  readonly steps: string
}

/** A workgroup's invocations put blocks into workgroup memory, then all read what they need of them. */
function sharedLoop(factors: readonly FactorText[], tile: GpuTile, ragged: boolean): Loop {
  const blocks = factors.flatMap((f) => blocksOf(f, tile))
  const declare = text(factors, (f) => `var<workgroup> tile${f.name}: array<vec4f, ${tile.depth * pitch(f.lines)}>;`)
  // an invocation's vectors lie apart, so that neighbours read neighbours
  const read = (f: FactorText) => (u: number) =>
    `      let ${f.name}${u} = tile${f.name}[k * ${pitch(f.lines)}u + ${f.place} + ${u * f.places}u];`
  const steps = `${text(blocks, (block) => putText(block, ragged))}
    workgroupBarrier();
    for (var k = 0u; k < ${tile.depth}u; k++) {
${text(factors, (f) => text(range(f.each / 4), read(f)))}
${multiplyText(tile)}
    }
    workgroupBarrier();`
  return { declare, before: text(blocks, whereText), steps }
}

/** The n-th block that an invocation puts into the tile of a factor, by a WGSL number of the block in the tile. */
interface Block {
  readonly f: FactorText
  readonly n: number
  readonly number: string
  readonly depth: number
}

function blocksOf(f: FactorText, { rows, columns, depth, each }: GpuTile): Block[] {
  const invocations = (rows * columns) / (each.rows * each.columns)
  const count = (f.lines * depth) / 16 / invocations
  return range(count).map((n) => ({ f, n, number: `(local + ${n * invocations}u)`, depth }))
}

/** Finds a block's first line and step in the tile; neighbouring invocations have neighbours in memory. */
function whereText({ f, n, number, depth }: Block): string {
  const [line, step] =
    f.along === 'line'
      ? [`${number} % ${f.lines / 4}u`, `${number} / ${f.lines / 4}u`]
      : [`${number} / ${depth / 4}u`, `${number} % ${depth / 4}u`]
  return `  let fromLine${f.name}${n} = ${line};
  let fromStep${f.name}${n} = ${step} * 4u;
${holdLines(f, n, `${f.first} + fromLine${f.name}${n} * 4u`)}`
}

/** Reads a block and puts it into the tile. */
function putText({ f, n }: Block, ragged: boolean): string {
  const [line, step] = [`fromLine${f.name}${n}`, `fromStep${f.name}${n}`]
  const put = (e: number) => `      tile${f.name}[(${step} + ${e}u) * ${pitch(f.lines)}u + ${line}] = value${e};`
  return `    {\n${readBlock(f, n, `first + ${step}`, ragged)}\n${text(range(4), put)}\n    }`
}

/**
 * Each invocation reads for itself, element by element. A sum takes the products of all the tile's steps at once: what is
 * kept from one round of the loop to the next is blended by each lane's mask.
 */
function ownLoop(factors: readonly FactorText[], tile: GpuTile, ragged: boolean): Loop {
  const blocks = ({ each }: FactorText) => range(each / 4)
  const steps = range(tile.depth)
  const before = text(factors, (f) =>
    text(blocks(f), (u) => holdLines(f, u, `${f.first} + (${f.place} + ${u * f.places}u) * 4u`)),
  )
  const vector = (f: FactorText, k: number) => (u: number) => {
    const value = readLines(f, u, `step${f.name}${k}`)
    return `    let ${f.name}${u}_${k} = ${ragged ? `select(vec4f(), ${value}, first + ${k}u < end)` : value};`
  }
  const read = (k: number) => (f: FactorText) =>
    `    let step${f.name}${k} = stepOf${f.name}(first + ${k}u);\n${text(blocks(f), vector(f, k))}`
  const added = (r: number, v: number) =>
    steps.reduce((sum, k) => fmaText(`A${r >> 2}_${k}[${r & 3}]`, `B${v}_${k}`, sum), sumName(r, v))
  const add = (r: number) => eachVector(tile, (v) => `    ${sumName(r, v)} = ${added(r, v)};\n`)
  return {
    ...{ declare: '', before },
    steps: `${text(steps, (k) => text(factors, read(k)))}\n${text(range(tile.each.rows), add)}`,
  }
}

/** Writes an invocation's sums, element by element: C may begin anywhere, and a row is written once for many steps. */
function storeText(tile: GpuTile): string {
  const { across } = invocationsOf(tile)
  const column = (n: number) => {
    const number = `firstColumn + (across + ${(n >> 2) * across}u) * 4u + ${n & 3}u`
    return `  let column${n} = ${number}; let place${n} = columnC(column${n});`
  }
  const unrolled = () => text(range(tile.each.rows), (r) => rowText(tile, `${r}u`, (v) => sumName(r, v)))
  return `\n${text(range(tile.each.columns), column)}\n${tile.shared ? unrolled() : loopedRows(tile)}`
}

/** Writes the row `r` of an invocation, given the text of its vectors. */
function rowText(tile: GpuTile, r: string, vector: (v: number) => string): string {
  const { down } = invocationsOf(tile)
  const put = (n: number) =>
    `if (column${n} < p.columns) { c[at + place${n}] = finish(${vector(n >> 2)}[${n & 3}], row, column${n}, group); }`
  return `  {
    let row = firstRow + (down + (${r} >> 2u) * ${down}u) * 4u + (${r} & 3u);
    if (row < p.rows) {
      let at = p.c + rowC(row, group, slice);
${text(range(tile.each.columns), (n) => `      ${put(n)}`)}
    }
  }`
}

/** Writes all rows in a loop, which compiles much sooner; a GPU would move the sums out of its registers for it. */
function loopedRows(tile: GpuTile): string {
  const { rows, columns } = tile.each
  const vectors = columns / 4
  const sums = range(rows).flatMap((r) => range(vectors).map((v) => sumName(r, v)))
  return `  var sums = array<vec4f, ${sums.length}>(${sums.join(', ')});
  for (var r = 0u; r < ${rows}u; r++) ${rowText(tile, 'r', (v) => `sums[r * ${vectors}u + ${v}u]`)}`
}
