// Right calls of everything that users call with arguments: each is the start of many wrong ones.
import {
  autograd,
  data,
  gluon,
  init,
  loss,
  lrScheduler,
  metric,
  NDArray,
  nd,
  nn,
  optimizer,
  reference,
  rnn,
} from 'glueball'

type Anything = (...args: readonly unknown[]) => unknown

/** A function or class by the name that its messages give, and arguments that it takes. */
export interface Right {
  readonly name: string
  readonly call: Anything
  readonly args: readonly unknown[]
}

const ctx = reference()
const x = nd.array([1, 2, 3, 4, 5, 6], { shape: [2, 3], ctx })
const square = nd.array([1, 2, 3, 4], { shape: [2, 2], ctx })
const places = nd.array([0, 1], { ctx })
const images = nd.ones([1, 4, 4, 4], { ctx })
const batches = nd.ones([2, 2, 3], { ctx })
const channels = nd.ones([4], { ctx })
const weight = nd.ones([2, 4, 3, 3], { ctx })
const identity = (value: unknown) => value

type Arguments = Readonly<Record<string, readonly unknown[]>>

const ofOne =
  'abs arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil cos cosh degrees erf erfinv exp expm1 fix floor gamma gammaln ' +
  'hardSigmoid log log10 log1p log2 logicalNot negative radians rcbrt reciprocal relu rint round rsqrt sigmoid sign sin sinh ' +
  'smoothL1 softrelu softsign sqrt square tan tanh trunc sum mean max min prod nansum nanprod norm var std logsumexp argmax ' +
  'argmin cumsum cumprod softmax logSoftmax sort argsort flatten squeeze transpose diag onesLike zerosLike shapeArray ' +
  'sizeArray leakyReLU shuffle'
const ofTwo =
  'add arctan2 divide equal greater greaterEqual hypot lesser lesserEqual logaddexp logicalAnd logicalOr logicalXor maximum ' +
  'minimum modulo multiply notEqual power subtract broadcastLike reshapeLike sliceLike'

const words = (text: string, args: readonly unknown[]): Arguments =>
  Object.fromEntries(text.split(' ').map((name) => [name, args]))

const ofNd: Arguments = {
  ...words(ofOne, [x]),
  ...words(ofTwo, [x, x]),
  activation: [x, { actType: 'relu' }],
  addN: [x, x],
  arange: [5],
  array: [[1, 2]],
  batchDot: [batches, batches, { transposeB: true }],
  batchNorm: [images, channels, channels],
  batchTake: [x, places],
  broadcastAxis: [nd.ones([1, 3], { ctx }), { axis: 0, size: 2 }],
  broadcastTo: [x, [2, 3]],
  clip: [x, 0, 1],
  concat: [x, x],
  concatenate: [[x, x]],
  convolution: [images, weight, null],
  deconvolution: [images, nd.ones([4, 2, 3, 3], { ctx }), null],
  depthToSpace: [images, 2],
  dot: [square, x],
  dropout: [x],
  embedding: [places, x],
  empty: [[2]],
  expandDims: [x, 0],
  eye: [2],
  flip: [x, 0],
  formula: [identity],
  full: [[2], 1],
  fullyConnected: [x, x, null],
  gatherNd: [x, nd.array([0, 1], { shape: [2, 1], ctx })],
  groupNorm: [images, nd.ones([2], { ctx }), nd.ones([2], { ctx }), { numGroups: 2 }],
  instanceNorm: [images, channels, channels],
  layerNorm: [x, nd.ones([3], { ctx }), nd.ones([3], { ctx })],
  linspace: [0, 1, 3],
  moveaxis: [x, 0, 1],
  oneHot: [places, 3],
  ones: [[2]],
  pad: [x, 'constant', [0, 0, 1, 1]],
  pick: [x, places],
  pooling: [images, { kernel: [2, 2] }],
  ravelMultiIndex: [nd.array([0, 1], { shape: [2, 1], ctx }), { shape: [2, 3] }],
  repeat: [x, 2],
  reshape: [x, [3, 2]],
  roll: [x, 1],
  scatterNd: [places, nd.array([0, 1], { shape: [1, 2], ctx }), [3]],
  sequenceLast: [batches],
  sequenceMask: [batches],
  sequenceReverse: [batches],
  slice: [x, [0], [1]],
  sliceAxis: [x, 0, 0, 1],
  spaceToDepth: [images, 2],
  split: [x, 3],
  splitV2: [x, [1], { axis: 1 }],
  stack: [x, x],
  swapaxes: [x, 0, 1],
  take: [x, places],
  tile: [x, [2, 1]],
  topk: [x],
  unravelIndex: [places, { shape: [2, 3] }],
  where: [x, x, 0],
  zeros: [[2]],
}

const ofRandom: Arguments = {
  normal: [],
  randint: [0, 5],
  seed: [1],
  uniform: [],
  multinomial: [nd.ones([2], { ctx })],
}

