// The kernel of each op on the CPU engine, under its name.

export { formulaWasm as formula } from '../kinds/formula/formula.wasm.ts'
export { movementWasm as movement } from '../kinds/movement/movement.wasm.ts'
export { reductionWasm as reduction } from '../kinds/reduction/reduction.wasm.ts'
export { scanWasm as scan } from '../kinds/scan/scan.wasm.ts'
export {
  activationGradientSumWasm as activationGradientSum,
  channelSumWasm as channelSum,
} from './conv/channelSum.wasm.ts'
export { convDataWasm as convData, convWasm as conv, convWeightWasm as convWeight } from './conv/conv.wasm.ts'
export { copyWasm as copy, copyWasm as reshape } from './copy/copy.wasm.ts'
export { dropoutMaskWasm as dropoutMask } from './dropout/dropout.wasm.ts'
export { matmulWasm as matmul } from './matmul/matmul.wasm.ts'
export {
  averagePoolGradientWasm as averagePoolGradient,
  averagePoolWasm as averagePool,
} from './pool/averagePool.wasm.ts'
export { maxPoolGradientWasm as maxPoolGradient, maxPoolWasm as maxPool } from './pool/maxPool.wasm.ts'
export {
  normalWasm as normal,
  randintWasm as randint,
  seedGeneratorWasm as seedGenerator,
  shuffleWasm as shuffle,
  uniformWasm as uniform,
} from './random/random.wasm.ts'
export { resizeWasm as resize } from './resize/resize.wasm.ts'
export { pickGradientWasm as pickGradient, pickWasm as pick } from './take/pick.wasm.ts'
export { takeGradientWasm as takeGradient, takeWasm as take } from './take/take.wasm.ts'
