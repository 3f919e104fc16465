// summary: a table of layers, output shapes and parameter counts (MXNet 1.9.1, gluon/block.py).
import { pause } from '../autograd/autograd.ts'
import { GlueballError } from '../core/errors.ts'
import type { NDArray } from '../core/ndarray.ts'
import { arraysIn, within } from '../core/ownership.ts'
import { formatShape, sizeOf } from '../core/shape.ts'
import type { AnyBlock, HookHandle } from './block.ts'
import type { Parameter } from './parameter.ts'

interface Row {
  readonly layer: string
  readonly shape: string
  readonly parameters: number
}

/** The table for a block run on the given inputs. */
export function summarize(block: AnyBlock, inputs: readonly NDArray[]): string {
  if (inputs.length === 0) throw new GlueballError('summary needs an input, such as nd.zeros([1, 1, 28, 28])')
  const rows: Row[] = [{ layer: 'Input', shape: shapes(inputs), parameters: 0 }]
  const blocks = [...block.walk()].map(([, found]) => found)
  const hooks: HookHandle[] = []
  for (const found of blocks) {
    if (found.className === 'Sequential' || found.className === 'HybridSequential') continue
    const hook = (_block: unknown, _inputs: unknown, output: unknown): void => {
      const own = [...found.ownParameters.values()]
      rows.push({ layer: `${found.className}-${rows.length}`, shape: shapes(output), parameters: count(own) })
    }
    hooks.push(found.addHook(hook))
  }
  try {
    within('', 'summary has returned', () =>
      pause(() => void (block as unknown as (...inputs: readonly NDArray[]) => unknown)(...inputs)),
    )
  } finally {
    for (const hook of hooks) hook.detach()
  }
  return table(rows, [...block.collectParams().values()])
}

function table(rows: readonly Row[], parameters: readonly Parameter[]): string {
  const total = rows.reduce((sum, row) => sum + row.parameters, 0)
  const frozen = count(parameters.filter((parameter) => parameter.gradReq === 'null'))
  const unique = count(parameters)
  return [
    '-'.repeat(80),
    line('Layer (type)', 'Output Shape', 'Param #'),
    '='.repeat(80),
    ...rows.map((row) => line(row.layer, row.shape, String(row.parameters))),
    '='.repeat(80),
    'Parameters in forward computation graph, duplicate included',
    `   Total params: ${total}`,
    `   Trainable params: ${total - frozen}`,
    `   Non-trainable params: ${frozen}`,
    `Shared params in forward computation graph: ${total - unique}`,
    `Unique parameters in model: ${unique}`,
    '-'.repeat(80),
  ].join('\n')
}

function line(layer: string, shape: string, parameters: string): string {
  return `${layer.padStart(20)}  ${shape.padStart(42)} ${parameters.padStart(15)}`
}

function shapes(value: unknown): string {
  const list = arraysIn(value).map((array) => formatShape(array.shape))
  return list.length === 1 ? list[0] : `[${list.join(', ')}]`
}

function count(parameters: readonly Parameter[]): number {
  return parameters.reduce((sum, parameter) => sum + sizeOf(parameter.shape), 0)
}
