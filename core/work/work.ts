// Work: where heavy computing happens. A job is an exported function of a module; its input and output are structured-cloneable.
export interface WorkJob<In, Out> {
  /** import.meta.url of the module that exports the function. */
  readonly module: string
  readonly name: string
  /** Carries the types only. */
  readonly signature?: (input: In) => Promise<Out>
}

export interface Work extends AsyncDisposable {
  /** Runs the job; rejects with the job's own ConsiliumError (INTERNAL for any other error), or with CANCELLED on the signal or when disposed of. */
  run<In, Out>(job: WorkJob<In, Out>, input: In, options?: { signal?: AbortSignal }): Promise<Out>
}

/** Names the exported function `name` of the module at `module` as a job: `defineJob<typeof add>(import.meta.url, 'add')`. */
export const defineJob = <F extends (input: never) => unknown>(module: string, name: string): WorkJob<Parameters<F>[0], Awaited<ReturnType<F>>> => ({
  module,
  name,
})
