// Network in Network (d2l, "Network in Network (NiN)").
import { d2lNet } from '../tutorial/d2lNet.ts'
import { classify } from './classification.ts'
import type { Program } from './trace.ts'

export const nin: Program = {
  title: 'NiN',
  run: (trace) => classify(trace, d2lNet(), { images: [2, 1, 224, 224], lr: 0.1, steps: 2 }),
}
