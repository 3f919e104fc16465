// d2l's NiN, built without name scopes; prints the names of its layers and of its first and last parameter.
import { nd } from 'glueball'
import { d2lNet } from './d2lNet.ts'

const net = d2lNet()
net.initialize()
net(nd.zeros([1, 1, 67, 67]))
console.log([...net].map((layer) => layer.name).join(' '))
const names = [...net.collectParams().keys()]
console.log(names[0], names.at(-1))
