// Wrong uses, each answered by one line that says what was wrong, what was got and what would be right.
import { autograd, cpu, data, GlueballError, gluon, init, loss, lrScheduler, metric, nd, nn, reference } from 'glueball'
import { expect, it } from 'vitest'

type Uses = Readonly<Record<string, readonly [use: () => unknown, message: string]>>

const a = nd.ones([2, 3])
const b = nd.ones([4, 5])
const whole = nd.ones([2, 3], { dtype: 'int32' })
const none = undefined as never
const set = new data.ArrayDataset([1, 2, 3])

function squared() {
  const x = nd.ones([2])
  x.attachGrad()
  return autograd.record(() => x.multiply(x))
}

function disposed() {
  const x = nd.ones([2])
  x.dispose()
  return x
}

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

const arrays: Uses = {
  'shapes that do not broadcast': [
    () => a.add(b),
    '[add] cannot broadcast (2, 3) and (4, 5): axis 0 has sizes 2 and 4',
  ],
  'two dtypes': [() => a.add(whole), '[add] operands must have one dtype, got float32 and int32: use astype'],
  'an operator': [
    () => (a as never) + (b as never),
    'JavaScript has no operators on arrays: write a.add(b), a.multiply(2), a.lesser(3)',
  ],
  'no operand': [() => a.add(none), '[add] operands are arrays and numbers, got undefined'],
  'a number in the place of an array': [() => a.dot(2 as never), '[dot] takes arrays, got 2'],
  'a list in the place of an array': [() => nd.softmax([1] as never), '[softmax] takes arrays, got a list'],
  'inner sizes that differ': [() => a.dot(b), '[dot] the last axis of (2, 3) must equal the first of (4, 5)'],
  'an axis too low': [() => a.sum({ axis: -3 }), '[sum] axis -3 is out of range: the array has 2 dimensions'],
  'an axis by position': [() => a.sum(1 as never), '[sum] options are one object at the end, as { axis: 1 }: got 1'],
  'a dtype by position': [
    () => nd.zeros(2, 3 as never),
    "[zeros] options are one object at the end, as { dtype: 'int32' }: got 3",
  ],
  'sizes one by one': [() => a.reshape(3 as never), '[reshape] takes a list, as [2, 3], got 3'],
  'axes one by one': [() => a.transpose(1 as never), '[transpose] takes a list, as [2, 3], got 1'],
  'bounds as numbers': [() => a.slice(0 as never, 1 as never), '[slice] takes a list, as [2, 3], got 0'],
  'elements that do not fit': [() => a.reshape([4, 2]), '[reshape] cannot reshape (2, 3) of 6 elements to (4, 2)'],
  'a size below 0': [() => nd.zeros([-1]), '[zeros] a shape holds whole numbers from 0 on, got (-1,)'],
  'an unknown dtype': [
    () => a.astype('float16' as never),
    "[cast] no element type is named 'float16': expected float32, int32 or uint8",
  ],
  'float64 on the CPU': [
    () => nd.array([1], { dtype: 'float64' }),
    '[array] float64 is not available on cpu(0): use reference() for float64',
  ],
  'no values': [() => nd.array(none), '[array] values must be numbers, got undefined'],
  'text for values': [() => nd.array(['a'] as never), "[array] values must be numbers, got 'a'"],
  'no value': [() => nd.full([2], none), '[full] the value must be a number, got undefined'],
  'half a value': [
    () => nd.linspace(0, 1, 2.5),
    '[linspace] the number of values must be a whole number from 0 on, got 2.5',
  ],
  'arrays in a list': [
    () => nd.concat([a, a] as never),
    '[concat] takes arrays one by one, and then options, got a list',
  ],
  'no arrays': [() => nd.concat(), '[concat] takes at least one array, got none'],
  'a range by position': [
    () => nd.random.uniform(0 as never),
    '[uniform] options are one object at the end, as { low: 0, high: 1, shape: [2, 3] }: got 0',
  ],
  'integers that are drawn as floats': [
    () => nd.random.randint(0, 5, { dtype: 'float32' }),
    '[randint] cannot draw float32: expected int32',
  ],
  'more than one element': [() => a.asscalar(), '[asscalar] the array must have one element, got shape (2, 3)'],
  'an entry too far': [() => a.at(2), '[at] no entry 2 in axis 0 of (2, 3)'],
  'two contexts': [
    () => a.add(nd.ones([2, 3], { ctx: reference() })),
    '[add] all arrays must be on one context, got cpu(0) and reference(0): use asInContext',
  ],
  'the name of a context': [
    () => nd.zeros([2], { ctx: 'cpu' as never }),
    "[fill] a context is cpu() or reference(), got 'cpu'",
  ],
  'a move to a name': [
    () => a.asInContext('cpu' as never),
    "[asInContext] a context is cpu() or reference(), got 'cpu'",
  ],
  'a released array': [
    () => disposed().add(1),
    '[add] this array <NDArray 2 @cpu(0)> was released: dispose was called',
  ],
  'a released array kept': [
    () => disposed().keep(),
    '[keep] this array <NDArray 2 @cpu(0)> was released: dispose was called',
  ],
}

