// A character model with long short-term memory of two layers (d2l, "Long Short-Term Memory (LSTM)").
import { rnn } from 'glueball'
import { trainLanguageModel } from './languageModel.ts'
import type { Program } from './trace.ts'

export const lstm: Program = {
  title: 'long short-term memory of two layers',
  run: (trace) => trainLanguageModel(trace, new rnn.LSTM(24, { numLayers: 2 })),
}
