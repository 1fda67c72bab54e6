import { Worker } from 'node:worker_threads'

/** Several workers on one bundle, each with its own worlds. */
export interface Crew<Job, Report> {
  /** Hands out the jobs in order; `heard` may end it early by returning `true`. */
  work(jobs: Iterable<Job>, heard: (report: Report) => boolean): Promise<void>
  dismiss(): Promise<void>
}

export function crew<Job, Report>(bundle: string, size: number): Crew<Job, Report> {
  // Worlds are short-lived: a large nursery spares most of the garbage collection.
  const workers = Array.from({ length: size }, () => new Worker(bundle, { resourceLimits: { maxYoungGenerationSizeMb: 64 } }))
  const ask = (worker: Worker, job: Job): Promise<Report> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        worker.off('message', onMessage)
        worker.off('error', onError)
        act()
      }
      const onMessage = (report: Report): void => settle(() => resolve(report))
      const onError = (error: unknown): void => settle(() => reject(error))
      worker.on('message', onMessage)
      worker.on('error', onError)
      worker.postMessage(job)
    })
  return {
    async work(jobs, heard) {
      const queue = jobs[Symbol.iterator]()
      let isOver = false
      await Promise.all(
        workers.map(async (worker) => {
          for (let next = queue.next(); !next.done && !isOver; next = queue.next()) if (heard(await ask(worker, next.value))) isOver = true
        }),
      )
    },
    async dismiss() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
