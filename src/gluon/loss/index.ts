// The names of gluon.loss.
export {
  KLDivLoss,
  type KLDivLossOptions,
  SigmoidBinaryCrossEntropyLoss,
  SigmoidBinaryCrossEntropyLoss as SigmoidBCELoss,
  type SigmoidBinaryCrossEntropyLossOptions,
  SoftmaxCrossEntropyLoss,
  SoftmaxCrossEntropyLoss as SoftmaxCELoss,
  type SoftmaxCrossEntropyLossOptions,
} from './classification.ts'
export { CTCLoss, type CTCLossOptions } from './ctc.ts'
export {
  CosineEmbeddingLoss,
  type CosineEmbeddingLossOptions,
  SDMLLoss,
  type SDMLLossOptions,
  TripletLoss,
} from './embedding.ts'
export { Loss, type LossInputs, type LossOptions } from './loss.ts'
export {
  HingeLoss,
  LogisticLoss,
  type LogisticLossOptions,
  type MarginLossOptions,
  SquaredHingeLoss,
} from './margin.ts'
export {
  HuberLoss,
  type HuberLossOptions,
  L1Loss,
  L2Loss,
  PoissonNLLLoss,
  type PoissonNLLLossOptions,
} from './regression.ts'
