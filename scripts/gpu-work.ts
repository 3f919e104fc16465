// Prints what NiN's convolutions ask of a GPU, pass by pass: node --conditions=source scripts/gpu-work.ts [batch] [large|small]
import type { GpuPlan, GpuTarget } from '../src/kernel/gpuPlan.ts'
import { channelSumWgsl } from '../src/ops/conv/channelSum.wgsl.ts'
import { convDataWgsl, convWeightWgsl, convWgsl } from '../src/ops/conv/conv.wgsl.ts'
import { type ConvWindow, geometryOf } from '../src/ops/conv/geometry.ts'

const [batch = '128', tiles = 'large'] = process.argv.slice(2)
const target: GpuTarget = { tiles: tiles === 'small' ? 'small' : 'large' }

/** NiN's convolutions on 112 × 112: the image's side, channels, filters, and the window. */
const layers: readonly (readonly [H: number, C: number, O: number, kernel: number, stride: number, padding: number])[] =
  [
    [112, 1, 96, 11, 4, 0],
    [26, 96, 96, 1, 1, 0],
    [12, 96, 256, 5, 1, 2],
    [12, 256, 256, 1, 1, 0],
    [5, 256, 384, 3, 1, 1],
    [5, 384, 384, 1, 1, 0],
    [2, 384, 10, 3, 1, 1],
    [2, 10, 10, 1, 1, 0],
  ]

const array = (...shape: number[]) => ({ shape, dtype: 'float32', order: 'plain' }) as const

/** The plans of a layer's passes; the first layer's images need no gradient. */
function passesOf([H, C, O, kernel, stride, padding]: (typeof layers)[number]): Record<string, GpuPlan> {
  const window: ConvWindow = {
    ...{ kernel: [kernel, kernel], strides: [stride, stride], padding: [padding, padding] },
    ...{ dilation: [1, 1], groups: 1 },
  }
  const x = array(Number(batch), C, H, H)
  const { N, OH, OW } = geometryOf(x.shape, O, window)
  const [y, weight, bias] = [array(N, O, OH, OW), array(O, C, kernel, kernel), array(O)]
  return {
    forward: convWgsl.plan([x, weight, bias], { ...window, activation: 'relu' }, [y], target),
    ...(C > 1 && { data: convDataWgsl.plan([y, weight], { ...window, size: [H, H] }, [x], target) }),
    weight: convWeightWgsl.plan([x, y], window, [weight], target),
    bias: channelSumWgsl.plan([y], {}, [bias], target),
  }
}

/** One line of the table. */
function rowOf(layer: (typeof layers)[number], pass: string, { dispatches }: GpuPlan): string[] {
  const [H, C, O, kernel] = layer
  const works = dispatches.flatMap(({ work }) => work ?? [])
  const total = (of: (work: (typeof works)[number]) => number) => works.reduce((sum, work) => sum + of(work), 0)
  const operations = total((work) => work.operations)
  return [
    ...[`${kernel} × ${kernel}, ${C} to ${O}, ${H} × ${H}`, pass, String(dispatches.length)],
    ...[
      dispatches.map(({ workgroups: [x, y] }) => x * y).join(' + '),
      works.map((work) => work.invocations).join(' + '),
    ],
    ...[`${Math.max(...works.map((work) => work.workgroupMemory))} B`, (operations / 1e9).toFixed(3)],
    (total((work) => work.bytes) / operations).toFixed(3),
  ]
}

const heads = ['layer', 'pass', 'dispatches', 'workgroups', 'invocations', 'workgroup memory', 'GFLOP', 'bytes a FLOP']
const rows = layers.flatMap((layer) => Object.entries(passesOf(layer)).map(([pass, plan]) => rowOf(layer, pass, plan)))
console.log(`NiN at 112 × 112, batch ${batch}, ${target.tiles} tiles\n`)
for (const row of [heads, heads.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`)
