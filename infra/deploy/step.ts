/** A program that is run without a shell. */
export interface Command {
  readonly program: 'aws' | 'docker' | 'git';
  readonly args: readonly string[];
  /** The fact that is written to stdin: what is secret must not be an argument, which every process can read. */
  readonly stdin?: Fact;
}

/** What is learned on the way, of which later commands are made. */
export type Fact =
  | 'architecture'
  | 'desiredCount'
  | 'migrationDefinition'
  | 'migrationInput'
  | 'migrationTask'
  | 'minimumTasks'
  | 'network'
  | 'previousDefinition'
  | 'registryPassword'
  | 'registry'
  | 'repositoryUrl'
  | 'revision'
  | 'serviceDefinition'
  | 'serviceInput';

export type Tell = (fact: Fact) => string;

export type Learned = Readonly<Partial<Record<Fact, string>>>;

export interface Step {
  readonly title: string;
  readonly command: (tell: Tell) => Command;
  /** Milliseconds after which the command is given up. */
  readonly timeout?: number;
  /**
   * What its output tells; `again` asks for the command once more after a pause.
   *
   * @throws {DeployError} if what it tells must end the deploy
   */
  readonly learn?: (stdout: string, tell: Tell) => Learned | 'again';
  /** Milliseconds for which it is asked again. */
  readonly patience?: number;
  /** What is told when the patience has ended. */
  readonly tooLong?: (tell: Tell) => string;
  /** What follows an {@link UnclearError}; without, the deploy ends. */
  readonly ifUnclear?: 'again' | 'go on';
}

/** Expected: its message is all that is told. */
export class DeployError extends Error {
  override readonly name: string = 'DeployError';
}

/** A program failed, or said what cannot be read: nothing is known of what it was asked about. */
export class UnclearError extends DeployError {
  override readonly name = 'UnclearError';
}
