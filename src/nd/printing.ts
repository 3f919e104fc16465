// Text of arrays as NumPy prints them: eight digits, columns aligned, long arrays shortened.
import { type DType, elementsIn, kindOf, storedBytes, type TypedArray } from '../core/dtype.ts'
import { type Shape, sizeOf, stridesOf } from '../core/shape.ts'

const lineWidth = 75
const precision = 8
const summarizeAbove = 1000
const edgeItems = 3

/** The elements as NumPy's `str` shows them. */
export function formatElements(values: TypedArray, shape: Shape, dtype: DType): string {
  if (shape.length === 0) return plainNumber(values[0], dtype)
  const edges = sizeOf(shape) > summarizeAbove ? edgeItems : Number.POSITIVE_INFINITY
  const shown = shownIndices(shape, edges).map((i) => values[i])
  const format = kindOf(dtype) === 'float' ? floatFormat(shown, dtype) : integerFormat(shown)
  return nested(values, shape, stridesOf(shape), edges, format, 0, 0)
}

function plainNumber(value: number, dtype: DType): string {
  if (kindOf(dtype) === 'int') return String(value)
  if (!Number.isFinite(value)) return specialText(value)
  const size = Math.abs(value)
  if (size > 0 && (size < 1e-4 || size >= 1e16)) {
    const [whole, fraction, exponent] = exponentParts(value, dtype)
    return whole + (fraction && `.${fraction}`) + exponent
  }
  const text = signOfZero(value) + Number(shortest(value, dtype))
  return text.includes('.') ? text : `${text}.0`
}

function kept(size: number, edges: number): number[] {
  if (size <= 2 * edges) return Array.from({ length: size }, (_, i) => i)
  const head = Array.from({ length: edges }, (_, i) => i)
  return [...head, ...head.map((i) => size - edges + i)]
}

function shownIndices(shape: Shape, edges: number): number[] {
  return shape.reduce<number[]>(
    (indices, size) => indices.flatMap((i) => kept(size, edges).map((k) => i * size + k)),
    [0],
  )
}

type Format = (value: number) => string

function integerFormat(values: readonly number[]): Format {
  const width = Math.max(0, ...values.map((value) => String(value).length))
  return (value) => String(value).padStart(width)
}

/** The digits of a rounding that goes up at an exact half, moved to the even digit if it was one. */
function halfToEven(rounded: string, exact: string): string {
  const kept = exact.slice(0, rounded.length + (rounded.includes('.') ? 0 : 1))
  const half = /^5(0*)$/.test(exact.slice(kept.length))
  return half && Number(kept.replace('.', '').at(-1)) % 2 === 0 ? exact.slice(0, rounded.length) : rounded
}

function toFixed(value: number, digits: number): string {
  return halfToEven(value.toFixed(digits), value.toFixed(100))
}

function toExponential(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits).split('e')
  return `${halfToEven(mantissa, value.toExponential(100).split('e')[0])}e${exponent}`
}

const rounded = (value: number, dtype: DType) => elementsIn(dtype, storedBytes(dtype, [value]).buffer, 0, 1)[0]

/** The shortest digits that read back as the same number of the type. */
function shortest(value: number, dtype: DType): string {
  if (dtype === 'float64') return value.toExponential()
  for (let digits = 0; digits < 9; digits++) {
    if (rounded(Number(value.toExponential(digits)), dtype) === value) return toExponential(value, digits)
  }
  return toExponential(value, 8)
}

function floatFormat(values: readonly number[], dtype: DType): Format {
  const finite = values.filter(Number.isFinite)
  const sizes = finite.filter((value) => value !== 0).map(Math.abs)
  const [most, least] = [Math.max(...sizes, 0), Math.min(...sizes, Number.POSITIVE_INFINITY)]
  const scientific = sizes.length > 0 && (most >= 1e8 || least < 1e-4 || most / least > 1000)
  const parts = finite.map((value) => (scientific ? exponentParts(value, dtype) : fixedParts(value, dtype)))
  const left = Math.max(0, ...parts.map(([whole]) => whole.length))
  const right = Math.max(0, ...parts.map(([, fraction]) => fraction.length))
  const exponentWidth = scientific ? Math.max(...parts.map(([, , exponent]) => exponent.length)) : 0
  const special = values.filter((value) => !Number.isFinite(value)).map((value) => specialText(value).length)
  const total = Math.max(left + 1 + right + exponentWidth, ...special)
  return (value) => {
    if (!Number.isFinite(value)) return specialText(value).padStart(total)
    const [whole, fraction, exponent] = scientific ? exponentParts(value, dtype, right) : fixedParts(value, dtype)
    const tail = fraction.padEnd(right, scientific ? '0' : ' ') + exponent
    return `${whole.padStart(left)}.${tail}`.padStart(total)
  }
}

/** The sign that JavaScript does not write of −0. */
function signOfZero(value: number): string {
  return Object.is(value, -0) ? '-' : ''
}

function specialText(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'
}

type Parts = readonly [whole: string, fraction: string, exponent: string]

function fixedParts(value: number, dtype: DType): Parts {
  const text = shortest(value, dtype)
  const digits = Math.max(0, digitsAfterPoint(text))
  const [whole, fraction = ''] = (digits > precision ? toFixed(value, precision) : Number(text).toFixed(digits)).split(
    '.',
  )
  return [signOfZero(value) + whole, fraction.replace(/0+$/, ''), '']
}

function digitsAfterPoint(scientific: string): number {
  const [mantissa, exponent] = scientific.split('e')
  return (mantissa.split('.')[1]?.length ?? 0) - Number(exponent)
}

/** Shorter fractions than `least` go on with the digits that the number really has. */
function exponentParts(value: number, dtype: DType, least = 0): Parts {
  const full = shortest(value, dtype)
  const digits = full.split('e')[0].split('.')[1]?.length ?? 0
  const kept = Math.min(precision, Math.max(digits, least))
  const [mantissa, exponent] = (kept === digits ? full : toExponential(value, kept)).split('e')
  const [whole, fraction = ''] = mantissa.split('.')
  const sign = exponent.startsWith('-') ? '-' : '+'
  return [signOfZero(value) + whole, fraction, `e${sign}${exponent.replace(/^[+-]/, '').padStart(2, '0')}`]
}

function nested(
  values: TypedArray,
  shape: Shape,
  strides: readonly number[],
  edges: number,
  format: Format,
  axis: number,
  begin: number,
): string {
  const indices = kept(shape[axis], edges)
  const gap = shape[axis] > indices.length ? edges : -1
  const indent = ' '.repeat(axis + 1)
  if (axis === shape.length - 1)
    return lineOf(
      indices.map((k) => format(values[begin + k])),
      gap,
      indent,
    )
  const rows = indices.map((k) => nested(values, shape, strides, edges, format, axis + 1, begin + k * strides[axis]))
  if (gap >= 0) rows.splice(gap, 0, '...')
  return `[${rows.join('\n'.repeat(shape.length - 1 - axis) + indent)}]`
}

function lineOf(items: string[], gap: number, indent: string): string {
  if (gap >= 0) items.splice(gap, 0, '...')
  const lines: string[] = []
  let line = ''
  for (const item of items) {
    const longer = line === '' ? item : `${line} ${item}`
    if (line !== '' && indent.length + longer.length + 1 > lineWidth) {
      lines.push(line.trimEnd())
      line = item
    } else line = longer
  }
  lines.push(line)
  return `[${lines.join(`\n${indent}`)}]`
}
