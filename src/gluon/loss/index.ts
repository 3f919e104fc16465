// The names of gluon.loss.
export {
  L2Loss,
  Loss,
  type LossOptions,
  SoftmaxCrossEntropyLoss,
  type SoftmaxCrossEntropyLossOptions,
} from './loss.ts'
