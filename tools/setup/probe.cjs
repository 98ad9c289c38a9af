// Loads tfjs-node-gpu from the folder given and multiplies two matrices through its binding. A process of its own,
// because a library that does not fit this machine ends the process that loads it.
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray

const tf = require(process.argv[2])
const matrix = tf.tensor2d([1, 2, 3, 4], [2, 2])
const product = Array.from(matrix.matMul(matrix).dataSync())
if (product.join() !== '7,10,15,22') throw new Error(`[[1, 2], [3, 4]] squared came out as ${product.join()}`)
const { binding, isUsingGpuDevice } = tf.backend()
console.log(JSON.stringify({ tensorflow: binding.TF_Version, gpu: isUsingGpuDevice }))
