// resize on the GPU, which gives the bytes of the CPU.
import { sizeOf } from '../../core/shape.ts'
import { copyElements, mapElements } from '../../kernel/wgsl/map.ts'
import { wgslNumbers } from '../../kernel/wgsl/math.ts'
import type { GpuPlan, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { type Axis, place, placeColumns, rint } from './resize.reference.ts'
import type { ResizeAttributes } from './resize.ts'

/** Of each place of an axis: where it falls in the source, OpenCV's weights of 11 bits, and the fraction as float bits. */
function tableOf(axis: Axis): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(Math.max(1, axis.first.length) * 4)
  const floats = new Float32Array(words.buffer)
  axis.first.forEach((first, d) => {
    const fraction = axis.fraction[d]
    words.set([first, rint(Math.fround(1 - fraction) * 2048), rint(fraction * 2048)], d * 4)
    floats[d * 4 + 3] = fraction
  })
  return words
}

/** The pixels a b above, c d below, and the tables' entries of row and column. */
const neighbours = `let channel = i % p.channels;
  let across = (i / p.channels % p.width) * 4u;
  let down = (i / p.channels / p.width % p.height) * 4u;
  let image = i / p.channels / p.width / p.height * p.rows;
  let first = bitcast<i32>(load_vertical(down));
  let upper = (image + u32(clamp(first, 0, i32(p.rows) - 1))) * p.columns;
  let lower = (image + u32(clamp(first + 1, 0, i32(p.rows) - 1))) * p.columns;
  let left = load_horizontal(across);
  let right = min(left + 1u, p.columns - 1u);
  let a = load_x((upper + left) * p.channels + channel);
  let b = load_x((upper + right) * p.channels + channel);
  let c = load_x((lower + left) * p.channels + channel);
  let d = load_x((lower + right) * p.channels + channel);
`

/** As the reference kernel blends them. */
const blends = {
  bytes: `let above = a * load_horizontal(across + 1u) + b * load_horizontal(across + 2u);
  let below = c * load_horizontal(across + 1u) + d * load_horizontal(across + 2u);
  return (((load_vertical(down + 1u) * (above >> 4u)) >> 16u) + ((load_vertical(down + 2u) * (below >> 4u)) >> 16u) + 2u) >> 2u;`,
  halved: `let sum = a + b + c + d;
  let half = sum >> 2u;
  let rest = sum & 3u;
  return half + select(0u, 1u, rest == 3u || (rest == 2u && (half & 1u) == 1u));`,
  floats: `let fx = bitcast<f32>(load_horizontal(across + 3u));
  let fy = bitcast<f32>(load_vertical(down + 3u));
  let above = once(a * once(1.0 - fx)) + once(b * fx);
  let below = once(c * once(1.0 - fx)) + once(d * fx);
  return once(above * once(1.0 - fy)) + once(below * fy);`,
}

/** Every image brought to the size of the output. */
export const resizeWgsl: WgslKernel<ResizeAttributes> = {
  plan([x], { height, width }, [y]): GpuPlan {
    const [rows, columns, channels] = x.shape.slice(-3)
    if (rows === height && columns === width) return copyElements(x)
    const halved = rows === 2 * height && columns === 2 * width && ![1, 3, 4].includes(channels)
    const rule = x.dtype === 'float32' ? 'floats' : halved ? 'halved' : 'bytes'
    const dispatch = mapElements({
      sources: {
        x: { binding: { input: 0 }, dtype: x.dtype },
        vertical: { binding: { constant: 0 }, dtype: 'word' },
        horizontal: { binding: { constant: 1 }, dtype: 'word' },
      },
      output: { binding: { output: 0 }, dtype: y.dtype },
      count: sizeOf(y.shape),
      params: {
        rows,
        columns,
        channels: Math.max(1, channels),
        height: Math.max(1, height),
        width: Math.max(1, width),
      },
      functions: wgslNumbers,
      value: neighbours + blends[rule],
    })
    const constants = [tableOf(place(rows, height)), tableOf(placeColumns(columns, width))]
    return { workspace: [], constants, dispatches: [dispatch] }
  },
}
