/** What Terraform calls the parts of an environment; `infra/modules/stats-service/locals.tf` says the same. */
export interface Names {
  readonly cluster: string;
  readonly service: string;
  readonly repository: string;
  /** Families of task definitions. */
  readonly serviceFamily: string;
  readonly migrationFamily: string;
}

export const CONTAINER = 'stats-service';

/** A load balancer's name has 32 characters at most. */
const ENVIRONMENT = /^(?!.*--)[a-z][a-z0-9-]{0,14}[a-z0-9]$/;
/** What registries take for a tag. */
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

export function isEnvironment(text: string): boolean {
  return ENVIRONMENT.test(text);
}

/** `latest` says nothing about what runs. */
export function isTag(text: string): boolean {
  return TAG.test(text) && text !== 'latest';
}

export function namesOf(environment: string): Names {
  const name = `stats-service-${environment}`;
  return {
    cluster: name,
    service: name,
    repository: name,
    serviceFamily: name,
    migrationFamily: `${name}-migrate`,
  };
}
