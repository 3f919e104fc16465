// Wrong uses of gluon, each answered by one line.
import { cpu, data, gluon, init, loss, lrScheduler, metric, type NDArray, nd, nn } from 'glueball'
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
    "learningRate must be a non-negative number, got '0.2'",
  ],
  'a function for a scheduler': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd', { lrScheduler: (() => 0.1) as never }),
    'lrScheduler must be a scheduler, as new FactorScheduler(100), got a function',
  ],
  'an optimizer that is not there': [
    () => new gluon.Trainer(dense().collectParams(), 'adamax'),
    "no optimizer is named 'adamax'; there are adam, sgd",
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
