// Files that may be pictures: their names and their largest size.

/** Bytes of a picture's file: what 50 megapixels of 16 bits and four channels take. */
export const mostFileBytes = 400e6

/** Endings of names of files that may be pictures. */
export const pictureName = /\.(jpe?g|png|gif|webp)$/i
