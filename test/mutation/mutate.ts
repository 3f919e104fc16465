// Damage to files: what a disk, a network, an editor or an enemy may do to bytes, decided by a seed.
import { randomNumbers } from '../random.ts'

/** A number in a file. */
export interface Field {
  readonly at: number
  readonly bytes: 1 | 2 | 4 | 8
  readonly littleEndian?: boolean
}

/** What is known of a file's layout. */
export interface Layout {
  /** Lengths, counts and sizes. */
  readonly fields: readonly Field[]
  /** Where its parts (chunks, segments, lines, entries) start, in order. */
  readonly parts: readonly number[]
  /** Whether it holds JSON, whose numbers and words have other extremes. */
  readonly json?: boolean
}

/** Takes an integer from 0 to below `end`. */
type Pick = (end: number) => number

type Damage = (bytes: Uint8Array, layout: Layout, pick: Pick) => Uint8Array

const join = (...pieces: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(pieces))

/** A part of the file, as its layout or chance divides it. */
function part({ length }: Uint8Array, layout: Layout, pick: Pick): [start: number, end: number] {
  const parts = layout.parts.filter((at) => at >= 0 && at < length)
  if (parts.length > 1 && pick(2) === 0) {
    const i = pick(parts.length)
    return [parts[i], parts[i + 1] ?? length]
  }
  const start = pick(length)
  return [start, Math.min(length, start + 1 + pick(pick(2) === 0 ? 8 : length))]
}

/** Boundary values of a field of `bits` bits. */
const extremes = [0n, 1n, 2n ** 7n, 2n ** 15n - 1n, 2n ** 16n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n]
extremes.push(2n ** 60n, 2n ** 63n, 2n ** 64n - 1n, -1n, -2n)

function setField(bytes: Uint8Array, { fields }: Layout, pick: Pick): Uint8Array {
  const known = pick(4) > 0 ? fields[pick(Math.max(1, fields.length))] : undefined
  const size = ([1, 2, 4, 8] as const)[pick(4)]
  const field = known ?? { at: pick(Math.max(1, bytes.length - 8)), bytes: size, littleEndian: pick(2) === 0 }
  const out = bytes.slice()
  let value = extremes[pick(extremes.length)]
  for (let i = 0; i < field.bytes; i++, value >>= 8n) {
    const at = field.at + (field.littleEndian ? i : field.bytes - 1 - i)
    if (at < out.length) out[at] = Number(value & 255n)
  }
  return out
}

/** What JSON can say in the place of a number or a word. */
const extremeValues = ['0', '-1', '0.5', '1e999', '-0', '9007199254740993', '1e308', '1152921504606846976', 'null']
extremeValues.push('true', '""', '"x"', '[]', '{}', '[[1]]', '{"toString":1}', '[1,-2]', '"\\u001b"', '"\\u202e"')

function setValue(bytes: Uint8Array, layout: Layout, pick: Pick): Uint8Array {
  const text = layout.json ? Buffer.from(bytes).toString('latin1') : ''
  const values = [...text.matchAll(/(?<=[[:,])(?:"[^"]*"(?!:)|-?\d[\d.e+-]*|true|false|null)/g)]
  if (values.length === 0) return setField(bytes, layout, pick)
  const { 0: value, index } = values[pick(values.length)]
  const other = Buffer.from(extremeValues[pick(extremeValues.length)])
  return join(bytes.subarray(0, index), other, bytes.subarray(index + value.length))
}

const damages: Readonly<Record<string, Damage>> = {
  'flips bits': (bytes, _, pick) => {
    const out = bytes.slice()
    for (let n = 1 + pick(8); n > 0; n--) out[pick(out.length)] ^= 1 << pick(8)
    return out
  },
  'flips a bit near the start': (bytes, _, pick) => {
    const out = bytes.slice()
    out[pick(Math.min(64, out.length))] ^= 1 << pick(8)
    return out
  },
  'cuts the end off': (bytes, _, pick) => bytes.slice(0, pick(bytes.length)),
  'inserts bytes': (bytes, _, pick) => {
    const at = pick(bytes.length + 1)
    const more = Uint8Array.from({ length: 1 + pick(40) }, () => pick(256))
    return join(bytes.subarray(0, at), more, bytes.subarray(at))
  },
  'repeats a part': (bytes, layout, pick) => {
    const [start, end] = part(bytes, layout, pick)
    return join(bytes.subarray(0, end), bytes.subarray(start))
  },
  'leaves a part out': (bytes, layout, pick) => {
    const [start, end] = part(bytes, layout, pick)
    return join(bytes.subarray(0, start), bytes.subarray(end))
  },
  'swaps parts': (bytes, layout, pick) => {
    const [a, b] = [part(bytes, layout, pick), part(bytes, layout, pick)].sort(([x], [y]) => x - y)
    const middle = Math.max(a[1], b[0])
    return join(
      bytes.subarray(0, a[0]),
      bytes.subarray(middle, Math.max(middle, b[1])),
      bytes.subarray(a[1], middle),
      bytes.subarray(a[0], a[1]),
      bytes.subarray(Math.max(middle, b[1])),
    )
  },
  'sets a field to an extreme': setField,
  'sets a value of JSON to an extreme': setValue,
  'fills a part with one byte': (bytes, layout, pick) => {
    const [start, end] = part(bytes, layout, pick)
    return bytes.slice().fill([0, 255, pick(256)][pick(3)], start, end)
  },
}

/** A damaged file, and how it was damaged: by one to three of the above. */
export function mutate(bytes: Uint8Array, layoutOf: (bytes: Uint8Array) => Layout, seed: number): [Uint8Array, string] {
  const random = randomNumbers(seed)
  const pick: Pick = (end) => Math.floor(random() * end)
  const names = Object.keys(damages)
  const done: string[] = []
  let out: Uint8Array = new Uint8Array(bytes)
  for (let n = [1, 1, 1, 2, 3][pick(5)]; n > 0 && out.length > 0; n--) {
    const name = names[pick(names.length)]
    out = damages[name](out, layoutOf(out), pick)
    done.push(name)
  }
  return [out, done.join(', ')]
}
