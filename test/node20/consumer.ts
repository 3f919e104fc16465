// What a user's program looks like to the compiler: types of methods, blocks and results, seen through the package.
import { autograd, gluon, type NDArray, nd } from 'glueball'
import * as nn from 'glueball/nn'

const sum: NDArray = nd.ones([2, 3]).add(nd.ones([2, 3]))
const value: Promise<number> = nd.mean(sum).asscalar()

const net = new nn.Sequential()
net.add(new nn.Dense(4, { activation: 'relu' }))
net.initialize()
const output: NDArray = autograd.record(() => net(sum))

// @ts-expect-error an array has no such method
sum.addTo(sum)
// @ts-expect-error a block that takes arrays takes no string
net('x')

class Residual extends nn.Block {
  readonly inner = this.nameScope(() => new nn.Dense(3))

  forward(x: NDArray): NDArray {
    return this.inner(x).add(x)
  }
}
const sums: NDArray = new Residual()(sum)

const images = await gluon.data.vision.FashionMNIST.load({ train: false })
const scaled = images.transformFirst(new gluon.data.vision.transforms.ToTensor())
for await (const [image, label] of new gluon.data.DataLoader(scaled, 2)) {
  const both: [NDArray, NDArray] = [image, label]
  // @ts-expect-error a batch of labels is an array
  label.toFixed()
  void both
}

export { output, sums, value }
