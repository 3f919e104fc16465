// reduce on the GPU: joined in passes, so that a result of many elements keeps many invocations busy.
import { sizeOf, stridesOf } from '../../core/shape.ts'
import { wgslFloats } from '../../kernel/wgsl/formula.ts'
import { walk } from '../../kernel/wgsl/indexing.ts'
import { wgslFloat } from '../../kernel/wgsl/math.ts'
import { type Elements, joinInPasses } from '../../kernel/wgsl/passes.ts'
import type { WgslKernel } from '../../kernel/wgsl/plan.ts'
import type { ReduceAttributes, ReduceKind } from './reduce.ts'

/** How a kind joins two values, and what it begins with on f32 and on i32. */
interface Kind {
  readonly f32: string
  readonly i32: string
  readonly join: string
}

const added: Kind = { f32: '0f', i32: '0i', join: 'a + b' }

const kinds: Readonly<Record<ReduceKind, Kind>> = {
  max: { f32: wgslFloat(-Infinity), i32: 'i32(-2147483647 - 1)', join: 'most(a, b)' },
  mean: added,
  min: { f32: wgslFloat(Infinity), i32: '2147483647i', join: 'least(a, b)' },
  norm: added,
  prod: { f32: '1f', i32: '1i', join: 'a * b' },
  sum: added,
}

const extremes = {
  f32: `${wgslFloats}
fn most(a: f32, b: f32) -> f32 { return max1(a, b); }
fn least(a: f32, b: f32) -> f32 { return min1(a, b); }`,
  i32: `
fn most(a: i32, b: i32) -> i32 { return max(a, b); }
fn least(a: i32, b: i32) -> i32 { return min(a, b); }`,
}

/** y = kind over the axes; integers modulo 2³². Bytes are joined as whole numbers, then cut. */
export const reduceWgsl: WgslKernel<ReduceAttributes> = {
  plan([x], { kind, axes }, [y]) {
    const { dtype, shape } = x
    const type = dtype === 'float32' ? 'f32' : 'i32'
    const strides = stridesOf(shape)
    const kept = [...shape.keys()].filter((k) => !axes.includes(k))
    const over = (name: string, of: readonly number[]) =>
      walk(
        name,
        of.map((k) => shape[k]),
        of.map((k) => strides[k]),
      )
    const [outer, inner] = [over('outer', kept), over('inner', axes)]
    const count = sizeOf(axes.map((k) => shape[k]))
    const elements: Elements = {
      sources: { x: { binding: { input: 0 }, dtype } },
      params: { all: count, ...outer.params, ...inner.params },
      functions: `${extremes[type]}${outer.text}${inner.text}
fn element(at: u32) -> ${type} { let x = ${type}(load_x(at)); return ${kind === 'norm' ? 'x * x' : 'x'}; }`,
      value: 'element(outer(r) + inner(k))',
    }
    return joinInPasses({
      ...{ key: `reduce ${kind} ${type}`, results: sizeOf(y.shape), count, begin: kinds[kind][type] },
      neighbours: axes.includes(shape.length - 1) ? 'elements' : 'results',
      elements: (held) =>
        held ? { sources: {}, params: { all: count }, functions: extremes[type], value: held } : elements,
      join: kinds[kind].join,
      held: { value: 'a', dtype: type === 'f32' ? 'float32' : 'int32' },
      output: { binding: { output: 0 }, dtype },
      finished: finished(kind, dtype),
    })
  },
}

function finished(kind: ReduceKind, dtype: string): string {
  if (kind === 'norm') return 'sqrt(a)'
  // a GPU need not know what 0 / 0 is
  const mean = `select(a / f32(p.all), ${wgslFloat(Number.NaN)}, p.all == 0u)`
  if (dtype === 'float32') return kind === 'mean' ? mean : 'a'
  const whole = kind === 'mean' ? 'a / i32(max(p.all, 1u))' : 'a'
  return dtype === 'uint8' ? `u32(${whole})` : whole
}
