// Runs cases of ops on Dawn by the kernels alone: the reference engine makes the calls, whose plans are run again there.
import { type Attributes, type Call, Context } from '../../src/core/engine.ts'
import { ReferenceEngine } from '../../src/engines/reference/engine.ts'
import { referenceKernels } from '../../src/engines/reference/kernels.ts'
import type { GpuTarget, WgslKernel } from '../../src/kernel/gpuPlan.ts'
import type { OpCase } from '../../src/ops/cases.ts'
import { channelSumWgsl } from '../../src/ops/conv/channelSum.wgsl.ts'
import { convDataWgsl, convWeightWgsl, convWgsl } from '../../src/ops/conv/conv.wgsl.ts'
import { matmulWgsl } from '../../src/ops/matmul/matmul.wgsl.ts'
import { differencesOf, expectedOf } from '../conformance/check.ts'
import { PreparedPlan } from './runPlan.ts'

const kernels: Readonly<Record<string, WgslKernel<never>>> = {
  matmul: matmulWgsl,
  conv: convWgsl,
  convData: convDataWgsl,
  convWeight: convWeightWgsl,
  channelSum: channelSumWgsl,
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

/** Runs a case of a single call; returns the differences from the reference engine, none where the kernel is right. */
export async function differencesOnGpu(
  device: GPUDevice,
  of: OpCase,
  target: GpuTarget,
  offset: number,
): Promise<string[]> {
  engine.calls.length = 0
  const expected = await expectedOf(of, reference, false)
  // a result without elements takes no call
  if (engine.calls.length === 0) return []
  const [{ op, values, inputs, attrs, outputs }] = engine.calls
  const kernel: WgslKernel<Attributes> = kernels[op] as WgslKernel<never>
  const plan = kernel.plan(inputs, attrs as never, outputs, target)
  const lengths = expected.want.outputs.map((output) => output.values.length)
  const prepared = new PreparedPlan(device, plan, values, lengths, offset)
  await prepared.run()
  const results = await prepared.read()
  prepared.close()
  const got = expected.want.outputs.map(({ shape, dtype }, i) => ({ shape, dtype, values: results[i] }))
  return differencesOf(of, { outputs: got, gradients: [] }, expected)
}
