// Style transfer: an image is trained until its features resemble two others (d2l, "Neural Style Transfer").
import { autograd, gluon, init, type NDArray, nd, nn } from 'glueball'
import type { Program } from './trace.ts'

const styleLayers = [0, 3]
const contentLayers = [5]

/** The features of images at the chosen layers. */
function extractFeatures(net: nn.Sequential, X: NDArray): { contents: NDArray[]; styles: NDArray[] } {
  const contents: NDArray[] = []
  const styles: NDArray[] = []
  let features = X
  for (const [i, layer] of [...net].entries()) {
    features = (layer as nn.Conv2D)(features)
    if (styleLayers.includes(i)) styles.push(features)
    if (contentLayers.includes(i)) contents.push(features)
  }
  return { contents, styles }
}

const contentLoss = (YHat: NDArray, Y: NDArray) => YHat.subtract(Y).square().mean()

function gram(X: NDArray): NDArray {
  const [numChannels, n] = [X.shape[1], X.size / X.shape[1]]
  const rows = X.reshape([numChannels, n])
  return nd.dot(rows, rows.T).divide(numChannels * n)
}

const styleLoss = (YHat: NDArray, gramY: NDArray) => gram(YHat).subtract(gramY).square().mean()

function tvLoss(YHat: NDArray): NDArray {
  const [, , h, w] = YHat.shape
  const down = YHat.sliceAxis(2, 1, h)
    .subtract(YHat.sliceAxis(2, 0, h - 1))
    .abs()
    .mean()
  const right = YHat.sliceAxis(3, 1, w)
    .subtract(YHat.sliceAxis(3, 0, w - 1))
    .abs()
    .mean()
  return down.add(right).multiply(0.5)
}

class GeneratedImage extends nn.Block<[], NDArray> {
  static override readonly className = 'GeneratedImage'
  readonly weight: gluon.Parameter

  constructor(shape: readonly number[]) {
    super()
    this.weight = this.parameter('weight', { shape: [...shape] })
  }

  forward(): NDArray {
    return this.weight.data()
  }
}

export const styleTransfer: Program = {
  title: 'style transfer',
  async run(trace) {
    const net = new nn.Sequential()
    net.add(
      new nn.Conv2D(8, 3, { padding: 1, activation: 'relu' }),
      new nn.Conv2D(8, 3, { padding: 1, activation: 'relu' }),
      new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
      new nn.Conv2D(16, 3, { padding: 1, activation: 'relu' }),
      new nn.MaxPool2D({ poolSize: 2, strides: 2 }),
      new nn.Conv2D(16, 3, { padding: 1 }),
    )
    net.initialize({ init: new init.Xavier({ magnitude: 4 }) })
    const content = trace.uniform('content', [1, 3, 32, 24], -1, 1)
    const style = trace.uniform('style', [1, 3, 32, 24], -1, 1)
    const contentsY = extractFeatures(net, content).contents
    const gramsY = extractFeatures(net, style).styles.map(gram)
    await trace.start(net.collectParams())
    const image = new GeneratedImage(content.shape)
    image.initialize()
    image.weight.setData(content)
    const trainer = new gluon.Trainer(image.collectParams(), 'sgd', { learningRate: 0.3 })
    for (let epoch = 0; epoch < 4; epoch++) {
      const l = autograd.record(() => {
        const X = image()
        const { contents, styles } = extractFeatures(net, X)
        const ofContents = contents.map((features, i) => contentLoss(features, contentsY[i]))
        const ofStyles = styles.map((features, i) => styleLoss(features, gramsY[i]).multiply(1e3))
        return [...ofContents, ...ofStyles, tvLoss(X).multiply(10)].reduce((a, b) => a.add(b))
      })
      l.backward()
      trainer.step(1)
      await trace.note(`loss of epoch ${epoch + 1}`, l)
    }
    await trace.note('image', image())
  },
}
