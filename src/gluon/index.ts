// The names of gluon.

export { AnyBlock, Block, type BlockOptions, type HookHandle, HybridBlock } from './block.ts'
export * as data from './data/index.ts'
export * as loss from './loss/index.ts'
export * as metric from './metric/index.ts'
export * as models from './models/index.ts'
export * as nn from './nn/index.ts'
export { type GradReq, Parameter, type ParameterOptions } from './parameter.ts'
export type { InitializeOptions } from './parameterDict.ts'
export { ParameterDict } from './parameterDict.ts'
export type { LoadOptions } from './persistence.ts'
export { type StepOptions, Trainer, type TrainerOptions } from './trainer.ts'
export type { SavedState, TrainerState } from './trainerState.ts'
