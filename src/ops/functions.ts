// The functions that the backward pass and gradients of other folders call. A bundle holds what they reach, whatever its
// program names, so a gradient calls the functions of its own folder itself.

export { assign } from './copy/copy.ts'
export { activationGradient, add } from './elementwise/elementwise.ts'
export { fill } from './fill/fill.ts'
export { sum } from './reduce/reduce.ts'
export { broadcastTo } from './view/broadcastTo.ts'
export { withShape } from './view/reshape.ts'
