// What a user's program looks like to the compiler: types of methods, blocks and results, seen through the package.
import { autograd, type NDArray, nd, nn } from 'glueball'

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

export { output, value }
