// The names of gluon.rnn.
export type { Layout, RecurrentOptions, StateInfo } from './arguments.ts'
export { GRU, LSTM, RecurrentLayer, type RecurrentLayerOptions, RNN, type RNNOptions } from './layers.ts'
export type { BeginStateOptions } from './states.ts'
