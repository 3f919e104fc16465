// Pooling on the GPU: each output looks at its window, each pixel at the windows that hold it.
import { sizeOf } from '../../core/shape.ts'
import { wgslType } from '../../kernel/wgsl/elements.ts'
import { type MapKernel, mapElements, type Source } from '../../kernel/wgsl/map.ts'
import { wgslNumbers } from '../../kernel/wgsl/math.ts'
import type { Param, WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { AveragePoolAttributes } from './averagePool.ts'
import type { PoolWindow, Sized } from './window.ts'

/** Sizes of the images and the pooled ones, and the window, as params. */
function sizes(
  [H, W]: readonly number[],
  [OH, OW]: readonly number[],
  { kernel, strides, padding }: PoolWindow,
): Record<string, Param> {
  const window = { kh: kernel[0], kw: kernel[1], sh: strides[0], sw: strides[1], ph: padding[0], pw: padding[1] }
  return { H, W, OH, OW, ...window }
}

/** Pixels of a window, and windows that may hold a pixel. */
const pixelsOf = ({ kernel }: PoolWindow) => kernel[0] * kernel[1]
const windowsOf = ({ kernel, strides }: PoolWindow) =>
  Math.ceil(kernel[0] / strides[0]) * Math.ceil(kernel[1] / strides[1])

/** Of output i: its plane's first pixel, where the window stands, and the pixels of it that exist. */
const windowText = `
struct Window { plane: u32, y: i32, x: i32, top: i32, bottom: i32, left: i32, right: i32 }
fn window(i: u32) -> Window {
  let y = i32(i / p.OW % p.OH * p.sh) - i32(p.ph);
  let x = i32(i % p.OW * p.sw) - i32(p.pw);
  return Window(i / p.OW / p.OH * p.H * p.W, y, x, max(y, 0), min(y + i32(p.kh), i32(p.H)), max(x, 0), min(x + i32(p.kw), i32(p.W)));
}
`

/** Of pixel i: the outputs of its plane whose windows hold it, `from` to before `to`. */
const holdersText = `
struct Holders { plane: u32, h: i32, w: i32, from_h: u32, to_h: u32, from_w: u32, to_w: u32 }
fn begin(at: u32, kernel: u32, stride: u32) -> u32 { return select(0u, (at - kernel) / stride + 1u, at >= kernel); }
fn holders(i: u32) -> Holders {
  let h = i / p.W % p.H + p.ph;
  let w = i % p.W + p.pw;
  return Holders(i / p.W / p.H * p.OH * p.OW, i32(h) - i32(p.ph), i32(w) - i32(p.pw),
    begin(h, p.kh, p.sh), min(h / p.sh + 1u, p.OH), begin(w, p.kw, p.sw), min(w / p.sw + 1u, p.OW));
}
`

/** The number of a window's pixels: with padding, but not beyond it, or without. */
const divisorText = `
fn divisor(o: Window) -> f32 {
  if (p.include == 0u) { return f32((o.bottom - o.top) * (o.right - o.left)); }
  let height = min(o.y + i32(p.kh), i32(p.H + p.ph)) - o.y;
  let width = min(o.x + i32(p.kw), i32(p.W + p.pw)) - o.x;
  return f32(height * width);
}
`

const x: Source = { binding: { input: 0 }, dtype: 'float32' }

const plan = (...kernels: MapKernel[]) => ({ workspace: [], dispatches: kernels.map(mapElements) })

/** y = max of each window, with the winner's position where it is wanted: a dispatch for each. */
export const maxPoolWgsl: WgslKernel<PoolWindow> = {
  plan([{ shape }], attrs, outputs) {
    const params = sizes(shape.slice(2), outputs[0].shape.slice(2), attrs)
    const results = ['best', 'position'].slice(0, outputs.length)
    return plan(
      ...results.map((result, n): MapKernel => {
        const { dtype } = outputs[n]
        return {
          sources: { x },
          output: { binding: { output: n }, dtype },
          count: sizeOf(outputs[n].shape),
          reads: pixelsOf(attrs),
          params,
          functions: wgslNumbers + windowText,
          value: `let o = window(i);
  var best = 0f;
  var position = -1;
  for (var h = o.top; h < o.bottom; h++) {
    for (var w = o.left; w < o.right; w++) {
      let value = load_x(o.plane + u32(h) * p.W + u32(w));
      // a NaN is better than any number, and the first one stays
      if (position < 0 || (!isNan(best) && (isNan(value) || value > best))) {
        best = value;
        position = (h - o.y) * i32(p.kw) + w - o.x;
      }
    }
  }
  return ${wgslType(dtype)}(${result});`,
        }
      }),
    )
  },
}

/** dx = Σ dy over the windows whose winner the pixel is. */
export const maxPoolGradientWgsl: WgslKernel<PoolWindow & Sized> = {
  plan: ([dy, argmax], attrs, [dx]) =>
    plan({
      sources: { x, argmax: { binding: { input: 1 }, dtype: argmax.dtype } },
      output: { binding: { output: 0 }, dtype: 'float32' },
      count: sizeOf(dx.shape),
      reads: 2 * windowsOf(attrs),
      params: sizes(attrs.size, dy.shape.slice(2), attrs),
      functions: holdersText,
      value: `let at = holders(i);
  var sum = 0f;
  for (var oh = at.from_h; oh < at.to_h; oh++) {
    for (var ow = at.from_w; ow < at.to_w; ow++) {
      let o = at.plane + oh * p.OW + ow;
      let position = (at.h + i32(p.ph) - i32(oh * p.sh)) * i32(p.kw) + at.w + i32(p.pw) - i32(ow * p.sw);
      if (i32(load_argmax(o)) == position) { sum += load_x(o); }
    }
  }
  return sum;`,
    }),
}

const average = (attrs: AveragePoolAttributes): Record<string, Param> => ({ include: Number(attrs.countIncludePad) })

/** y = Σ of each window ÷ its divisor. */
export const averagePoolWgsl: WgslKernel<AveragePoolAttributes> = {
  plan: ([{ shape }], attrs, [y]) =>
    plan({
      sources: { x },
      output: { binding: { output: 0 }, dtype: 'float32' },
      count: sizeOf(y.shape),
      reads: pixelsOf(attrs),
      params: { ...sizes(shape.slice(2), y.shape.slice(2), attrs), ...average(attrs) },
      functions: windowText + divisorText,
      value: `let o = window(i);
  var sum = 0f;
  for (var h = o.top; h < o.bottom; h++) {
    for (var w = o.left; w < o.right; w++) { sum += load_x(o.plane + u32(h) * p.W + u32(w)); }
  }
  return sum / divisor(o);`,
    }),
}

/** dx = Σ dy ÷ divisor over the windows that hold the pixel. */
export const averagePoolGradientWgsl: WgslKernel<AveragePoolAttributes & Sized> = {
  plan: ([dy], attrs, [dx]) =>
    plan({
      sources: { x },
      output: { binding: { output: 0 }, dtype: 'float32' },
      count: sizeOf(dx.shape),
      reads: windowsOf(attrs),
      params: { ...sizes(attrs.size, dy.shape.slice(2), attrs), ...average(attrs) },
      functions: windowText + divisorText + holdersText,
      value: `let at = holders(i);
  var sum = 0f;
  for (var oh = at.from_h; oh < at.to_h; oh++) {
    for (var ow = at.from_w; ow < at.to_w; ow++) {
      let o = at.plane + oh * p.OW + ow;
      sum += load_x(o) / divisor(window(o));
    }
  }
  return sum;`,
    }),
}
