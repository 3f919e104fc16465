// The names of gluon.utils.
export { type ClipGlobalNormOptions, clipGlobalNorm } from './clip.ts'
export { checkSha1, type DownloadOptions, download } from './download.ts'
export { type SplitDataOptions, splitAndLoad, splitData } from './split.ts'
