// Programs whose first random numbers MXNet has published; run as `flows.ts FLOW cpu|reference`, prints JSON.
import { type Context, cpu, gluon, init, type NDArray, nd, nn, reference } from 'glueball'
import { d2lNet } from '../tutorial/d2lNet.ts'

type Rows = Record<string, number[]>

async function some(array: NDArray, from: number, to: number): Promise<number[]> {
  return [...(await array.toArray())].slice(from, to)
}

/** Weights of a network by the number of their convolution. */
function convolution(net: gluon.Block, i: number): NDArray {
  return [...net.collectParams('.*weight').values()][i].data()
}

const flows: Record<string, (ctx: Context) => Promise<Rows>> = {
  async uniform(ctx) {
    return { first: await some(nd.random.uniform({ low: 0, high: 1, shape: [4], ctx }), 0, 4) }
  },

  async normal(ctx) {
    return { first: await some(nd.randomNormal({ shape: [4], ctx }), 0, 4) }
  },

  async seeded(ctx) {
    await nd.random.normal({ shape: [1000], ctx }).toArray()
    nd.random.seed(0)
    return { first: await some(nd.randomUniform({ shape: [4], ctx }), 0, 4) }
  },

  async dense(ctx) {
    const rows: Rows = {}
    const x = nd.random.uniform({ shape: [2, 20], ctx })
    const net = new nn.Sequential()
    net.add(new nn.Dense(256, { activation: 'relu' }), new nn.Dense(10))
    net.initialize({ ctx })
    net(x)
    const first = net.collectParams().get('dense0_weight')
    console.error(await first.data().repr())
    rows['start of row 0'] = await some(first.data(), 0, 3)
    rows['end of row 0'] = await some(first.data(), 17, 20)
    rows['start of row 255'] = await some(first.data(), 255 * 20, 255 * 20 + 3)
    rows['end of row 255'] = await some(first.data(), 255 * 20 + 19, 256 * 20)
    net.initialize({ ctx, init: new init.Normal({ sigma: 0.01 }), forceReinit: true })
    rows['normal'] = await some(first.data(), 0, 4)
    net.initialize({ ctx, init: new init.Constant(1), forceReinit: true })
    rows['constant'] = await some(first.data(), 0, 4)
    first.initialize({ ctx, init: new init.Xavier(), forceReinit: true })
    rows['xavier'] = await some(first.data(), 0, 4)
    return rows
  },

  async nin(ctx) {
    const net = gluon.models.nin()
    net.initialize({ ctx, init: new init.Xavier() })
    net(nd.zeros([1, 1, 67, 67], { ctx }))
    return {
      conv0: await some(convolution(net, 0), 0, 4),
      'conv0 from 64': await some(convolution(net, 0), 64, 65),
      conv1: await some(convolution(net, 1), 0, 2),
      conv11: await some(convolution(net, 11), 0, 2),
    }
  },

  async d2l(ctx) {
    let x = nd.random.uniform({ shape: [1, 1, 224, 224], ctx })
    const net = d2lNet()
    net.initialize({ ctx })
    for (const layer of net) x = layer(x)
    net.initialize({ ctx, init: new init.Xavier(), forceReinit: true })
    return { conv0: await some(convolution(net, 0), 0, 4), conv11: await some(convolution(net, 11), 0, 2) }
  },
}

const [, , flow, engine] = process.argv
console.log(JSON.stringify(await flows[flow](engine === 'reference' ? reference() : cpu())))
