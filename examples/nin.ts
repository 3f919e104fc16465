// Network in Network on Fashion-MNIST: the Gluon tutorial, line by line.
// Run it with: npm run glueball -- run examples/nin.ts --epochs 1 --limit-train 1280
import { parseArgs } from 'node:util'
import { autograd, cpu, gluon, gpu, init, type NDArray, nd, nn, reference } from 'glueball'
import chart from 'simple-ascii-chart'

const text = { type: 'string' } as const
const { values: args } = parseArgs({ options: { epochs: text, 'limit-train': text, 'limit-test': text, ctx: text } })
const ctx = args.ctx === 'gpu' ? await gpu() : args.ctx === 'reference' ? reference() : cpu()

function mlpconv(channels: number, kernelSize: number, padding: number, { strides = 1, maxPooling = true } = {}) {
  const net = new nn.Sequential()
  net.nameScope(() => {
    net.add(
      new nn.Conv2D(channels, kernelSize, { strides, padding, activation: 'relu' }),
      new nn.Conv2D(channels, 1, { activation: 'relu' }), // a dense layer for each pixel
      new nn.Conv2D(channels, 1, { activation: 'relu' }),
    )
    if (maxPooling) net.add(new nn.MaxPool2D({ poolSize: 3, strides: 2 }))
  })
  return net
}

function getNet() {
  const net = new nn.Sequential()
  net.nameScope(() => {
    net.add(
      mlpconv(96, 11, 0, { strides: 4 }),
      mlpconv(256, 5, 2),
      mlpconv(384, 3, 1),
      new nn.Dropout(0.5),
      mlpconv(10, 3, 1, { maxPooling: false }), // ten classes, ten maps
      new nn.GlobalAvgPool2D(),
      new nn.Flatten(),
    )
  })
  return net
}

const net = getNet()
net.initialize({ ctx, init: new init.Xavier() })
let X = nd.random.uniform({ shape: [1, 1, 112, 112], ctx })
for (const layer of net) {
  X = layer(X)
  console.log(layer.name, 'output shape:\t', X.shape)
}

async function loadDataFashionMnist(batchSize: number, resize: number) {
  const { FashionMNIST, transforms } = gluon.data.vision
  const transformer = new transforms.Compose([new transforms.Resize(resize), new transforms.ToTensor()])
  const [train, test] = [await FashionMNIST.load({ train: true }), await FashionMNIST.load({ train: false })]
  const some = train.take(Number(args['limit-train'] ?? train.length))
  const trainIter = new gluon.data.DataLoader(some.transformFirst(transformer), batchSize, { shuffle: true })
  const few = test.take(Number(args['limit-test'] ?? test.length))
  const testIter = new gluon.data.DataLoader(few.transformFirst(transformer), batchSize)
  return [trainIter, testIter] as const
}

const accuracy = (output: NDArray, label: NDArray) => nd.mean(output.argmax({ axis: 1 }).equal(label)).asscalar()

async function evaluateAccuracy(iter: gluon.data.DataLoader<[NDArray, NDArray]>) {
  let acc = 0
  for await (const [data, label] of iter)
    acc += await accuracy(net(data.asInContext(ctx)), label.asInContext(ctx).astype('float32'))
  return acc / iter.length
}

const batchSize = 128
const [trainIter, testIter] = await loadDataFashionMnist(batchSize, 112)
const crossLoss = new gluon.loss.SoftmaxCrossEntropyLoss()
const trainer = new gluon.Trainer(net.collectParams(), 'sgd', { learningRate: 0.2 })
const curves: [number, number][][] = [[], []]
for (let epoch = 0; epoch < Number(args.epochs ?? 20); epoch++) {
  let [trainLoss, trainAcc] = [0, 0]
  for await (const [data, label] of trainIter) {
    const [image, y] = [data.asInContext(ctx), label.asInContext(ctx).astype('float32')]
    const [output, loss] = autograd.record(() => {
      const output = net(image)
      return [output, crossLoss(output, y)]
    })
    loss.backward()
    trainer.step(batchSize)
    trainLoss += await nd.mean(loss).asscalar()
    trainAcc += await accuracy(output, y)
  }
  const [mean, acc] = [trainLoss, trainAcc].map((sum) => sum / trainIter.length)
  const testAcc = await evaluateAccuracy(testIter)
  console.log(`Epoch ${epoch}, Loss:${mean.toFixed(6)}, Train acc:${acc.toFixed(6)}, Test acc:${testAcc.toFixed(6)}`)
  for (const [k, value] of [acc, testAcc].entries()) curves[k].push([epoch, value])
}
console.log(chart(curves, { width: 60, height: 12, title: 'accuracy', legend: { series: ['train', 'test'] } }))
