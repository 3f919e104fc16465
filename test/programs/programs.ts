// The programs by name; the twin of each is NAME.py.
import { adamScratch } from './adamScratch.ts'
import { alexNet } from './alexNet.ts'
import { batchNormScratch } from './batchNormScratch.ts'
import { googLeNet } from './googLeNet.ts'
import { gradientPenalty } from './gradientPenalty.ts'
import { kaggleHouse } from './kaggleHouse.ts'
import { lenet } from './lenet.ts'
import { maml } from './maml.ts'
import { nin } from './nin.ts'
import { rnnScratch } from './rnnScratch.ts'
import { styleTransfer } from './styleTransfer.ts'
import type { Program } from './trace.ts'
import { vae } from './vae.ts'
import { vgg } from './vgg.ts'

/** The programs, in the order of their chapters. */
export const programs: Readonly<Record<string, Program>> = {
  lenet,
  alexNet,
  vgg,
  nin,
  googLeNet,
  batchNormScratch,
  adamScratch,
  rnnScratch,
  kaggleHouse,
  vae,
  styleTransfer,
  gradientPenalty,
  maml,
}
