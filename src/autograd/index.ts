// The names of autograd.
export { type DetectAnomalyOptions, detectAnomaly } from './anomaly.ts'
export {
  type BackwardOptions,
  backward,
  type GradOptions,
  grad,
  isRecording,
  isTraining,
  pause,
  predictMode,
  type RecordOptions,
  record,
  type Sync,
  trainMode,
} from './autograd.ts'
export { Function } from './function.ts'
