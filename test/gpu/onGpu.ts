// Runs cases of ops on Dawn by the kernels alone: the reference engine makes the calls, whose plans are run again there.
import fc from 'fast-check'
import { expect } from 'vitest'
import { type Attributes, type Call, Context } from '../../src/core/engine.ts'
import { ReferenceEngine } from '../../src/engines/reference/engine.ts'
import { referenceKernels } from '../../src/engines/reference/kernels.ts'
import type { GpuTarget, WgslKernel } from '../../src/kernel/gpuPlan.ts'
import type { OpCase } from '../../src/ops/cases.ts'
import { channelSumWgsl } from '../../src/ops/conv/channelSum.wgsl.ts'
import { convCases } from '../../src/ops/conv/conv.cases.ts'
import { channelSum } from '../../src/ops/conv/conv.ts'
import { convDataWgsl, convWeightWgsl, convWgsl } from '../../src/ops/conv/conv.wgsl.ts'
import { matmul } from '../../src/ops/matmul/matmul.ts'
import { matmulWgsl } from '../../src/ops/matmul/matmul.wgsl.ts'
import { sumOf } from '../../src/ops/tolerance.ts'
import { differencesOf, expectedOf } from '../conformance/check.ts'
import { convolutions } from '../conformance/convFuzz.ts'
import { openDevice, PreparedPlan } from './runPlan.ts'

const opened = await openDevice()

/** Why no kernel can run here, if none can. */
export const absent = typeof opened === 'string' ? opened : undefined

/** The device, where nothing is absent. */
export const gpu = opened as GPUDevice

/** Every kind of tiles. */
export const targets: readonly GpuTarget[] = [{ tiles: 'large' }, { tiles: 'small' }]

const kernels: Readonly<Record<string, WgslKernel<never>>> = {
  matmul: matmulWgsl,
  conv: convWgsl,
  convData: convDataWgsl,
  convWeight: convWeightWgsl,
  channelSum: channelSumWgsl,
}

/** A product of one row whose columns take more than 65,535 tiles. */
export const wideProduct: OpCase = {
  name: 'more tiles than 65,535',
  inputs: [{ shape: [1, 2] }, { shape: [2, 64 * 65535 + 5] }],
  run: ([a, b]) => matmul(a, b),
  tolerance: sumOf(2),
}

/** Channels of which each takes a workgroup. */
export const wideSum: OpCase = {
  name: 'more channels than 65,535',
  inputs: [{ shape: [1, 65537, 1, 2] }],
  run: ([x]) => channelSum(x),
  tolerance: sumOf(2),
}

/** A call with the values that it read. */
interface Recorded extends Call {
  readonly values: readonly Float32Array[]
}

class RecordingEngine extends ReferenceEngine {
  readonly calls: Recorded[] = []

  override run(call: Call): void {
    const values = call.inputs.map((operand) => new Float32Array(this.readNow(operand).buffer))
    this.calls.push({ ...call, values })
    super.run(call)
  }
}

const engine = new RecordingEngine(referenceKernels)
const reference = new Context('reference', 0, () => engine)

/** Runs a case of a single call, its arrays beginning so many elements into their buffers; returns the differences. */
export async function differencesOnGpu(of: OpCase, target: GpuTarget, offset: number): Promise<string[]> {
  engine.calls.length = 0
  const expected = await expectedOf(of, reference, false)
  // a result without elements takes no call
  if (engine.calls.length === 0) return []
  const [{ op, values, inputs, attrs, outputs }] = engine.calls
  const kernel: WgslKernel<Attributes> = kernels[op] as WgslKernel<never>
  const plan = kernel.plan(inputs, attrs, outputs, target)
  const lengths = expected.want.outputs.map((output) => output.values.length)
  const prepared = new PreparedPlan(gpu, plan, values, lengths, offset)
  await prepared.run()
  const results = await prepared.read()
  prepared.close()
  const got = expected.want.outputs.map(({ shape, dtype }, i) => ({ shape, dtype, values: results[i] }))
  return differencesOf(of, { outputs: got, gradients: [] }, expected)
}

/** Runs so many random convolutions, all passes; fails with the smallest that it can find of those that differ. */
export async function fuzzOnGpu(target: GpuTarget, runs: number): Promise<void> {
  const property = fc.asyncProperty(convolutions, fc.constantFrom(0, 3, 4), async (of, offset) => {
    for (const one of convCases('fuzz', of)) expect(await differencesOnGpu(one, target, offset)).toEqual([])
  })
  await fc.assert(property, { numRuns: runs, seed: targets.indexOf(target) + 1 })
}
