// Recurrent layers and cells as Gluon prints them, and wrong arguments.
import { nd, nn, reference, rnn } from 'glueball'
import { describe, expect, it } from 'vitest'

const ctx = reference()

describe('as Gluon prints it', () => {
  it.each([
    [new rnn.LSTM(256), 'LSTM(None -> 256, TNC)'],
    [
      new rnn.GRU(8, { numLayers: 2, dropout: 0.5, bidirectional: true, layout: 'NTC', inputSize: 3 }),
      'GRU(3 -> 8, NTC, num_layers=2, dropout=0.5, bidirectional)',
    ],
    [new rnn.RNN(4), 'RNN(None -> 4, TNC)'],
    [new rnn.RNNCell(4, { inputSize: 2 }), 'RNNCell(2 -> 4, tanh)'],
    [new rnn.LSTMCell(4), 'LSTMCell(None -> 16)'],
    [new rnn.DropoutCell(0.5), 'DropoutCell(rate=0.5, axes=())'],
    [new rnn.ResidualCell(new rnn.GRUCell(4)), 'ResidualCell(GRUCell(None -> 12))'],
    [
      new rnn.ZoneoutCell(new rnn.GRUCell(4), { zoneoutStates: 0.1 }),
      'ZoneoutCell(p_out=0, p_state=0.1, GRUCell(None -> 12))',
    ],
    [
      new rnn.BidirectionalCell(new rnn.RNNCell(1), new rnn.RNNCell(2, { activation: 'relu' })),
      'BidirectionalCell(forward=RNNCell(None -> 1, tanh), backward=RNNCell(None -> 2, relu))',
    ],
  ])('%s', (block, text) => {
    expect(String(block)).toBe(text)
  })

  it('a stack of cells', () => {
    const stack = new rnn.SequentialRNNCell()
    stack.add(new rnn.LSTMCell(4), new rnn.DropoutCell(0.5))
    expect(String(stack)).toBe('SequentialRNNCell(\n(0): LSTMCell(None -> 16)\n(1): DropoutCell(rate=0.5, axes=())\n)')
    expect(stack.length).toBe(2)
    expect(stack.at(-1)).toBeInstanceOf(rnn.DropoutCell)
  })
})

describe('wrong use', () => {
  const layer = new rnn.LSTM(3, { inputSize: 2, prefix: 'lstm_' })
  layer.initialize({ ctx })
  const cell = new rnn.GRUCell(3, { inputSize: 2 })
  cell.initialize({ ctx })
  const x = nd.zeros([4, 5, 2], { ctx })
  const state = nd.zeros([1, 5, 3], { ctx })
  const any = (value: unknown) => value as never
  it.each([
    ['hiddenSize', () => new rnn.LSTM(0), '[LSTM] hiddenSize must be a positive integer, got 0'],
    ['options first', () => new rnn.GRU(any({ hiddenSize: 3 })), '[GRU] hiddenSize comes first, by position'],
    [
      'an unknown option',
      () => new rnn.GRU(3, any({ numLayer: 2 })),
      "unknown option 'numLayer', did you mean 'numLayers'?",
    ],
    ['a layout', () => new rnn.RNN(3, { layout: any('CNT') }), "[RNN] layout must be 'TNC' or 'NTC', got 'CNT'"],
    [
      'an activation',
      () => new rnn.RNN(3, { activation: any('sigmoid') }),
      "[RNN] activation must be 'relu' or 'tanh'",
    ],
    ['dropout', () => new rnn.LSTM(3, { dropout: 1 }), '[LSTM] dropout must be from 0 to below 1, got 1'],
    ['a matrix', () => layer(nd.zeros([4, 2], { ctx })), '[LSTM] the input must be (T, N, C), got (4, 2)'],
    ['features', () => layer(nd.zeros([4, 5, 7], { ctx })), '[LSTM] the input has 7 features, the weight takes 2'],
    ['one state of two', () => layer(x, state), 'expected a list of 2 states of shape (1, 5, 3) and (1, 5, 3), got 1'],
    [
      'a state of another batch',
      () => layer(x, [state, nd.zeros([1, 4, 3], { ctx })]),
      'in lstm (LSTM): [LSTM] wrong shape of state 1: got (1, 4, 3), expected (1, 5, 3) for this batch',
    ],
    [
      'beginState without a batch',
      () => layer.beginState(any({})),
      '[LSTM.beginState] batchSize comes first, by position',
    ],
    ['a cell of three axes', () => cell(x, [state]), '[GRUCell] the input must be (N, C), got (4, 5, 2)'],
    ['a cell without states', () => cell(nd.zeros([5, 2], { ctx }), any(undefined)), 'got undefined: see beginState'],
    [
      'another length',
      () => cell.unroll(3, x),
      '[unroll] GRUCell is to go 3 steps, got inputs (4, 5, 2) with the steps on axis 1',
    ],
    [
      'a list of another length',
      () => cell.unroll(3, [x.at(0)]),
      'inputs must be an array or a list of 3 arrays, got a list of 1',
    ],
    [
      'lengths of another batch',
      () => cell.unroll(4, x, { layout: 'TNC', validLength: nd.zeros([4], { ctx }) }),
      '[unroll] wrong shape of validLength: got (4,), expected (5,), one length for each sample',
    ],
    [
      'a step both ways',
      () => new rnn.BidirectionalCell(cell, cell)(x, []),
      'cannot go one step, as it also comes from the end',
    ],
    [
      'a modified pair',
      () => new rnn.ZoneoutCell(new rnn.BidirectionalCell(cell, cell)),
      "a BidirectionalCell can't go one step",
    ],
    [
      'what is no cell',
      () => new rnn.SequentialRNNCell().add(any(new nn.Dense(2))),
      '[SequentialRNNCell] takes recurrent cells',
    ],
    [
      'a share of zoneout',
      () => new rnn.ZoneoutCell(cell, { zoneoutStates: 2 }),
      'zoneoutStates must be from 0 to below 1, got 2',
    ],
  ])('%s', (_, run, message) => {
    expect(run).toThrow(message)
  })
})
