// Cases of changes of colour, crops and rotations of images. Bytes of which a result may be cut at an integer are floats here.
import type { CaseInput, Domain, OpCase } from '../cases.ts'
import { looser } from '../tolerance.ts'
import { brightness, contrast, hue, lighting, saturation } from './colour.ts'
import { cropEach } from './crop.ts'
import { rotateEach } from './rotate.ts'

const changes = { brightness, contrast, saturation, hue }

const pixels = (shape: readonly number[], dtype: 'uint8' | 'float32'): CaseInput => ({ shape, dtype, domain: [0, 256] })
const each = (count: number, domain: Domain): CaseInput => ({ shape: [count, 1, 1, 1], domain })

const changing = (
  name: keyof typeof changes,
  shape: readonly number[],
  dtype: 'uint8' | 'float32' = 'float32',
): OpCase => ({
  name: `${name} of ${dtype} (${shape})`,
  inputs: [
    pixels(shape, dtype),
    // factors of quarters make products of bytes exact
    each(shape[0], dtype === 'uint8' ? { values: [0.5, 1.25, 0.75] } : [0.5, 1.5]),
  ],
  gradient: false,
  run: ([x, factor]) => changes[name](x, factor),
  ...(dtype === 'float32' && {
    tolerance: looser({ absolute: 1e-2 }, 'chains of steps on values up to 400, some contracted'),
  }),
})

const cropping = (shape: readonly number[], height: number, width: number): OpCase => ({
  name: `cropEach of (${shape}) to ${height} × ${width}`,
  inputs: [pixels(shape, 'uint8'), { shape: [shape[0], 1, 1], dtype: 'int32', domain: { values: [0, 31, 57] } }],
  gradient: false,
  run: ([x, starts]) => cropEach(x, starts, height, width),
})

const turning = (shape: readonly number[]): OpCase => ({
  name: `rotateEach of (${shape})`,
  inputs: [{ shape }, each(shape[0], [0.5, 1]), each(shape[0], [-0.5, 0.5])],
  gradient: false,
  tolerance: looser({ absolute: 1e-4 }, 'places in pixels are contracted or not'),
  run: ([x, cos, sin]) => rotateEach(x, cos, sin),
})

/** Cases of images. */
export const cases: readonly OpCase[] = [
  changing('brightness', [3, 5, 7, 3], 'uint8'),
  changing('brightness', [2, 5, 7, 1]),
  changing('contrast', [2, 9, 11, 3]),
  changing('contrast', [3, 5, 7, 1]),
  changing('saturation', [3, 5, 7, 3]),
  changing('saturation', [2, 3, 3, 1], 'uint8'),
  changing('hue', [2, 5, 7, 3]),
  {
    name: 'lighting of uint8 (2,5,7,3)',
    inputs: [pixels([2, 5, 7, 3], 'uint8'), { shape: [2, 1, 1, 3], domain: [-30, 30] }],
    gradient: false,
    run: ([x, shift]) => lighting(x, shift),
  },
  cropping([3, 6, 7, 3], 4, 5),
  cropping([2, 6, 7, 1], 1, 1),
  turning([2, 3, 6, 7]),
  turning([1, 1, 1, 5]),
]
