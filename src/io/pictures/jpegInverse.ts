// The inverse cosine transform of a JPEG's blocks, to the bits of libjpeg's integer one (jidctint: Loeffler et al., 1989).
import { type Component, damagedJpeg, type Frame } from './jpegFrame.ts'

/** The samples of a component, row after row; a row has `stride` of them. */
export interface Plane {
  readonly stride: number
  readonly samples: Uint8Array
}

/** Turns a component's coefficients into samples from 0 to 255. */
export function planeOf(frame: Frame, { values, quantization, id, stored, v }: Component): Plane {
  if (!quantization) damagedJpeg(`component ${id} has no quantization table`)
  const stride = stored * 8
  const rows = frame.down * v
  const samples = new Uint8Array(stride * rows * 8)
  const block = new Int32Array(64)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < stored; column++, at += 64) {
      inverse(values, at, quantization, block)
      store(block, samples, row * 8 * stride + column * 8, stride)
    }
  }
  return { stride, samples }
}

function store(block: Int32Array, samples: Uint8Array, to: number, stride: number): void {
  for (let y = 0, i = 0, at = to; y < 8; y++, at += stride) {
    for (let x = 0; x < 8; x++, i++) {
      const value = block[i] + 128
      samples[at + x] = Math.max(0, Math.min(255, value))
    }
  }
}

/** Bits of the fraction of the factors below, and those that columns leave for rows. */
const [factorBits, passBits] = [13, 2]

/** Both passes on one block: columns with the quantization undone, then rows. */
function inverse(values: Int16Array, at: number, quantization: Uint16Array, block: Int32Array): void {
  for (let x = 0; x < 8; x++) {
    const a = at + x
    const first = values[a] * quantization[x]
    const none = values[a + 8] | values[a + 16] | values[a + 24] | values[a + 32] | values[a + 40] | values[a + 48]
    if ((none | values[a + 56]) === 0) {
      const all = first << passBits
      for (let i = x; i < 64; i += 8) block[i] = all
      continue
    }
    block[x] = first
    for (let i = x + 8; i < 64; i += 8) block[i] = values[at + i] * quantization[i]
    pass(block, x, 8, factorBits - passBits)
  }
  for (let y = 0; y < 64; y += 8) pass(block, y, 1, factorBits + passBits + 3)
}

/** Eight numbers, `step` apart; sums are rounded to `shift` bits less. Factors are those of the algorithm, times 2¹³. */
function pass(block: Int32Array, at: number, step: number, shift: number): void {
  const [i1, i2, i3] = [at + step, at + 2 * step, at + 3 * step]
  const [i4, i5, i6, i7] = [at + 4 * step, at + 5 * step, at + 6 * step, at + 7 * step]
  const half = 1 << (shift - 1)
  const turned = (block[i2] + block[i6]) * 4433
  const e2 = turned - block[i6] * 15137
  const e3 = turned + block[i2] * 6270
  const e0 = (block[at] + block[i4]) * 8192
  const e1 = (block[at] - block[i4]) * 8192
  const [even0, even3, even1, even2] = [e0 + e3 + half, e0 - e3 + half, e1 + e2 + half, e1 - e2 + half]
  const [a, b, c, d] = [block[i7], block[i5], block[i3], block[i1]]
  const z5 = (a + c + b + d) * 9633
  const z1 = (a + d) * -7373
  const z2 = (b + c) * -20995
  const z3 = (a + c) * -16069 + z5
  const z4 = (b + d) * -3196 + z5
  const odd0 = a * 2446 + z1 + z3
  const odd1 = b * 16819 + z2 + z4
  const odd2 = c * 25172 + z2 + z3
  const odd3 = d * 12299 + z1 + z4
  block[at] = (even0 + odd3) >> shift
  block[i7] = (even0 - odd3) >> shift
  block[i1] = (even1 + odd2) >> shift
  block[i6] = (even1 - odd2) >> shift
  block[i2] = (even2 + odd1) >> shift
  block[i5] = (even2 - odd1) >> shift
  block[i3] = (even3 + odd0) >> shift
  block[i4] = (even3 - odd0) >> shift
}
