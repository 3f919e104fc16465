// A character model with gated recurrent units (d2l, "Gated Recurrent Units (GRU)").
import { rnn } from 'glueball'
import { trainLanguageModel } from './languageModel.ts'
import type { Program } from './trace.ts'

export const gru: Program = {
  title: 'gated recurrent units',
  run: (trace) => trainLanguageModel(trace, new rnn.GRU(24)),
}
