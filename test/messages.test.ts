// Wrong uses of arrays and of autograd, each answered by one line.
import { autograd, memoryInfo, nd, reference } from 'glueball'
import { checkAnswers, type Uses } from './messages.ts'

const a = nd.ones([2, 3])
const b = nd.ones([4, 5])
const whole = nd.ones([2, 3], { dtype: 'int32' })
const none = undefined as never

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
  'an axis as an option': [
    () => a.expandDims({ axis: 0 } as never),
    '[expandDims] an axis is an integer, as 1, got an object',
  ],
  'a dtype by position': [
    () => nd.zeros(2, 3 as never),
    "[zeros] options are one object at the end, as { dtype: 'int32' }: got 3",
  ],
  'sizes one by one': [() => a.reshape(3 as never), '[reshape] takes a list, as [2, 3], got 3'],
  'axes one by one': [() => a.transpose(1 as never), '[transpose] takes a list, as [2, 3], got 1'],
  'bounds as numbers': [() => a.slice(0 as never, 1 as never), '[slice] takes a list, as [2, 3], got 0'],
  'elements that do not fit': [() => a.reshape([4, 2]), '[reshape] cannot reshape (2, 3) of 6 elements to (4, 2)'],
  'a size below 0': [() => nd.zeros([-1]), '[zeros] a shape holds non-negative integers, got (-1,)'],
  'an unknown dtype': [
    () => a.astype('bfloat16' as never),
    "[astype] no element type is named 'bfloat16': expected one of float32, float64, float16, uint8, int32, int8",
  ],
  'float64 on the CPU': [
    () => nd.array([1], { dtype: 'float64' }),
    '[array] float64 is not available on cpu(0): use reference() for float64',
  ],
  'no values': [() => nd.array(none), '[array] values must be numbers, got undefined'],
  'text for values': [() => nd.array(['a'] as never), "[array] values must be numbers, got 'a'"],
  'a bigint for a value': [() => nd.full([2], 3n as never), '[full] the value must be a number, got 3n'],
  'a list to be set': [() => a.set([1, 2] as never), '[set] takes an array or a number, got a list: write nd.array(…)'],
  'a bigint to be set': [
    () => a.setSlice([0], [1], 3n as never),
    '[setSlice] takes an array or a number, got 3n: write nd.array(…)',
  ],
  'a bigint for a range': [() => nd.arange(3n as never), '[arange] stop must be a number, got 3n'],
  'no value': [() => nd.full([2], none), '[full] the value must be a number, got undefined'],
  'half a value': [
    () => nd.linspace(0, 1, 2.5),
    '[linspace] the number of values must be a non-negative integer, got 2.5',
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
    "[zeros] a context is cpu(), await gpu() or reference(), got 'cpu'",
  ],
  'a context that was not awaited': [
    () => nd.zeros([2], { ctx: Promise.resolve() as never }),
    '[zeros] a context is cpu(), await gpu() or reference(), got a Promise',
  ],
  'a move to a name': [
    () => a.asInContext('cpu' as never),
    "[asInContext] a context is cpu(), await gpu() or reference(), got 'cpu'",
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

const unknown = (name: string, ...known: string[]) =>
  `unknown option '${name}'. ${known.length === 1 ? 'The option is' : 'Options are'} ${known.join(', ')}`

const options: Uses = {
  'an option by the name it has in NumPy': [
    () => a.sum({ keepDims: true } as never),
    "[sum] unknown option 'keepDims', did you mean 'keepdims'? Options are axis, exclude, keepdims, out",
  ],
  'an option of argmax': [() => a.argmax({ out: 1 } as never), '[argmax] out is an array that takes the result, got 1'],
  'an option of softmax': [
    () => a.softmax({ temperature: 2 } as never),
    `[softmax] ${unknown('temperature', 'axis', 'out')}`,
  ],
  'an option of pick': [
    () => a.pick(b, { mode: 'wrap' } as never),
    `[pick] ${unknown('mode', 'axis', 'keepdims', 'out')}`,
  ],
  'an option of take': [
    () => a.take(b, { indices: 1 } as never),
    `[take] ${unknown('indices', 'axis', 'mode', 'out')}`,
  ],
  'an option of oneHot': [
    () => b.oneHot(3, { on_value: 2 } as never),
    "[oneHot] unknown option 'on_value', did you mean 'onValue'? Options are dtype, offValue, onValue, out",
  ],
  'the axis of concat': [() => nd.concat(a, a, { axis: 1 } as never), `[concat] ${unknown('axis', 'dim', 'out')}`],
  'the axis of stack': [() => nd.stack(a, a, { dim: 1 } as never), `[stack] ${unknown('dim', 'axis', 'out')}`],
  'the axis of split': [() => nd.split(a, 3, { dim: 1 } as never), `[split] ${unknown('dim', 'axis', 'out')}`],
  'an option of zeros': [
    () => nd.zeros([2], { shape: [3] } as never),
    `[zeros] ${unknown('shape', 'ctx', 'dtype', 'out')}`,
  ],
  'an option of array': [
    () => nd.array([1], { context: 1 } as never),
    `[array] ${unknown('context', 'ctx', 'dtype', 'shape')}`,
  ],
  'an option of arange': [
    () => nd.arange(4, null, { steps: 2 } as never),
    "[arange] unknown option 'steps', did you mean 'step'? Options are ctx, dtype, repeat, step",
  ],
  'an option of linspace': [
    () => nd.linspace(0, 1, 2, { endPoint: false } as never),
    "[linspace] unknown option 'endPoint', did you mean 'endpoint'? Options are ctx, dtype, endpoint",
  ],
  'an option of eye': [
    () => nd.eye(2, 2, { diagonal: 1 } as never),
    `[eye] ${unknown('diagonal', 'ctx', 'dtype', 'k')}`,
  ],
  'an option of uniform': [
    () => nd.random.uniform({ min: 0 } as never),
    `[uniform] ${unknown('min', 'ctx', 'dtype', 'high', 'low', 'out', 'shape')}`,
  ],
  'an option of normal': [
    () => nd.random.normal({ mean: 0 } as never),
    `[normal] ${unknown('mean', 'ctx', 'dtype', 'loc', 'out', 'scale', 'shape')}`,
  ],
  'an option of randint': [
    () => nd.random.randint(0, 2, { size: 3 } as never),
    `[randint] ${unknown('size', 'ctx', 'dtype', 'out', 'shape')}`,
  ],
  'an option of slice': [
    () => a.slice([0], [2], { stride: [2] } as never),
    `[slice] ${unknown('stride', 'out', 'step')}`,
  ],
  'a step by position': [
    () => a.setSlice([0], [2], 1, [2] as never),
    '[setSlice] options are one object at the end, as { step: [2] }: got a list',
  ],
  'an option of astype': [
    () => a.astype('int32', { inplace: true } as never),
    `[astype] ${unknown('inplace', 'copy')}`,
  ],
  'a mode of record by position': [
    () => autograd.record(() => a, false as never),
    '[record] options are one object at the end, as { trainMode: false }: got false',
  ],
  'an option of pause': [
    () => autograd.pause(() => a, { training: true } as never),
    `[pause] ${unknown('training', 'trainMode')}`,
  ],
  'an option of memoryInfo': [
    () => memoryInfo(a.ctx, { reset: true } as never),
    `[memoryInfo] ${unknown('reset', 'resetPeak')}`,
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
  'options in the place of a head gradient': [
    () => squared().backward({ retainGraph: true } as never),
    '[backward] a head gradient is an array or null, with options after it, as backward(null, { retainGraph: true }): got an object',
  ],
  'an option of backward by position': [
    () => squared().backward(null, true as never),
    '[backward] options are one object at the end, as { retainGraph: true }: got true',
  ],
  'no variables': [
    () => autograd.grad(squared(), none),
    '[grad] undefined has no gradient: call attachGrad before record',
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

checkAnswers({ ...arrays, ...options, ...gradients })
