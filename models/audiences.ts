// Stages whose release only the coordinator sees: what other stages may not do with them.
import { refuse } from '../core/errors.ts'
import { taskByName } from './registry.ts'

/**
 * What members never see they cannot start from, nor score with. @throws BAD_PLAN where a stage takes one for the coordinator's eyes upstream, or publishes it.
 */
export function checkAudiences(
  stages: readonly { readonly name: string; readonly task: string; readonly upstream: readonly string[]; readonly publish: number }[],
): void {
  const sealed = new Set(stages.filter(({ task }) => taskByName(task).audience === 'coordinator').map(({ name }) => name))
  for (const { name, upstream, publish } of stages)
    if (upstream.some((from) => sealed.has(from)) || (publish === 1 && sealed.has(name)))
      throw refuse('BAD_PLAN', `stage ${name} hands members what only the coordinator may see`)
}
