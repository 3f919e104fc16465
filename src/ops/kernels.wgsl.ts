// The kernel of each op on the GPU engine, under its name.

export { formulaWgsl as formula } from '../kinds/formula/formula.wgsl.ts'
export { movementWgsl as movement } from '../kinds/movement/movement.wgsl.ts'
export { reductionWgsl as reduction } from '../kinds/reduction/reduction.wgsl.ts'
export { scanWgsl as scan } from '../kinds/scan/scan.wgsl.ts'
export {
  activationGradientSumWgsl as activationGradientSum,
  channelSumWgsl as channelSum,
} from './conv/channelSum.wgsl.ts'
export { convDataWgsl as convData, convWeightWgsl as convWeight, convWgsl as conv } from './conv/conv.wgsl.ts'
export { copyWgsl as copy, copyWgsl as reshape } from './copy/copy.wgsl.ts'
export { dropoutMaskWgsl as dropoutMask } from './dropout/dropout.wgsl.ts'
export { matmulWgsl as matmul } from './matmul/matmul.wgsl.ts'
export {
  averagePoolGradientWgsl as averagePoolGradient,
  averagePoolWgsl as averagePool,
  maxPoolGradientWgsl as maxPoolGradient,
  maxPoolWgsl as maxPool,
} from './pool/pool.wgsl.ts'
export {
  normalWgsl as normal,
  randintWgsl as randint,
  seedGeneratorWgsl as seedGenerator,
  shuffleWgsl as shuffle,
  uniformWgsl as uniform,
} from './random/random.wgsl.ts'
export { resizeWgsl as resize } from './resize/resize.wgsl.ts'
export {
  pickGradientWgsl as pickGradient,
  pickWgsl as pick,
  takeGradientWgsl as takeGradient,
  takeWgsl as take,
} from './take/take.wgsl.ts'
