// Folders of made pictures: eight shapes, rotated, on noise, from 20 to 2,000 pixels; grey, alpha, EXIF, two damaged,
// one class without pictures. `node test/shapeFolders.ts FOLDER 3000` writes them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from 'fast-png'
import jpeg from 'jpeg-js'

/** Whether a point lies in a shape of radius 1 around 0. */
type Inside = (x: number, y: number) => boolean

const polygon =
  (...points: readonly (readonly [number, number])[]): Inside =>
  (x, y) => {
    let inside = false
    points.forEach(([x1, y1], i) => {
      const [x0, y0] = points[(i + points.length - 1) % points.length]
      if (y0 > y !== y1 > y && x < ((x0 - x1) * (y - y1)) / (y0 - y1) + x1) inside = !inside
    })
    return inside
  }
const onCircle = (angle: number, radius = 1) => [radius * Math.sin(angle), -radius * Math.cos(angle)] as const
const star = Array.from({ length: 10 }, (_, i) => onCircle((i * Math.PI) / 5, i % 2 ? 0.4 : 1))
const triangle = Array.from({ length: 3 }, (_, i) => onCircle((i * 2 * Math.PI) / 3))

/** The shapes by the names of their classes. */
export const shapes: Readonly<Record<string, Inside>> = {
  bars: (x, y) => Math.abs(x) < 0.9 && [-0.7, 0, 0.7].some((middle) => Math.abs(y - middle) < 0.18),
  cross: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 1 && Math.min(Math.abs(x), Math.abs(y)) < 0.25,
  disc: (x, y) => Math.hypot(x, y) < 0.95,
  ell: (x, y) => Math.abs(x) < 0.7 && Math.abs(y) < 0.95 && (x < -0.25 || y > 0.5),
  ring: (x, y) => Math.abs(Math.hypot(x, y) - 0.75) < 0.22,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.75,
  star: polygon(...star),
  triangle: polygon(...triangle),
}

/** What was written, as `train` must say it. */
export interface Written {
  /** Pictures of each class that can be read. */
  readonly counts: Readonly<Record<string, number>>
  /** `class/name` of files that can't be read. */
  readonly damaged: readonly string[]
  readonly others: readonly string[]
  readonly empty: readonly string[]
  /** Width and height as seen, by `class/name`. */
  readonly sizes: Readonly<Record<string, readonly [number, number]>>
}

/** A generator of numbers from 0 to 1: mulberry32. */
function drawer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Drawn {
  readonly width: number
  readonly height: number
  /** RGB and alpha. */
  readonly data: Uint8Array
}

/** A shape of one colour on noise around another; with `clear`, on nothing. */
function draw(inside: Inside, width: number, height: number, random: () => number, clear: boolean): Drawn {
  const data = new Uint8Array(width * height * 4)
  const dark = random() < 0.5 || clear
  const colour = (low: number, high: number) => Array.from({ length: 3 }, () => low + (high - low) * random())
  const [ink, ground] = dark ? [colour(0, 80), colour(150, 240)] : [colour(170, 255), colour(10, 100)]
  const radius = (Math.min(width, height) / 2) * (0.6 + 0.35 * random())
  const [cx, cy] = [width, height].map((size) => size / 2 + (size / 2 - radius) * (random() - 0.5))
  const angle = 2 * Math.PI * random()
  const [cos, sin] = [Math.cos(angle) / radius, Math.sin(angle) / radius]
  const grain = Math.max(1, Math.round(Math.min(width, height) / 80))
  const across = Math.ceil(width / grain)
  const noise = Float32Array.from({ length: across * Math.ceil(height / grain) }, () => 60 * (random() - 0.5))
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const [u, v] = [x + 0.5 - cx, y + 0.5 - cy]
      const within = inside(u * cos - v * sin, u * sin + v * cos)
      const shift = noise[Math.floor(y / grain) * across + Math.floor(x / grain)]
      for (let k = 0; k < 3; k++) data[at + k] = Math.max(0, Math.min(255, (within ? ink : ground)[k] + shift))
      data[at + 3] = clear && !within ? 0 : 255
    }
  }
  return { width, height, data }
}

