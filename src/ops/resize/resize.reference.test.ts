// Resizing by hand-checked values, several images at once, and the parts where the rules differ.
import { describe, expect, test } from 'vitest'
import { resizeBilinear } from './resize.reference.ts'

function resize(values: readonly number[], [height, width]: readonly number[], to: readonly number[]): number[] {
  const out = new Uint8Array(to[0] * to[1])
  resizeBilinear(Uint8Array.from(values), { count: 1, height, width, channels: 1 }, out, to[0], to[1])
  return [...out]
}

describe('resizeBilinear', () => {
  test('a row of two to four: a quarter and three quarters of the way', () => {
    expect(resize([0, 100], [1, 2], [1, 4])).toEqual([0, 25, 75, 100])
    expect(resize([0, 100], [2, 1], [4, 1])).toEqual([0, 25, 75, 100])
  })

  test('one pixel fills everything', () => {
    expect(resize([7], [1, 1], [3, 2])).toEqual([7, 7, 7, 7, 7, 7])
  })

  test('halving takes the mean of four; a half rounds up, with two channels to the even number', () => {
    expect(resize([0, 1, 0, 1], [2, 2], [1, 1])).toEqual([1])
    const out = new Uint8Array(2)
    resizeBilinear(Uint8Array.of(0, 1, 1, 2, 0, 1, 1, 2), { count: 1, height: 2, width: 2, channels: 2 }, out, 1, 1)
    expect([...out]).toEqual([0, 2])
  })

  test('equal sizes copy', () => {
    const image = Uint8Array.from({ length: 2 * 3 * 4 * 3 }, (_, i) => (i * 37) % 256)
    const out = new Uint8Array(image.length)
    resizeBilinear(image, { count: 2, height: 3, width: 4, channels: 3 }, out, 3, 4)
    expect(out).toEqual(image)
  })

  test('every image and channel of a batch is resized by itself', () => {
    const [count, height, width, channels] = [3, 5, 4, 2]
    const image = Uint8Array.from({ length: count * height * width * channels }, (_, i) => (i * 101 + 13) % 256)
    const out = new Uint8Array(count * 7 * 9 * channels)
    resizeBilinear(image, { count, height, width, channels }, out, 7, 9)
    for (let n = 0; n < count; n++)
      for (let c = 0; c < channels; c++) {
        const plane = Array.from({ length: 20 }, (_, i) => image[(n * 20 + i) * channels + c])
        const got = Array.from({ length: 63 }, (_, i) => out[(n * 63 + i) * channels + c])
        expect(got).toEqual(resize(plane, [height, width], [7, 9]))
      }
  })

  test('floats stay between their neighbours and keep their fractions', () => {
    const images = { count: 1, height: 1, width: 2, channels: 1 }
    const out = new Float32Array(4)
    resizeBilinear(Float32Array.of(-1, 1), images, out, 1, 4)
    expect([...out]).toEqual([-1, -0.5, 0.5, 1])
    const fine = new Float64Array(4)
    resizeBilinear(Float64Array.of(-1, 1), images, fine, 1, 4)
    expect([...fine]).toEqual([-1, -0.5, 0.5, 1])
  })

  test('no images', () => {
    const out = new Uint8Array(0)
    resizeBilinear(new Uint8Array(0), { count: 0, height: 2, width: 2, channels: 1 }, out, 4, 4)
    expect(out).toHaveLength(0)
  })
})
