const WORKS = ['record', 'stats'] as const;
type Work = (typeof WORKS)[number];
export const DATABASES = ['sqlite', 'postgres'] as const;
export type DatabaseName = (typeof DATABASES)[number];
export const CONNECTIONS = [64, 1] as const;
/** Floor: the least that must be done. Naive: as services are usually written. */
export const SERVERS = ['ours', 'floor', 'naive'] as const;
export type ServerName = (typeof SERVERS)[number];

/** What is measured of every server in turn. */
export interface Cell {
  readonly work: Work;
  readonly database: DatabaseName;
  readonly connections: number;
}

export const CELLS: readonly Cell[] = DATABASES.flatMap((database) =>
  WORKS.flatMap((work) => CONNECTIONS.map((connections) => ({ work, database, connections }))),
);

export function nameOf({ work, database, connections }: Cell): string {
  return `${work}-${database}-${connections}`;
}
