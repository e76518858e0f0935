import type { Deployment } from './answers.js';
import type { Names } from './names.js';
import type { Aws } from './plan.js';
import { describeService, serviceIn, settledServiceIn } from './service.js';
import { DeployError, type Fact, type Step, type Tell } from './step.js';

/** Milliseconds until ECS must tell of a change that it was asked for. */
const BEGIN_PATIENCE = 120_000;

/** Building and migrating take long: somebody else may have deployed meanwhile. */
export function guardSteps(aws: Aws, names: Names): Step[] {
  return [
    {
      title: 'See that the service is still as it was',
      command: () => describeService(aws, names),
      learn(stdout, tell) {
        const { taskDefinition } = settledServiceIn(stdout, names);
        if (taskDefinition === tell('previousDefinition')) return {};
        throw new DeployError(`Somebody else has deployed ${taskDefinition} meanwhile; it is left as it is.`);
      },
    },
  ];
}

export function rolloutSteps(aws: Aws, names: Names, patience: number): Step[] {
  const change: Change = { title: 'Roll out', to: 'serviceDefinition', from: 'previousDefinition' };
  return shift(aws, names, patience, change, startingCount);
}

export function takeBackSteps(aws: Aws, names: Names, patience: number): Step[] {
  const change: Change = { title: 'Roll back', to: 'previousDefinition', from: 'serviceDefinition' };
  return [
    {
      title: 'See what is to be taken back',
      command: () => describeService(aws, names),
      ifUnclear: 'again',
      patience: Math.min(patience, BEGIN_PATIENCE),
      learn(stdout, tell) {
        const { taskDefinition } = serviceIn(stdout, names);
        // ECS may have gone back by itself already.
        if (taskDefinition === tell(change.from) || taskDefinition === tell(change.to)) return {};
        throw new DeployError(`Somebody else has deployed ${taskDefinition}; it is left as it is.`);
      },
    },
    ...shift(aws, names, patience, change, formerCount),
  ];
}

interface Change {
  readonly title: string;
  readonly to: Fact;
  readonly from: Fact;
}

/** Terraform leaves a new service without tasks, since there is no image; else their number is autoscaling's. */
function startingCount(tell: Tell): string[] {
  return tell('desiredCount') === '0' ? ['--desired-count', tell('minimumTasks')] : [];
}

function formerCount(tell: Tell): string[] {
  return tell('desiredCount') === '0' ? ['--desired-count', '0'] : [];
}

function shift(
  aws: Aws,
  names: Names,
  patience: number,
  { title, to, from }: Change,
  count: (tell: Tell) => readonly string[],
): Step[] {
  const service = ['--cluster', names.cluster, '--service', names.service];
  const look = { command: () => describeService(aws, names), ifUnclear: 'again' } as const;
  return [
    {
      title,
      command: (tell) =>
        aws('ecs', 'update-service', ...service, '--task-definition', tell(to), ...count(tell)),
      // It may have come through all the same, which only the service tells.
      ifUnclear: 'go on',
    },
    {
      ...look,
      title: 'See that it has begun',
      patience: Math.min(patience, BEGIN_PATIENCE),
      learn(stdout, tell) {
        const { taskDefinition } = serviceIn(stdout, names);
        if (taskDefinition === tell(to)) return {};
        // What ECS tells may be a little behind.
        if (taskDefinition === tell(from)) return 'again';
        throw new DeployError(`Somebody else has deployed ${taskDefinition}.`);
      },
    },
    {
      ...look,
      title: 'Wait until all of it runs',
      patience,
      learn(stdout, tell) {
        const { deployments } = serviceIn(stdout, names);
        const primary = deployments.find(({ status }) => status === 'PRIMARY');
        return primary === undefined ? 'again' : outcomeOf(primary, tell(to));
      },
    },
  ];
}

/** Tasks that run need not be healthy yet, and ECS may have gone back by itself. */
function outcomeOf({ taskDefinition, rolloutState, rolloutStateReason }: Deployment, wanted: string) {
  if (taskDefinition !== wanted) {
    throw new DeployError(`${wanted} did not become healthy; the service went back to ${taskDefinition}.`);
  }
  if (rolloutState === 'COMPLETED') return {};
  if (rolloutState === 'IN_PROGRESS') return 'again';
  throw new DeployError(`The rollout is ${rolloutState ?? 'unknown'}: ${rolloutStateReason ?? 'no reason'}.`);
}
