/** Loads every layer of ours, so that models which use them can be read. */
import './pixel-shuffle.ts'
