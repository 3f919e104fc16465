// The meaning of every op, under its name.

export { formulaOp as formula } from '../kinds/formula/formula.ts'
export { movementOp as movement } from '../kinds/movement/movement.ts'
export { reductionOp as reduction } from '../kinds/reduction/reduction.ts'
export { scanOp as scan } from '../kinds/scan/scan.ts'
export {
  activationGradientSumOp as activationGradientSum,
  channelSumOp as channelSum,
  convDataOp as convData,
  convOp as conv,
  convWeightOp as convWeight,
} from './conv/conv.ts'
export { copyOp as copy } from './copy/copy.ts'
export { dropoutMaskOp as dropoutMask } from './dropout/dropout.ts'
export { matmulOp as matmul } from './matmul/matmul.ts'
export {
  averagePoolGradientOp as averagePoolGradient,
  averagePoolOp as averagePool,
  maxPoolGradientOp as maxPoolGradient,
  maxPoolOp as maxPool,
} from './pool/pool.ts'
export {
  normalOp as normal,
  randintOp as randint,
  seedGeneratorOp as seedGenerator,
  shuffleOp as shuffle,
  uniformOp as uniform,
} from './random/random.ts'
export { resizeOp as resize } from './resize/resize.ts'
export {
  pickGradientOp as pickGradient,
  pickOp as pick,
  takeGradientOp as takeGradient,
  takeOp as take,
} from './take/index.ts'
export { reshapeOp as reshape } from './view/reshape.ts'
