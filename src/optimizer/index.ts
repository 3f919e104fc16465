// The names of optimizer.
export { Adam, type AdamOptions } from './adam.ts'
export { create } from './create.ts'
export { Optimizer, type OptimizerOptions, type UpdateNumbers } from './optimizer.ts'
export { SGD, type SGDOptions } from './sgd.ts'
