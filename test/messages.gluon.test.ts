// Wrong uses of gluon, each answered by one line.
import { cpu, data, gluon, init, loss, lrScheduler, metric, type NDArray, nd, nn, optimizer } from 'glueball'
import { expect, it } from 'vitest'
import { checkAnswers, type Uses } from './messages.ts'

const a = nd.ones([2, 3])
const none = undefined as never
const set = new data.ArrayDataset([1, 2, 3])

function dense(options: nn.DenseOptions = { inUnits: 3 }) {
  const layer = new nn.Dense(2, { prefix: 'dense_', ...options })
  layer.initialize()
  return layer
}

function conv(options: nn.Conv2DOptions = {}) {
  const layer = new nn.Conv2D(4, 3, { prefix: 'conv_', ...options })
  layer.initialize()
  return layer
}

const blocks: Uses = {
  'options by position': [
    () => new nn.Conv2D(4, 3, 2 as never),
    '[Conv2D] options are one object at the end, as { strides: 2, padding: 1 }: got 2',
  ],
  'an option by the name it has elsewhere': [
    () => new nn.Conv2D(8, 3, { stride: 2 } as never),
    "[Conv2D] unknown option 'stride', did you mean 'strides'? Options are activation, biasInitializer, dilation, " +
      'groups, inChannels, layout, padding, params, prefix, strides, useBias, weightInitializer',
  ],
  'required arguments by name': [
    () => new nn.Conv2D({ channels: 8, kernelSize: 3, stride: 2 } as never, none),
    '[Conv2D] channels and kernelSize come first, by position, and then the options, got an object; and unknown option ' +
      "'stride', did you mean 'strides'? Options are activation, biasInitializer, dilation, groups, inChannels, layout, " +
      'padding, params, prefix, strides, useBias, weightInitializer',
  ],
  'null for options': [
    () => new nn.Conv2D(8, 3, null as never),
    '[Conv2D] options are one object at the end, as { strides: 2, padding: 1 }: got null',
  ],
  'no input': [
    () => (conv() as unknown as () => void)(),
    'in conv (Conv2D): [Conv2D] is called with an array, got undefined',
  ],
  'no kernel': [
    () => new nn.Conv2D(4, none),
    '[Conv2D] kernelSize must be a positive integer, or two of them, got undefined',
  ],
  'no units': [() => new nn.Dense(0), '[Dense] units must be a positive integer, got 0'],
  'an unknown activation': [
    () => new nn.Activation('gelu' as never),
    "[Activation] no activation is named 'gelu'; there are relu, sigmoid, softrelu, softsign, tanh",
  ],
  'another layout': [
    () => new nn.MaxPool2D({ layout: 'NHWC' as never }),
    "[MaxPool2D] layout must be 'NCHW', got 'NHWC'",
  ],
  'a rate in per cent': [() => new nn.Dropout(50), '[Dropout] the rate must be from 0 to below 1, got 50'],
  'an image without a batch': [
    () => conv()(nd.ones([3, 8, 8])),
    'in conv (Conv2D): [Conv2D] the input must be (N, C, H, W), got (3, 8, 8)',
  ],
  'other channels': [
    () => conv({ inChannels: 2 })(nd.ones([1, 3, 8, 8])),
    'in conv (Conv2D): [Conv2D] the input has 3 channels (shape (1, 3, 8, 8)), the weight takes 2',
  ],
  'bytes for an image': [
    () => conv()(nd.ones([1, 1, 8, 8], { dtype: 'uint8' })),
    'in conv (Conv2D): [conv] input and weight differ in dtype: got uint8 and float32, expected one dtype',
  ],
  'other units': [
    () => dense()(nd.ones([2, 5])),
    'in dense (Dense): [Dense] the input has 5 units (shape (2, 5)), the weight takes 3',
  ],
  'a list of blocks': [() => new nn.Sequential().add([dense()] as never), '[Sequential] takes blocks, got a list'],
  'a function for a block': [
    () => new nn.Sequential().add(((x: unknown) => x) as never),
    '[Sequential] takes blocks, got a function',
  ],
  'no initialize': [
    () => new nn.Dense(2, { inUnits: 3, prefix: 'd_' })(a),
    'Parameter d_weight has not been initialized: call net.initialize() (or net.collectParams().initialize()) first',
  ],
  'a list of layers in a property': [
    () => {
      class Listed extends nn.Block {
        readonly layers = [new nn.Dense(2, { inUnits: 3, prefix: 'd_' })]

        forward(x: NDArray): NDArray {
          return this.layers.reduce((y, layer) => layer(y), x)
        }
      }
      const net = new Listed({ prefix: 'listed_' })
      net.initialize()
      net(a)
    },
    'Parameter d_weight has not been initialized: d (Dense) is no child of listed (Listed), which calls it: blocks in a ' +
      'list, a Map or a #private field are not found. Hold it in a property or in a Sequential, or register it by ' +
      'this.registerChild(block)',
  ],
  'values before a shape': [
    () => dense({}).weight.data(),
    'Parameter dense_weight has no values yet: its shape (2, 0) is completed by the first batch. Run one batch through ' +
      'the network, or give the input sizes (inChannels, inUnits)',
  ],
  'an initializer by position': [
    () => dense().initialize(new init.Xavier() as never),
    '[initialize] takes the initializer by name: { init: new init.Xavier() }',
  ],
  'an initializer by another name': [
    () =>
      dense()
        .collectParams()
        .initialize({ initializer: 'xavier' } as never),
    "[initialize] unknown option 'initializer'. Options are ctx, forceReinit, init",
  ],
  'an option of a parameter by its name in Python': [
    () => new gluon.Parameter('weight', { shape: [2], grad_req: 'null' } as never),
    "[Parameter] unknown option 'grad_req', did you mean 'gradReq'? Options are allowDeferredInit, differentiable, dtype, gradReq, " +
      'init, lrMult, shape, wdMult',
  ],
  'the class of an initializer': [
    () => dense().initialize({ init: init.Xavier as never, forceReinit: true }),
    "an initializer is an object or a name, as new init.Xavier() or 'xavier', got the class Xavier",
  ],
  'an unknown distribution': [
    () => new init.Xavier({ rndType: 'normal' as never }),
    "Xavier takes for rndType 'uniform', 'gaussian', got 'normal'",
  ],
  'an asynchronous scope': [
    () => dense().nameScope((async () => 1) as never),
    'nameScope takes a synchronous function: await before it or after it, not inside',
  ],
}

