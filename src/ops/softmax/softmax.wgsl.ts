// softmax and cross-entropy on the GPU, in one kernel each.
import type { Descriptor } from '../../core/engine.ts'
import { sizeOf } from '../../core/shape.ts'
import { wgslFloats } from '../../kernel/wgsl/formula.ts'
import { clippedText } from '../../kernel/wgsl/indexing.ts'
import type { Source } from '../../kernel/wgsl/map.ts'
import { wgslFloat } from '../../kernel/wgsl/math.ts'
import type { GpuPlan, WgslKernel } from '../../kernel/wgsl/plan.ts'
import { joinText, mapRows, type Together, togetherOn } from '../../kernel/wgsl/rows.ts'
import type { CrossEntropyAttributes, SoftmaxAttributes } from './softmax.ts'

/** `largest` and `total` of a row's invocations, and `mostOf(first, local)`: the largest element of a row. */
const rowText = (together: Together) => `${wgslFloats}
${joinText('largest', 'f32', 'max1(a, b)', together)}${joinText('total', 'f32', 'a + b', together)}
const together = ${together}u;
fn mostOf(first: u32, local: u32) -> f32 {
  var most = ${wgslFloat(-Infinity)};
  for (var c = local; c < p.count; c += together) { most = max1(most, load_x(first + c * p.step)); }
  return largest(most, local);
}
fn sumOf(first: u32, most: f32, local: u32) -> f32 {
  var sum = 0f;
  for (var c = local; c < p.count; c += together) { sum += exp1(load_x(first + c * p.step) - most); }
  return total(sum, local);
}
`

/** The names of the inputs. */
const names = ['x', 'labels', 'dy']

/** A kernel over the rows of the first input: `count` elements, `step` apart. */
function rowsOf(
  key: string,
  inputs: readonly Descriptor[],
  rows: number,
  { count, step }: { readonly count: number; readonly step: number },
  text: string,
): GpuPlan {
  const together = togetherOn(count, step)
  const sources = inputs.map(({ dtype }, input): [string, Source] => [names[input], { binding: { input }, dtype }])
  const labels = inputs[1]?.dtype
  const dispatch = mapRows({
    ...{ key, rows, together, params: { count, step } },
    // its largest, its sum and its own value
    reads: 3 * count,
    sources: Object.fromEntries(sources),
    output: { binding: { output: 0 }, dtype: 'float32' },
    functions: `${rowText(together)}${labels ? clippedText(labels) : ''}
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
    return rowsOf(
      `softmax ${log}`,
      [x],
      rows,
      { count, step },
      `let first = r / p.step * p.count * p.step + r % p.step;
  let most = mostOf(first, local);
  let sum = sumOf(first, most, local);
  for (var c = local; c < p.count; c += together) {
    let value = once(load_x(first + c * p.step) - most);
    y[p.at_y + first + c * p.step] = ${log ? 'value - log1(sum)' : 'exp1(value) / sum'};
  }`,
    )
  },
}

const samples = (key: string, inputs: readonly Descriptor[], text: string) =>
  rowsOf(key, inputs, inputs[0].shape[0], { count: inputs[0].shape[1], step: 1 }, text)

/** loss = ln Σ eˣ⁻ᵐ − (x[label] − m). */
export const softmaxCrossEntropyWgsl: WgslKernel<CrossEntropyAttributes> = {
  plan: (inputs) =>
    samples(
      'crossEntropy',
      inputs,
      `let first = r * p.count;
  let most = mostOf(first, local);
  let sum = sumOf(first, most, local);
  let chosen = once(load_x(first + clipped(load_labels(r), p.count)) - most);
  if (local == 0u) { y[p.at_y + r] = log1(sum) - chosen; }`,
    ),
}

/**
 * dx = (softmax(x) − onehot(labels)) · dy. The others are summed without the label's, so that p − 1 = −others ÷ sum stays
 * exact where p is close to 1.
 */
export const softmaxCrossEntropyGradientWgsl: WgslKernel<CrossEntropyAttributes> = {
  plan: (inputs) =>
    samples(
      'crossEntropyGradient',
      inputs,
      `let first = r * p.count;
  let label = clipped(load_labels(r), p.count);
  let most = mostOf(first, local);
  var part = 0f;
  for (var c = local; c < p.count; c += together) {
    if (c != label) { part += exp1(load_x(first + c) - most); }
  }
  let others = total(part, local);
  let sum = others + exp1(load_x(first + label) - most);
  for (var c = local; c < p.count; c += together) {
    let share = select(exp1(load_x(first + c) - most), -others, c == label);
    y[p.at_y + first + c] = share / sum * load_dy(r);
  }`,
    ),
}
