import { writeChart } from '../zoo/chart.ts'
import type { JobHandler } from './job.ts'

/** Curves as a picture, for a report or a paper. */
export const drawChart: JobHandler<'drawChart'> = async ({ path, ...chart }) => {
  await writeChart(path, chart)
  return { path }
}
