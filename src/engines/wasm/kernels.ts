// The kernels of the CPU engine: one for each op.
import type { WasmKernel } from '../../kernel/plan.ts'
import { channelSumWasm } from '../../ops/conv/channelSum.wasm.ts'
import { convDataWasm, convWasm, convWeightWasm } from '../../ops/conv/conv.wasm.ts'
import { copyWasm, relayoutWasm } from '../../ops/copy/copy.wasm.ts'
import { dropoutWasm, scaleByMaskWasm } from '../../ops/dropout/dropout.wasm.ts'
import { fillWasm } from '../../ops/fill/fill.wasm.ts'
import { matmulWasm } from '../../ops/matmul/matmul.wasm.ts'
import { castWasm } from '../../ops/pointwise/cast.wasm.ts'
import { pointwiseWasm } from '../../ops/pointwise/pointwise.wasm.ts'
import { averagePoolGradientWasm, averagePoolWasm } from '../../ops/pool/averagePool.wasm.ts'
import { maxPoolGradientWasm, maxPoolWasm } from '../../ops/pool/maxPool.wasm.ts'
import { normalWasm, randintWasm, seedGeneratorWasm, shuffleWasm, uniformWasm } from '../../ops/random/random.wasm.ts'
import { softmaxCrossEntropyGradientWasm, softmaxCrossEntropyWasm } from '../../ops/softmax/crossEntropy.wasm.ts'
import { softmaxWasm } from '../../ops/softmax/softmax.wasm.ts'
import { sgdMomentumUpdateWasm, sgdUpdateWasm } from '../../ops/update/update.wasm.ts'
import type { KernelTable } from '../table.ts'

/** A kernel for every op. */
export const wasmKernels: KernelTable<WasmKernel<never>> = {
  averagePool: averagePoolWasm,
  averagePoolGradient: averagePoolGradientWasm,
  cast: castWasm,
  channelSum: channelSumWasm,
  conv: convWasm,
  convData: convDataWasm,
  convWeight: convWeightWasm,
  copy: copyWasm,
  dropout: dropoutWasm,
  fill: fillWasm,
  matmul: matmulWasm,
  maxPool: maxPoolWasm,
  maxPoolGradient: maxPoolGradientWasm,
  normal: normalWasm,
  pointwise: pointwiseWasm,
  randint: randintWasm,
  relayout: relayoutWasm,
  reshape: copyWasm,
  scaleByMask: scaleByMaskWasm,
  seedGenerator: seedGeneratorWasm,
  sgdMomentumUpdate: sgdMomentumUpdateWasm,
  sgdUpdate: sgdUpdateWasm,
  shuffle: shuffleWasm,
  softmax: softmaxWasm,
  softmaxCrossEntropy: softmaxCrossEntropyWasm,
  softmaxCrossEntropyGradient: softmaxCrossEntropyGradientWasm,
  uniform: uniformWasm,
}
