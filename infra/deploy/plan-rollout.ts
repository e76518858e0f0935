import { only, parsed, servicesSchema, type Deployment } from './answers.js';
import type { Names } from './names.js';
import type { Aws } from './plan.js';
import { DeployError, type Fact, type Step, type Tell } from './step.js';

/** Milliseconds: more than the ten minutes that the command waits. */
const WAIT_TIMEOUT = 660_000;

export function rolloutSteps(aws: Aws, names: Names): Step[] {
  return shift(aws, names, 'Roll out', 'serviceDefinition', startingCount);
}

export function takeBackSteps(aws: Aws, names: Names): Step[] {
  return shift(aws, names, 'Roll back', 'previousDefinition', formerCount);
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
  { cluster, service }: Names,
  title: string,
  definition: Fact,
  count: (tell: Tell) => readonly string[],
): Step[] {
  const which = ['--cluster', cluster, '--services', service];
  return [
    {
      title,
      command: (tell) =>
        aws(
          'ecs',
          'update-service',
          '--cluster',
          cluster,
          '--service',
          service,
          '--task-definition',
          tell(definition),
          ...count(tell),
        ),
    },
    {
      title: 'Wait until the service is stable',
      timeout: WAIT_TIMEOUT,
      command: () => aws('ecs', 'wait', 'services-stable', ...which),
    },
    {
      title: 'See what runs',
      command: () => aws('ecs', 'describe-services', ...which),
      learn(stdout, tell) {
        const { deployments } = only(parsed(servicesSchema, stdout).services, `service ${service}`);
        const primary = deployments.find(({ status }) => status === 'PRIMARY');
        return primary === undefined ? 'again' : outcomeOf(primary, tell(definition));
      },
    },
  ];
}

/** Stable may also be what ECS itself has rolled back to, and tasks that run need not be healthy yet. */
function outcomeOf({ taskDefinition, rolloutState, rolloutStateReason }: Deployment, wanted: string) {
  if (taskDefinition !== wanted) {
    throw new DeployError(`${wanted} did not become healthy; ECS went back to ${taskDefinition}.`);
  }
  if (rolloutState === 'COMPLETED') return {};
  if (rolloutState === 'IN_PROGRESS') return 'again';
  throw new DeployError(`The rollout is ${rolloutState ?? 'unknown'}: ${rolloutStateReason ?? 'no reason'}.`);
}
