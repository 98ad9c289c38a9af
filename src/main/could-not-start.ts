/** The exit code of an app that could not start and has told a person why: to start it another way would not help. */
export const COULD_NOT_START = 70
