// The programs by name; the twin of each is NAME.py.
import { adamScratch } from './adamScratch.ts'
import { alexNet } from './alexNet.ts'
import { batchNormScratch } from './batchNormScratch.ts'
import { denseNet } from './denseNet.ts'
import { fcn } from './fcn.ts'
import { fineTuning } from './fineTuning.ts'
import { gan } from './gan.ts'
import { googLeNet } from './googLeNet.ts'
import { gradientPenalty } from './gradientPenalty.ts'
import { gru } from './gru.ts'
import { kaggleHouse } from './kaggleHouse.ts'
import { lenet } from './lenet.ts'
import { lstm } from './lstm.ts'
import { maml } from './maml.ts'
import { matrixFactorization } from './matrixFactorization.ts'
import { nin } from './nin.ts'
import { resNet } from './resNet.ts'
import { rnnConcise } from './rnnConcise.ts'
import { rnnScratch } from './rnnScratch.ts'
import { seq2seq } from './seq2seq.ts'
import { styleTransfer } from './styleTransfer.ts'
import { textCnn } from './textCnn.ts'
import type { Program } from './trace.ts'
import { vae } from './vae.ts'
import { vgg } from './vgg.ts'
import { word2vec } from './word2vec.ts'

/** The programs, in the order of their chapters. */
export const programs: Readonly<Record<string, Program>> = {
  lenet,
  alexNet,
  vgg,
  nin,
  googLeNet,
  batchNormScratch,
  resNet,
  denseNet,
  rnnScratch,
  rnnConcise,
  gru,
  lstm,
  adamScratch,
  kaggleHouse,
  fineTuning,
  fcn,
  styleTransfer,
  textCnn,
  word2vec,
  seq2seq,
  matrixFactorization,
  gan,
  vae,
  gradientPenalty,
  maml,
}
