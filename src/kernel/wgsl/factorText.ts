// The shader text that reads a factor of a matrix product: elements of four lines, or blocks of four lines and four steps.
import type { Factor } from './gemm.ts'

/** A factor with its place in a tile. */
export interface FactorText extends Factor {
  readonly name: 'A' | 'B'
  /** Lines of the tile, and of an invocation. */
  readonly lines: number
  readonly each: number
  /** WGSL names of the tile's first line, and of the invocation's place among `places` places along the lines. */
  readonly first: string
  readonly place: string
  readonly places: number
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** WGSL type of the elements of a factor's buffer. */
export const elementType = ({ width }: Factor) => (width === 4 ? 'vec4f' : 'f32')

/** The functions of lines, steps and elements. */
export function factorFunctions(f: FactorText): string {
  return `
fn lineOf${f.name}(i: u32, group: u32) -> ${f.part} { ${f.line} }
fn stepOf${f.name}(k: u32) -> ${f.part} { ${f.step} }
${f.width === 4 ? vectorFunction(f) : elementFunction(f)}`
}

function elementFunction({ name, part, read }: FactorText): string {
  const buffer = name.toLowerCase()
  const element = (place: string) => `${buffer}[p.${buffer} + ${place}]`
  return `fn read${name}(l: ${part}, s: ${part}) -> f32 { ${read ? read(element) : `return ${element('l + s')};`} }`
}

/** Reads by elements where an array begins between vectors, as a view may; a whole dispatch takes the same branch. */
function vectorFunction({ name, part }: FactorText): string {
  const buffer = name.toLowerCase()
  const element = (e: number) => `${buffer}[(at + ${e}u) >> 2u][(at + ${e}u) & 3u]`
  return `fn read${name}(l: ${part}, s: ${part}) -> vec4f {
  let at = p.${buffer} + l + s;
  if ((p.${buffer} & 3u) == 0u) { return ${buffer}[at >> 2u]; }
  return vec4f(${range(4).map(element).join(', ')});
}`
}

const held = ({ name }: FactorText, block: number, e: number) => `line${name}${block}_${e}`

/** Keeps what the four lines of a block say, from the line given on. */
export function holdLines(f: FactorText, block: number, line: string): string {
  const lines = range(f.width === 4 && f.along === 'line' ? 1 : 4)
  return lines.map((e) => `  let ${held(f, block, e)} = lineOf${f.name}(${line} + ${e}u, group);`).join('\n')
}

/** The vector along the four lines of a block for a step. */
export function readLines(f: FactorText, block: number, step: string): string {
  const read = (e: number) => `read${f.name}(${held(f, block, e)}, ${step})`
  return f.width === 4 ? read(0) : `vec4f(${range(4).map(read).join(', ')})`
}

/**
 * Reads a block's four steps from k on into the vectors `value0` to `value3` along the lines: zeros where the sums have
 * ended, if they may end within a block.
 */
export function readBlock(f: FactorText, block: number, k: string, ragged: boolean): string {
  const inside = (e: number, value: string) =>
    `      let value${e} = ${ragged ? `select(vec4f(), ${value}, ${k} + ${e}u < end)` : value};`
  const step = (e: number) => `stepOf${f.name}(${k} + ${e}u)`
  if (f.width === 1 || f.along === 'line')
    return range(4)
      .map((e) => `      let step${e} = ${step(e)};\n${inside(e, readLines(f, block, `step${e}`))}`)
      .join('\n')
  const rows = range(4).map((e) => `read${f.name}(${held(f, block, e)}, step)`)
  return `      let step = ${step(0)};
      let turned = transpose(mat4x4f(${rows.join(', ')}));
${range(4)
  .map((e) => inside(e, `turned[${e}]`))
  .join('\n')}`
}