const training: Uses = {
  'a network for its parameters': [
    () => new gluon.Trainer(dense() as never, 'sgd'),
    'Trainer takes net.collectParams() or a list of parameters, got a Dense',
  ],
  'an option by its name in Python': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', { learning_rate: 0.2 } as never),
    "[SGD] unknown option 'learning_rate', did you mean 'learningRate'? Options are beginNumUpdate, clipGradient, " +
      'learningRate, lrScheduler, momentum, rescaleGrad, wd',
  ],
  'no optimizer': [
    () => new gluon.Trainer(dense().collectParams(), none),
    "Trainer takes an optimizer or its name, as 'sgd', got undefined",
  ],
  'null for the options of an optimizer': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', null as never),
    '[Trainer] options are one object at the end, as { learningRate: 0.1 }: got null',
  ],
  'text for a rate': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', { learningRate: '0.2' as never }),
    "[SGD] learningRate must be a number, got '0.2'",
  ],
  'the class of a scheduler': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', { lrScheduler: lrScheduler.PolyScheduler as never }),
    'lrScheduler must be a scheduler, as new FactorScheduler(100), or a function, as (numUpdate) => 0.1 / numUpdate, ' +
      'got the class PolyScheduler',
  ],
  'a rate beside a function that gives it': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', { learningRate: 1, lrScheduler: () => 0.1 }),
    'learningRate must be left out where lrScheduler is a function, which gives the rate',
  ],
  'a function that gives no rate': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', { lrScheduler: async () => 0.1 } as never).learningRate,
    'the rate that lrScheduler gives for update 1 must be a non-negative number, got a Promise',
  ],
  'a rate for an optimizer that has none': [
    () => new gluon.Trainer(dense().collectParams(), 'adadelta', { learningRate: 0.1 } as never),
    "[AdaDelta] unknown option 'learningRate'. Options are beginNumUpdate, clipGradient, epsilon, rescaleGrad, rho, wd",
  ],
  'a share of 1': [
    () => new gluon.Trainer(dense().collectParams(), 'nadam', { beta2: 1 }),
    'beta2 must be a number from 0 to below 1, got 1',
  ],
  'an option of the other kind of RMSProp': [
    () => new gluon.Trainer(dense().collectParams(), 'rmsprop', { gamma2: 0.5 }),
    'gamma2 is for centered RMSProp: pass centered: true, or leave it out',
  ],
  'text for a flag': [
    () => new gluon.Trainer(dense().collectParams(), 'lars', { momentumCorrection: 'no' as never }),
    "[LARS] momentumCorrection must be true or false, got 'no'",
  ],
  'an option of another optimizer': [
    () => new gluon.Trainer(dense().collectParams(), 'nag', { beta1: 0.9 } as never),
    "[NAG] unknown option 'beta1'. Options are beginNumUpdate, clipGradient, learningRate, lrScheduler, momentum, " +
      'rescaleGrad, wd',
  ],
  'decay of the weights without momentum': [
    () => new gluon.Trainer(dense().collectParams(), 'signum', { momentum: 0, wdLh: 0.1 }),
    'wdLh needs momentum, got wdLh 0.1 and momentum 0: use wd, which then does that',
  ],
  'an optimizer that is not there': [
    () => new gluon.Trainer(dense().collectParams(), 'ftml'),
    "no optimizer is named 'ftml', did you mean 'ftrl'? There are adadelta, adagrad, adam, adamax, adamw, ftrl, lamb, " +
      'lars, nadam, nag, rmsprop, sgd, signum',
  ],
  'a function for a class of optimizers': [
    () => optimizer.register((() => 1) as never),
    'register takes a class that extends Optimizer, got a function',
  ],
  'a name that an optimizer of Gluon has': [
    () => optimizer.register(class Adam extends optimizer.SGD {}),
    "register cannot replace 'adam': give Adam another static className",
  ],
  'a step without a batch size': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd').step(none),
    'step takes the batch size, a positive number, got undefined',
  ],
  'a step without backward': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd').step(1),
    'the gradients of dense_weight, dense_bias were not refreshed by backward since the last step: is the layer used ' +
      'in forward, and was backward called? Pass { ignoreStaleGrad: true } to leave them out',
  ],
  'an attribute by its name in Python': [
    () =>
      dense()
        .collectParams()
        .setattr('grad_req' as never, 'null' as never),
    "setattr takes gradReq, lrMult, wdMult or init, got 'grad_req'",
  ],
  'labels of another length': [
    () => new loss.SoftmaxCrossEntropyLoss({ prefix: 'loss_' })(a, nd.ones([4])),
    'in loss (SoftmaxCrossEntropyLoss): [softmaxCrossEntropy] wrong shape of labels: got (4,), expected (2,)',
  ],
  'one-hot labels for class numbers': [
    () => new loss.SoftmaxCrossEntropyLoss({ prefix: 'loss_' })(a, nd.ones([2, 3])),
    'in loss (SoftmaxCrossEntropyLoss): [SoftmaxCrossEntropyLoss] labels are class numbers of shape (2,), got (2, 3), ' +
      'the shape of the predictions: for distributions over the classes, such as one-hot rows, pass { sparseLabel: false }',
  ],
  'labels and predictions exchanged': [
    () => new metric.Accuracy().update(a, nd.ones([2])),
    '[accuracy] update takes labels, then predictions with classes on axis 1, got (2,), with labels (2, 3)',
  ],
  'a rate in place of a number': [
    () => new loss.L1Loss({ weight: '1' as never }),
    "[L1Loss] weight must be a number, got '1'",
  ],
  'an option of another loss': [
    () => new loss.HingeLoss({ rho: 1 } as never),
    "[HingeLoss] unknown option 'rho'. Options are batchAxis, margin, params, prefix, weight",
  ],
  'an unknown kind of labels': [
    () => new loss.LogisticLoss({ labelFormat: 'unsigned' as never }),
    "[LogisticLoss] labelFormat must be 'signed' or 'binary', got 'unsigned'",
  ],
  'a negative threshold': [() => new loss.HuberLoss({ rho: -1 }), '[HuberLoss] rho must be positive, got -1'],
  'an axis of samples where there is one result': [
    () => new loss.PoissonNLLLoss({ batchAxis: 1 } as never),
    "[PoissonNLLLoss] unknown option 'batchAxis'. Options are computeFull, fromLogits, params, prefix, weight",
  ],
  'labels of another size': [
    () => new loss.L1Loss()(a, nd.ones([2])),
    '[L1Loss] wrong shape of labels: got (2,), expected the same number of elements as (2, 3)',
  ],
  'weights of samples as a vector': [
    () => new loss.L2Loss()(a, a, nd.ones([2])),
    '[L2Loss] wrong shape of sampleWeight: got (2,), expected that of the losses, (2, 3), or 1 on some axes',
  ],
  'weights of classes of another number': [
    () => new loss.SigmoidBCELoss()(a, a, null, nd.ones([2])),
    '[SigmoidBinaryCrossEntropyLoss] wrong shape of posWeight: got (2,), expected one that broadcasts to (2, 3)',
  ],
  'no labels': [
    () => (new loss.KLDivLoss() as unknown as (x: NDArray) => void)(a),
    '[KLDivLoss] is called with predictions and labels, got undefined',
  ],
  'one sample, which has no others': [
    () => new loss.SDMLLoss()(nd.ones([1, 3]), nd.ones([1, 3])),
    '[SDMLLoss] takes two arrays of one shape (N, D) with at least two rows, got (1, 3) and (1, 3)',
  ],
  'a smoothing of all': [
    () => new loss.SDMLLoss({ smoothingParameter: 1 }),
    '[SDMLLoss] smoothingParameter must be from 0 to below 1, got 1',
  ],
  'an unknown layout of sequences': [
    () => new loss.CTCLoss({ layout: 'NCT' as never }),
    "[CTCLoss] layout must be 'NTC' or 'TNC', got 'NCT'",
  ],
  'sequences of other samples': [
    () => new loss.CTCLoss({ layout: 'TNC' })(nd.ones([5, 2, 4]), nd.ones([3, 2])),
    '[CTCLoss] takes predictions (T, N, C) and labels (N, T) with the same number of samples and at least one step: got (5, 2, 4) ' +
      'and (3, 2)',
  ],
  'one class for the k best': [
    () => new metric.TopKAccuracy({ topK: 1 }),
    '[TopKAccuracy] topK must be an integer above 1, got 1: for 1 use Accuracy',
  ],
  'a metric without a number of classes': [
    () => metric.create('top_k_acc'),
    '[TopKAccuracy] options are one object at the end, as { topK: 5 }: got undefined',
  ],
  'a metric that is not there': [
    () => metric.create('accuracies'),
    "no metric is named 'accuracies', did you mean 'accuracy'?; there are acc, accuracy, ce, composite, crossentropy, f1, " +
      'loss, mae, mcc, mse, negativeloglikelihood, nll_loss, pearsoncorrelation, pearsonr, perplexity, rmse, top_k_acc, ' +
      'top_k_accuracy, topkaccuracy',
  ],
  'the class of a metric': [() => metric.create(metric.F1 as never), 'a metric is made by new, got the class F1'],
  'a number for a metric': [
    () => metric.create(1 as never),
    "a metric is made of its name, a function, or a list of these, as metric.create('acc'), got 1",
  ],
  'metrics one by one': [
    () => new metric.CompositeEvalMetric('acc' as never),
    "[CompositeEvalMetric] takes a list of metrics, got 'acc'",
  ],
  'a perplexity that ignores by name': [
    () => new metric.Perplexity({ ignoreLabel: 0 } as never),
    '[Perplexity] takes first the label to ignore, an integer, or null for none: got an object',
  ],
  'an average of another kind': [
    () => new metric.F1({ average: 'weighted' as never }),
    "[F1] average must be 'macro' or 'micro', got 'weighted'",
  ],
  'predictions of one class each': [
    () => new metric.CrossEntropy().update(nd.ones([2]), nd.ones([2])),
    '[cross-entropy] update takes labels (N,), then predictions (N, classes), got (2,) and (2,)',
  ],
  'correlations of two shapes': [
    () => new metric.PearsonCorrelation().update(nd.ones([2]), a),
    '[pearsonr] labels and predictions must have one shape, got (2,) and (2, 3)',
  ],
  'perplexities of too few labels': [
    () => new metric.Perplexity(null).update(nd.ones([3]), a),
    '[perplexity] there must be a label for each distribution along axis 1, got (3,) for predictions (2, 3)',
  ],
  'an array for the value of a metric': [
    () => new metric.CustomMetric((_, pred) => pred, { name: 'own' }).update(a, a),
    '[own] the function must give an array of one element, or a number: got <NDArray 2x3 @cpu(0)>',
  ],
  'a share for a count': [
    () => new metric.CustomMetric(() => [1, 0.5], { name: 'own' }).update(a, a),
    '[own] a count must be a non-negative integer, got 0.5',
  ],
  'no function for a metric': [
    () => metric.ofValues(null as never),
    '[ofValues] takes a function of labels and predictions, got null',
  ],
  'a factor that grows': [
    () => new lrScheduler.FactorScheduler(2, { factor: 2 }),
    'the factor must not exceed 1, or the rate would grow: got 2',
  ],
}

