// A character model with a recurrent layer (d2l, "Concise Implementation of Recurrent Neural Networks").
import { rnn } from 'glueball'
import { trainLanguageModel } from './languageModel.ts'
import type { Program } from './trace.ts'

export const rnnConcise: Program = {
  title: 'a recurrent layer',
  run: (trace) => trainLanguageModel(trace, new rnn.RNN(24, { activation: 'tanh' })),
}
