/** Loads every layer of ours, so that models which use them can be read. */
import './max-pool-with-indices.ts'
import './pixel-shuffle.ts'
