// softmax and cross-entropy on the GPU: a workgroup a row, in one kernel each.
import type { DType } from '../../core/dtype.ts'
import { sizeOf } from '../../core/shape.ts'
import type { Param, WgslKernel } from '../../kernel/gpuPlan.ts'
import { wgslFloats } from '../../kernel/wgslFormula.ts'
import { clippedText } from '../../kernel/wgslIndex.ts'
import type { Source } from '../../kernel/wgslMap.ts'
import { joinText, mapRows, rowSize } from '../../kernel/wgslRows.ts'
import type { CrossEntropyAttributes, SoftmaxAttributes } from './softmax.ts'

/** `normalise(first, local)`: the largest of a row, and the logarithm of the sum of exponentials less it. */
const normaliseText = `${wgslFloats}${joinText('largest', 'f32', 'max1(a, b)')}${joinText('total', 'f32', 'a + b')}
struct Normaliser { most: f32, log: f32 }
fn normalise(first: u32, local: u32) -> Normaliser {
  var most = bitsOf(0xff800000u);
  for (var c = local; c < p.count; c += ${rowSize}u) { most = max1(most, load_x(first + c * p.step)); }
  most = largest(most, local);
  var sum = 0f;
  for (var c = local; c < p.count; c += ${rowSize}u) { sum += exp1(load_x(first + c * p.step) - most); }
  return Normaliser(most, log1(total(sum, local)));
}
`

const float = (binding: Source['binding']): Source => ({ binding, dtype: 'float32' })

/** A kernel over the rows of input 0, named x. */
function rowsOf(
  key: string,
  rows: number,
  params: Readonly<Record<string, Param>>,
  text: string,
  more: Readonly<Record<string, Source>> = {},
  labels?: DType,
) {
  const dispatch = mapRows({
    ...{ key, rows, params },
    sources: { x: float({ input: 0 }), ...more },
    output: { binding: { output: 0 }, dtype: 'float32' },
    functions: `${normaliseText}${labels ? clippedText(labels) : ''}
fn row(r: u32, local: u32) { ${text} }`,
  })
  return { workspace: [], dispatches: [dispatch] }
}

/** y = softmax(x), or its logarithm. */
export const softmaxWgsl: WgslKernel<SoftmaxAttributes> = {
  plan([x], { axis, log }) {
    const count = x.shape[axis]
    const step = Math.max(1, sizeOf(x.shape.slice(axis + 1)))
    const rows = count === 0 ? 0 : sizeOf(x.shape) / count
    const value = log ? 'value' : 'exp1(value)'
    return rowsOf(
      `softmax ${log}`,
      rows,
      { count, step },
      `let first = r / p.step * p.count * p.step + r % p.step;
  let n = normalise(first, local);
  for (var c = local; c < p.count; c += ${rowSize}u) {
    let value = load_x(first + c * p.step) - n.most - n.log;
    y[p.at_y + first + c * p.step] = ${value};
  }`,
    )
  },
}

/** loss = ln Σ eˣ⁻ᵐ − (x[label] − m). */
export const softmaxCrossEntropyWgsl: WgslKernel<CrossEntropyAttributes> = {
  plan: ([x, labels]) =>
    rowsOf(
      'crossEntropy',
      x.shape[0],
      { count: x.shape[1], step: 1 },
      `let n = normalise(r * p.count, local);
  if (local == 0u) { y[p.at_y + r] = n.log - (load_x(r * p.count + clipped(load_labels(r), p.count)) - n.most); }`,
      { labels: { binding: { input: 1 }, dtype: labels.dtype } },
      labels.dtype,
    ),
}

/** dx = (softmax(x) − onehot(labels)) · dy. */
export const softmaxCrossEntropyGradientWgsl: WgslKernel<CrossEntropyAttributes> = {
  plan: ([x, labels]) =>
    rowsOf(
      'crossEntropyGradient',
      x.shape[0],
      { count: x.shape[1], step: 1 },
      `let n = normalise(r * p.count, local);
  let label = clipped(load_labels(r), p.count);
  for (var c = local; c < p.count; c += ${rowSize}u) {
    let share = exp1(load_x(r * p.count + c) - n.most - n.log);
    y[p.at_y + r * p.count + c] = (share - select(0f, 1f, c == label)) * load_dy(r);
  }`,
      { labels: { binding: { input: 1 }, dtype: labels.dtype }, dy: float({ input: 2 }) },
      labels.dtype,
    ),
}
