// The names of optimizer.
export { create, Optimizer, type OptimizerOptions, SGD, type SGDOptions, type UpdateNumbers } from './optimizer.ts'
