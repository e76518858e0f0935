import { only, parsed, servicesSchema, type Service } from './answers.js';
import type { Names } from './names.js';
import type { Aws } from './plan.js';
import { DeployError, type Command } from './step.js';

export function describeService(aws: Aws, { cluster, service }: Names): Command {
  return aws('ecs', 'describe-services', '--cluster', cluster, '--services', service);
}

/** @throws {DeployError} if there is none */
export function serviceIn(stdout: string, { service }: Names): Service {
  return only(parsed(servicesSchema, stdout).services, `service ${service}`);
}

/** @throws {DeployError} if the service is being changed by somebody else */
export function settledServiceIn(stdout: string, names: Names): Service {
  const found = serviceIn(stdout, names);
  const { status, deployments } = found;
  if (status !== 'ACTIVE') throw new DeployError(`The service ${names.service} is ${status}.`);
  if (deployments.length > 1 || deployments[0]?.rolloutState === 'IN_PROGRESS') {
    throw new DeployError('Another rollout is under way; try again when it has ended.');
  }
  return found;
}