const loading: Uses = {
  'a dataset without await': [
    () => new gluon.data.vision.FashionMNIST({ train: true } as never, none),
    'files are read asynchronously: write await FashionMNIST.load({ train: true })',
  ],
  'a list for a dataset': [
    () => new data.DataLoader([1, 2] as never, 2),
    '[DataLoader] takes a Dataset, got a list: wrap lists and arrays in new ArrayDataset(…)',
  ],
  'no batch size': [() => new data.DataLoader(set), '[DataLoader] give a batchSize, or a batchSampler'],
  'two orders': [
    () => new data.DataLoader(set, 2, { shuffle: true, sampler: new data.SequentialSampler(3) }),
    '[DataLoader] shuffle and sampler exclude each other: the sampler decides the order',
  ],
  'a loop that does not await': [
    () => [...(new data.DataLoader(set, 2) as never as Iterable<unknown>)],
    '[DataLoader] batches are awaited: write for await (const batch of loader)',
  ],
  'an unknown rest': [
    () => new data.DataLoader(set, 2, { lastBatch: 'drop' as never }),
    "[BatchSampler] lastBatch must be 'keep', 'discard' or 'rollover', got 'drop'",
  ],
  'a sample too far': [() => set.at(5), '[ArrayDataset] no sample at 5: there are 3'],
  'laziness by position': [
    () => set.transform((x) => x, false as never),
    '[transform] options are one object at the end, as { lazy: false }: got false',
  ],
  'a transform that is not made': [
    () => new gluon.data.vision.transforms.Compose([gluon.data.vision.transforms.ToTensor as never]),
    '[Compose] takes transforms, got the class ToTensor: write new ToTensor()',
  ],
  'transforms without a list': [
    () => new gluon.data.vision.transforms.Compose(new gluon.data.vision.transforms.ToTensor() as never),
    '[Compose] takes a list of transforms, got a ToTensor',
  ],
  'an image without channels': [
    () => new gluon.data.vision.transforms.Resize(4)(nd.ones([8, 8])),
    '[Resize] takes images (H, W, C) or (N, H, W, C), got (8, 8)',
  ],
}

checkAnswers({ ...blocks, ...training, ...loading })

it('lives on after an array that its block has disposed of', async () => {
  class Disposing extends nn.Block {
    held: unknown

    forward(x: ReturnType<typeof nd.ones>) {
      const y = x.add(1)
      this.held = y
      y.dispose()
      return x.multiply(2)
    }
  }
  const y = new Disposing()(nd.ones([1], { ctx: cpu() }))
  expect(await y.asscalar()).toBe(2)
})

it('takes a batch without samples', async () => {
  const flat = new nn.Flatten()(nd.zeros([0, 2, 3]))
  expect(String(flat.shape)).toBe('(0, 6)')
  expect(String(dense({ inUnits: 6 })(nd.zeros([0, 2, 3])).shape)).toBe('(0, 2)')
})
