// What a case's convolutions ask of a GPU, pass by pass, by their plans alone: no device is needed.
import type { GpuPlan, GpuTarget } from '../src/kernel/wgsl/plan.ts'
import { convDataWgsl, convWeightWgsl, convWgsl } from '../src/ops/conv/conv.wgsl.ts'
import type { ConvWindow } from '../src/ops/conv/geometry.ts'
import { type Case, type Layer, sidesOf } from './cases.ts'

const target: GpuTarget = { tiles: 'large' }

const heads = [
  ...['layer', 'pass', 'dispatches', 'workgroups', 'invocations', 'workgroup memory', 'GFLOP', 'bytes a FLOP'],
  'why few',
]

/** The table of a case, each of its unlike layers once. */
export function gpuWork(kase: Case): string {
  const { name, chains } = kase
  const rows = chains.flatMap((chain) =>
    chain.layers.flatMap((layer, i) => {
      const images = kase.imageGradient || i > 0
      return layer.kind === 'conv' ? rowsOf(kase, layer, sidesOf(chain)[i], images) : []
    }),
  )
  const lines = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`)
  return [`${name}: its convolutions with the tiles for GPUs`, '', ...new Set(lines)].join('\n')
}

type Sides = ReturnType<typeof sidesOf>[number]

function rowsOf(kase: Case, layer: Layer, sides: Sides, images: boolean): string[][] {
  const { kernel, before, channels } = layer
  const what = `${kernel} × ${kernel}, ${before} to ${channels}, ${sides.taken} × ${sides.taken}`
  return Object.entries(passesOf(kase, layer, sides, images)).map(([pass, plan]) => [what, pass, ...workOf(plan)])
}

const array = (...shape: number[]) => ({ shape, dtype: 'float32', order: 'plain' }) as const

/** The plans of a layer's passes that are products; the bias's gradient is a sum. */
function passesOf(kase: Case, layer: Layer, { taken, made }: Sides, images: boolean): Record<string, GpuPlan> {
  const { before, channels, kernel, stride, padding, relu } = layer
  const window: ConvWindow = {
    ...{ kernel: [kernel, kernel], strides: [stride, stride], padding: [padding, padding] },
    ...{ dilation: [1, 1], groups: 1 },
  }
  const [x, y] = [array(kase.batch, before, taken, taken), array(kase.batch, channels, made, made)]
  const weight = array(channels, before, kernel, kernel)
  const activation = relu ? 'relu' : undefined
  const inputs = [x, weight, ...(layer.bias ? [array(channels)] : [])]
  const forward = convWgsl.plan(inputs, { ...window, activation }, [y], target)
  if (!kase.train) return { forward }
  return {
    forward,
    ...(images && { data: convDataWgsl.plan([y, weight], { ...window, size: [taken, taken] }, [x], target) }),
    weight: convWeightWgsl.plan([x, y], window, [weight], target),
  }
}

/** The cells of a pass's plan. */
function workOf({ dispatches, note = '' }: GpuPlan): string[] {
  const works = dispatches.flatMap(({ work }) => work ?? [])
  const total = (of: (work: (typeof works)[number]) => number) => works.reduce((sum, work) => sum + of(work), 0)
  const operations = total((work) => work.operations)
  return [
    String(dispatches.length),
    dispatches.map(({ workgroups: [x, y] }) => x * y).join(' + '),
    works.map(({ invocations }) => invocations).join(' + '),
    `${Math.max(...works.map(({ workgroupMemory }) => workgroupMemory))} B`,
    (operations / 1e9).toFixed(3),
    (total(({ bytes }) => bytes) / operations).toFixed(3),
    /workgroups, since (.*)/.exec(note)?.[1] ?? '',
  ]
}