/** The picture as it lies in a file whose EXIF data say 6: to be turned right by a quarter. */
function turnedLeft({ width, height, data }: Drawn): Drawn {
  const out = new Uint8Array(data.length)
  for (let y = 0; y < width; y++)
    for (let x = 0; x < height; x++) {
      const from = (x * width + (width - 1 - y)) * 4
      out.set(data.subarray(from, from + 4), (y * height + x) * 4)
    }
  return { width: height, height: width, data: out }
}

/** EXIF data of one entry: orientation 6. */
const exif = Buffer.concat([
  Buffer.from([0xff, 0xe1, 0, 34]),
  Buffer.from('Exif\0\0MM\0*\0\0\0\b\0\u0001', 'latin1'),
  Buffer.from([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0]),
])

const channels = ({ width, height, data }: Drawn, count: 1 | 3 | 4) => {
  const kept = count === 4 ? data : data.filter((_, i) => i % 4 < count)
  return encode({ width, height, data: kept, channels: count, depth: 8 }, { zlib: { level: 1 } })
}

function jpegOf(drawn: Drawn, turned: boolean): Uint8Array {
  const { width, height, data } = turned ? turnedLeft(drawn) : drawn
  const file = jpeg.encode({ width, height, data }, 90).data
  return turned ? Buffer.concat([file.subarray(0, 2), exif, file.subarray(2)]) : file
}

/** Writes `count` pictures below a folder; the largest side is `largest`. */
export function writeShapeFolders(root: string, count: number, { largest = 2000, seed = 1 } = {}): Written {
  const random = drawer(seed)
  const names = Object.keys(shapes)
  const counts = Object.fromEntries(names.map((name) => [name, 0]))
  const sizes: Record<string, readonly [number, number]> = {}
  for (const name of [...names, 'nothing']) mkdirSync(join(root, name), { recursive: true })
  for (let i = 0; i < count; i++) {
    const name = names[i % names.length]
    // the ends of the range come once each; most pictures are small
    const size = i === 0 ? 20 : i === 1 ? largest : Math.round(20 * (largest / 20) ** (random() ** 2.5))
    const other = Math.max(20, Math.round(size * (0.7 + 0.3 * random())))
    const [width, height] = random() < 0.5 ? [size, other] : [other, size]
    const kind = i % 10
    const drawn = draw(shapes[name], width, height, random, kind === 3)
    const photo = kind >= 5
    const file = `${String(i).padStart(5, '0')}.${photo ? 'jpg' : 'png'}`
    const bytes = photo ? jpegOf(drawn, kind === 5) : channels(drawn, kind === 3 ? 4 : kind === 4 ? 1 : 3)
    writeFileSync(join(root, name, file), bytes)
    counts[name]++
    sizes[`${name}/${file}`] = [width, height]
  }
  return { counts, sizes, ...writeUnreadable(root, random) }
}

function writeUnreadable(root: string, random: () => number): Pick<Written, 'damaged' | 'others' | 'empty'> {
  const drawn = draw(shapes.disc, 60, 50, random, false)
  writeFileSync(join(root, 'disc/torn.png'), channels(drawn, 3).subarray(0, 500))
  writeFileSync(join(root, 'star/torn.jpg'), jpegOf(drawn, false).subarray(0, 700))
  writeFileSync(join(root, 'star/notes.txt'), 'no picture')
  return { damaged: ['disc/torn.png', 'star/torn.jpg'], others: ['star/notes.txt'], empty: ['nothing'] }
}

if (import.meta.main) {
  const [folder, count = '3000'] = process.argv.slice(2)
  if (!folder) throw new Error('which folder? node test/shapeFolders.ts FOLDER [COUNT]')
  const { counts, damaged } = writeShapeFolders(folder, Number(count))
  console.log(counts, damaged)
}
