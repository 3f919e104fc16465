// float16, IEEE 754's binary16: its bits from numbers and back. Node 20 has no Float16Array.

const floats = new Float32Array(1)
const words = new Int32Array(floats.buffer)

/** The bits of the float16 nearest to a number, of two the even one; from 65520 on infinity. */
export function halfBits(x: number): number {
  if (Number.isNaN(x)) return 0x7e00
  const size = Math.abs(x)
  floats[0] = size
  const exponent = Math.max(-14, (words[0] >>> 23) - 127)
  // float64 has no fraction bits left above 2^52, so that the sum is rounded to an even whole number
  const steps = size / 2 ** (exponent - 10) + 2 ** 52 - 2 ** 52
  return (x < 0 || Object.is(x, -0) ? 0x8000 : 0) + Math.min(0x7c00, (exponent + 14) * 1024 + steps)
}

/** The number that the bits of a float16 mean. */
export function fromHalf(bits: number): number {
  const [exponent, fraction] = [(bits >>> 10) & 31, bits & 1023]
  const size = exponent === 31 ? (fraction ? Number.NaN : Infinity) : fraction + (exponent && 1024)
  return (bits & 0x8000 ? -size : size) * 2 ** (Math.max(1, exponent) - 25)
}