const gradients: Uses = {
  'nothing recorded': [
    () => a.backward(),
    '[backward] <NDArray 2x3 @cpu(0)> was not recorded: compute it inside autograd.record from arrays with gradients',
  ],
  'a graph run backward twice': [
    () => {
      const y = squared()
      y.backward()
      y.backward()
    },
    '[backward] this graph was run backward before and is freed: pass { retainGraph: true } the first time',
  ],
  'a head gradient of another dtype': [
    () => squared().backward(nd.ones([2], { dtype: 'int32' })),
    '[backward] a head gradient must have the shape and dtype of its head, got int32 (2,) for float32 (2,)',
  ],
  'more head gradients than heads': [
    () => autograd.backward([squared()], [nd.ones([2]), nd.ones([2])]),
    '[backward] each head has one gradient at most, got 2 head gradients for 1',
  ],
  'an asynchronous function': [
    () => autograd.record((async () => 1) as never),
    'autograd.record takes a synchronous function: await before it or after it, not inside',
  ],
  'no function': [
    () => autograd.record(none),
    'autograd.record takes a function, as autograd.record(() => …), got undefined',
  ],
  'an unknown gradReq': [
    () => nd.ones([2]).attachGrad('sum' as never),
    "[attachGrad] gradReq must be 'write', 'add' or 'null', got 'sum'",
  ],
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
    '[Conv2D] kernelSize must be a whole number from 1 on, or two of them, got undefined',
  ],
  'no units': [() => new nn.Dense(0), '[Dense] units must be a whole number from 1 on, got 0'],
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
    'Parameter d_bias has not been initialized: call net.initialize() (or net.collectParams().initialize()) first',
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
  'the class of an initializer': [
    () => dense().initialize({ init: init.Xavier as never, forceReinit: true }),
    "an initializer is an object or a name, as new init.Xavier() or 'xavier', got a function",
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
    "learningRate must be a number from 0 on, got '0.2'",
  ],
  'an optimizer that is not there': [
    () => new gluon.Trainer(dense().collectParams(), 'adam'),
    "no optimizer is named 'adam'; there are sgd",
  ],
  'a step without a batch size': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd').step(none),
    'step takes the batch size, a number above 0, got undefined',
  ],
  'a step without backward': [
    () => new gluon.Trainer(dense().collectParams(), 'sgd').step(1),
    'the gradients of dense_bias, dense_weight were not refreshed by backward since the last step: is the layer used ' +
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
  'transforms without a list': [
    () => new gluon.data.vision.transforms.Compose(new gluon.data.vision.transforms.ToTensor() as never),
    '[Compose] takes a list of transforms, got a ToTensor',
  ],
  'an image without channels': [
    () => new gluon.data.vision.transforms.Resize(4)(nd.ones([8, 8])),
    '[Resize] takes images (H, W, C) or (N, H, W, C), got (8, 8)',
  ],
}

const uses = Object.entries({ ...arrays, ...gradients, ...blocks, ...training, ...loading })

it.each(uses)('answers %s', (_name, [use, message]) => {
  let error: unknown
  try {
    use()
  } catch (thrown) {
    error = thrown
  }
  expect(error).toBeInstanceOf(GlueballError)
  expect((error as Error).message.replace(/^in \w*\d \(\w+\): /, '')).toBe(message)
})

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
