// The functions of ops that gradients and the backward pass call.

export { activationGradientSum, channelSum, conv, convData, convWeight } from './conv/conv.ts'
export { assign } from './copy/copy.ts'
export { activationGradient, add } from './elementwise/elementwise.ts'
export { fill } from './fill/fill.ts'
export { matmul } from './matmul/matmul.ts'
export { averagePool, averagePoolGradient, maxPoolGradient } from './pool/pool.ts'
export { sum } from './reduce/reduce.ts'
export { pick, pickGradient, take, takeGradient } from './take/index.ts'
export { broadcastTo } from './view/broadcastTo.ts'
export { withShape } from './view/reshape.ts'
