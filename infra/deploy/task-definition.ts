import type { TaskDefinition } from './answers.js';
import { CONTAINER } from './names.js';
import { DeployError } from './step.js';

/** What describing a revision tells and registering one refuses. */
const READ_ONLY = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'registeredBy',
  'deregisteredAt',
]);

/** The latest revision, whatever Terraform has changed in it, with another image: JSON to register. */
export function withImage({ taskDefinition, tags }: TaskDefinition, image: string): string {
  const { containerDefinitions } = taskDefinition;
  if (!containerDefinitions.some(({ name }) => name === CONTAINER)) {
    throw new DeployError(`${taskDefinition.taskDefinitionArn} has no container ${CONTAINER}.`);
  }
  const kept = Object.entries(taskDefinition).filter(([key]) => !READ_ONLY.has(key));
  return JSON.stringify({
    ...Object.fromEntries(kept),
    containerDefinitions: containerDefinitions.map((container) =>
      container.name === CONTAINER ? { ...container, image } : container,
    ),
    // An empty list is refused.
    ...(tags && tags.length > 0 && { tags }),
  });
}
