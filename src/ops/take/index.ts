// Selections by index arrays: rows, one element of each row, and one-hot rows.
export { type OneHotOptions, oneHot } from './oneHot.ts'
export { type PickAttributes, type PickOptions, pick, pickGradient, pickGradientOp, pickOp } from './pick.ts'
export { type TakeAttributes, type TakeOptions, take, takeGradient, takeGradientOp, takeOp } from './take.ts'
