// The kernels of the CPU engine: one for each op.
import type { WasmKernel } from '../../kernel/plan.ts'
import { formulaWasm } from '../../kinds/formula/formula.wasm.ts'
import { movementWasm } from '../../kinds/movement/movement.wasm.ts'
import { reductionWasm } from '../../kinds/reduction/reduction.wasm.ts'
import { activationGradientSumWasm, channelSumWasm } from '../../ops/conv/channelSum.wasm.ts'
import { convDataWasm, convWasm, convWeightWasm } from '../../ops/conv/conv.wasm.ts'
import { copyWasm } from '../../ops/copy/copy.wasm.ts'
import { dropoutMaskWasm } from '../../ops/dropout/dropout.wasm.ts'
import { matmulWasm } from '../../ops/matmul/matmul.wasm.ts'
import { averagePoolGradientWasm, averagePoolWasm } from '../../ops/pool/averagePool.wasm.ts'
import { maxPoolGradientWasm, maxPoolWasm } from '../../ops/pool/maxPool.wasm.ts'
import { normalWasm, randintWasm, seedGeneratorWasm, shuffleWasm, uniformWasm } from '../../ops/random/random.wasm.ts'
import { argmaxWasm } from '../../ops/reduce/argmax.wasm.ts'
import { normalizeWasm, toTensorWasm } from '../../ops/resize/images.wasm.ts'
import { resizeWasm } from '../../ops/resize/resize.wasm.ts'
import { softmaxCrossEntropyGradientWasm, softmaxCrossEntropyWasm } from '../../ops/softmax/crossEntropy.wasm.ts'
import { softmaxWasm } from '../../ops/softmax/softmax.wasm.ts'
import { oneHotWasm } from '../../ops/take/oneHot.wasm.ts'
import { pickGradientWasm, pickWasm } from '../../ops/take/pick.wasm.ts'
import { takeGradientWasm, takeWasm } from '../../ops/take/rows.wasm.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const wasmKernels: KernelTable<WasmKernel<never>> = {
  activationGradientSum: activationGradientSumWasm,
  argmax: argmaxWasm,
  averagePool: averagePoolWasm,
  averagePoolGradient: averagePoolGradientWasm,
  channelSum: channelSumWasm,
  conv: convWasm,
  convData: convDataWasm,
  convWeight: convWeightWasm,
  copy: copyWasm,
  dropoutMask: dropoutMaskWasm,
  formula: formulaWasm,
  matmul: matmulWasm,
  maxPool: maxPoolWasm,
  maxPoolGradient: maxPoolGradientWasm,
  movement: movementWasm,
  normal: normalWasm,
  normalize: normalizeWasm,
  oneHot: oneHotWasm,
  pick: pickWasm,
  pickGradient: pickGradientWasm,
  randint: randintWasm,
  reduction: reductionWasm,
  reshape: copyWasm,
  resize: resizeWasm,
  seedGenerator: seedGeneratorWasm,
  shuffle: shuffleWasm,
  softmax: softmaxWasm,
  softmaxCrossEntropy: softmaxCrossEntropyWasm,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientWasm,
  take: takeWasm,
  takeGradient: takeGradientWasm,
  toTensor: toTensorWasm,
  uniform: uniformWasm,
}
