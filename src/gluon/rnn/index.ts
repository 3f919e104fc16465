// The names of gluon.rnn.
export type { Layout, RecurrentOptions, StateInfo } from './arguments.ts'
export { GRUCell, LSTMCell, RNNCell, type RNNCellOptions } from './cells.ts'
export {
  BidirectionalCell,
  DropoutCell,
  type DropoutCellOptions,
  HybridSequentialRNNCell,
  ModifierCell,
  ResidualCell,
  SequentialRNNCell,
  ZoneoutCell,
  type ZoneoutCellOptions,
} from './containers.ts'
export { GRU, LSTM, RecurrentLayer, type RecurrentLayerOptions, RNN, type RNNOptions } from './layers.ts'
export { HybridRecurrentCell, RecurrentCell, type Unrolled } from './recurrentCell.ts'
export type { BeginStateOptions } from './states.ts'
export type { Sequence, UnrollOptions } from './unroll.ts'
