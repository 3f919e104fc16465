// The older names of MXNet's functions, each beside the function that it is: a table of names, without code.

export { concat as Concat } from '../ops/concat/concat.ts'
export { addN as ElementWiseSum } from '../ops/elementwise/addN.ts'
export {
  add as broadcastAdd,
  add as broadcastPlus,
  add as elemwiseAdd,
  divide as broadcastDiv,
  divide as elemwiseDiv,
  divide as trueDivide,
  equal as broadcastEqual,
  greater as broadcastGreater,
  greaterEqual as broadcastGreaterEqual,
  hypot as broadcastHypot,
  lesser as broadcastLesser,
  lesserEqual as broadcastLesserEqual,
  logicalAnd as broadcastLogicalAnd,
  logicalOr as broadcastLogicalOr,
  logicalXor as broadcastLogicalXor,
  maximum as broadcastMaximum,
  minimum as broadcastMinimum,
  modulo as broadcastMod,
  multiply as broadcastMul,
  multiply as elemwiseMul,
  notEqual as broadcastNotEqual,
  power as broadcastPower,
  subtract as broadcastMinus,
  subtract as broadcastSub,
  subtract as elemwiseSub,
} from '../ops/elementwise/elementwise.ts'
export { max as maxAxis, min as minAxis, sum as sumAxis } from '../ops/reduce/reduce.ts'
export { flip as reverse } from '../ops/view/flip.ts'
export { broadcastAxis as broadcastAxes } from '../ops/view/like.ts'
export { pad as Pad } from '../ops/view/pad.ts'
export { flatten as Flatten, reshape as Reshape } from '../ops/view/reshape.ts'
export { swapaxes as SwapAxis } from '../ops/view/transpose.ts'
