import { namesOf } from './names.js';
import { imageSteps } from './plan-image.js';
import { migrationSteps } from './plan-migration.js';
import { guardSteps, rolloutSteps, takeBackSteps } from './plan-rollout.js';
import { surveySteps } from './plan-survey.js';
import type { Command, Step } from './step.js';

export interface Target {
  readonly environment: string;
  readonly tag: string;
  /** An image that was built before: it must be there, and nothing is built. */
  readonly isBuilt: boolean;
  /** Milliseconds that the migration may take, and then the rollout. */
  readonly patience: number;
  readonly region?: string;
}

export interface Plan {
  /** Nothing that serves is touched by these. */
  readonly preparation: readonly Step[];
  readonly rollout: readonly Step[];
  /** After a rollout that failed. */
  readonly takeBack: readonly Step[];
}

export type Aws = (...args: readonly string[]) => Command;

/** All that a deploy does, without doing it. */
export function planOf(target: Target): Plan {
  const { environment, region, patience } = target;
  const names = namesOf(environment);
  const aws: Aws = (...args) => ({
    program: 'aws',
    args: [...args, '--output', 'json', ...(region === undefined ? [] : ['--region', region])],
  });
  return {
    preparation: [
      ...surveySteps(aws, names, target),
      ...(target.isBuilt ? [] : imageSteps(aws, target)),
      ...migrationSteps(aws, names, patience),
      ...guardSteps(aws, names),
    ],
    rollout: rolloutSteps(aws, names, patience),
    takeBack: takeBackSteps(aws, names, patience),
  };
}