/** Methods with the arguments that follow the array. */
const ofArrays: Arguments = {
  astype: ['int32'],
  asInContext: [ctx],
  at: [0],
  attachGrad: [],
  copyto: [ctx],
  detach: [],
  iadd: [1],
  imultiply: [x],
  set: [1],
  setSlice: [[0], [1], 1],
  toArray: [],
}

const ofLayers: Arguments = {
  Activation: ['relu'],
  AvgPool1D: [],
  AvgPool2D: [],
  BatchNorm: [],
  Concurrent: [],
  Conv1D: [4, 3],
  Conv1DTranspose: [4, 3],
  Conv2D: [4, 3],
  Conv2DTranspose: [4, 3],
  Dense: [2],
  Dropout: [0.5],
  ELU: [],
  Embedding: [4, 2],
  Flatten: [],
  GELU: [],
  GlobalAvgPool2D: [],
  GroupNorm: [],
  HybridLambda: [identity],
  Identity: [],
  InstanceNorm: [],
  Lambda: [identity],
  LayerNorm: [],
  LeakyReLU: [0.1],
  MaxPool1D: [],
  MaxPool2D: [],
  PReLU: [],
  ReflectionPad2D: [],
  SELU: [],
  Swish: [],
}
const layers = { rnn: { GRU: [4], GRUCell: [4], LSTM: [4], LSTMCell: [4], RNN: [4], RNNCell: [4] } }

const losses =
  'KLDivLoss SigmoidBinaryCrossEntropyLoss SoftmaxCrossEntropyLoss CTCLoss CosineEmbeddingLoss SDMLLoss TripletLoss HingeLoss ' +
  'LogisticLoss SquaredHingeLoss HuberLoss L1Loss L2Loss PoissonNLLLoss'
const metrics: Arguments = {
  ...words('Accuracy F1 MCC CrossEntropy NegativeLogLikelihood Loss MAE MSE PearsonCorrelation RMSE', []),
  CustomMetric: [identity],
  Perplexity: [null],
  TopKAccuracy: [{ topK: 2 }],
}
const optimizers = words('AdaDelta AdaGrad Adam AdamW Adamax Ftrl LAMB LARS NAG Nadam RMSProp SGD Signum', [])
const schedulers: Arguments = {
  CosineScheduler: [10],
  FactorScheduler: [10],
  MultiFactorScheduler: [[1, 2]],
  PolyScheduler: [10],
}
const initializers: Arguments = {
  ...words('MSRAPrelu Normal One Uniform Xavier Zero Bilinear LSTMBias Orthogonal', []),
  Constant: [1],
}

const functionsOf = (space: object, args: Arguments): Right[] =>
  Object.entries(args).map(([name, given]) => ({ name, args: given, call: Reflect.get(space, name) as Anything }))

const classesOf = (space: object, args: Arguments): Right[] =>
  Object.entries(args).map(([name, given]) => {
    const made = Reflect.get(space, name) as new (...args: readonly unknown[]) => unknown
    return { name, args: given, call: (...all: readonly unknown[]) => new made(...all) }
  })

const methodOf = ([name, args]: readonly [string, readonly unknown[]]): Right => ({
  name,
  args,
  call: (...all: readonly unknown[]) => (Reflect.get(NDArray.prototype, name) as Anything).apply(x.copy(), [...all]),
})

const parameters = () => {
  const layer = new nn.Dense(2, { inUnits: 3 })
  layer.initialize({ ctx })
  return layer.collectParams()
}
const set = new data.ArrayDataset([1, 2, 3])

const others: Right[] = [
  ...classesOf(gluon, { Trainer: [parameters(), 'sgd'] }),
  ...classesOf(data, { DataLoader: [set, 2], ArrayDataset: [[1, 2]], SequentialSampler: [3], RandomSampler: [3] }),
  ...functionsOf(autograd, { record: [() => x], pause: [() => x] }),
  ...functionsOf(metric, { create: ['acc'] }),
  ...functionsOf(gluon.utils, { splitData: [x, 2] }),
]

/** All of them. */
export const right: readonly Right[] = [
  ...functionsOf(nd, ofNd),
  ...functionsOf(nd.random, ofRandom),
  ...functionsOf(nd.linalg, { gemm2: [square, square] }),
  ...Object.entries(ofArrays).map(methodOf),
  ...Object.entries(ofNd)
    .filter(([name, [first]]) => first === x && name in NDArray.prototype)
    .map(([name, [, ...rest]]) => methodOf([name, rest])),
  ...classesOf(nn, ofLayers),
  ...classesOf(rnn, layers.rnn),
  ...classesOf(loss, words(losses, [])),
  ...classesOf(metric, metrics),
  ...classesOf(optimizer, optimizers),
  ...classesOf(lrScheduler, schedulers),
  ...classesOf(init, initializers),
  ...others,
]
