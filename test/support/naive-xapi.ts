/** A simple model of the rules for xAPI statements, which keeps all of them in memory. */
import { v5 } from 'uuid';

const ID_NAMESPACE = 'd61bc6e4-cb93-4df3-9bc1-b90793dfcd2f';
const SESSION_NAMESPACE = '8e6b7c1d-93a0-4f52-b1de-5a7cf0d2e964';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const COUNT = 'urn:stats-service:totalModulesStudied';

interface Activity {
  readonly id: string;
  readonly definition?: { readonly type?: string };
}
type Activities = Activity | readonly Activity[];

export interface NaiveStatement {
  readonly id?: string;
  readonly actor: {
    readonly account?: { readonly name: string };
    readonly mbox?: string;
    readonly mbox_sha1sum?: string;
    readonly openid?: string;
  };
  readonly verb: { readonly id: string };
  readonly object: { readonly objectType?: string; readonly id?: string };
  readonly context?: {
    readonly contextActivities?: {
      readonly parent?: Activities;
      readonly grouping?: Activities;
      readonly category?: Activities;
    };
  };
  readonly result?: {
    readonly score?: {
      readonly scaled?: number;
      readonly raw?: number;
      readonly min?: number;
      readonly max?: number;
    };
    readonly duration?: string;
    readonly extensions?: Readonly<Record<string, unknown>>;
  };
  readonly timestamp: string;
}

export interface NaiveOptions {
  readonly course?: string;
  /** Milliseconds. */
  readonly gap: number;
  /** The last path segments of the verbs that count. Default: all. */
  readonly verbs?: readonly string[];
}

export interface NaiveSession {
  readonly userId: string;
  readonly courseId: string;
  readonly sessionId: string;
  readonly totalModulesStudied: unknown;
  readonly averageScore: number | null;
  readonly timeStudied: number;
  readonly completedAt: string;
  readonly moduleIds?: unknown;
}

export const derive = (text: string) => (UUID.test(text) ? text.toLowerCase() : v5(text, ID_NAMESPACE));

/** Returns the sessions of valid statements, in no order. */
export function naiveSessions(
  statements: readonly NaiveStatement[],
  { course, gap, verbs }: NaiveOptions,
): NaiveSession[] {
  const voided = new Set(statements.filter(isVoiding).map(({ object }) => derive(object.id ?? '')));
  const counted = new Map<string, NaiveStatement>();
  for (const statement of statements) {
    if (isVoiding(statement) || verbs?.includes(statement.verb.id.split('/').at(-1) ?? '') === false)
      continue;
    const id = derive(statement.id ?? canonical(statement));
    if (!counted.has(id) && !voided.has(id)) counted.set(id, statement);
  }
  const events = Array.from(counted, ([id, statement]) => ({ id, statement, ...keyOf(statement, course) }));
  const own = events.filter(({ statement }) => statement.result?.extensions?.[COUNT] !== undefined);
  const groups = Map.groupBy(
    events.filter((event) => !own.includes(event)),
    ({ userId, courseId }) => `${userId} ${courseId}`,
  );
  return [
    ...own.map(({ id, statement, userId, courseId }) => ({ userId, courseId, ...ownSession(id, statement) })),
    ...Array.from(groups.values()).flatMap((group) => {
      const sorted = group
        .map((event) => ({ ...event, time: timeOf(event.statement) }))
        .toSorted((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1));
      const starts = sorted.flatMap(({ time }, index) =>
        index === 0 || time - (sorted[index - 1]?.time ?? 0) > gap ? [index] : [],
      );
      return starts.map((start, index) => sessionOf(sorted.slice(start, starts[index + 1])));
    }),
  ];
}

interface TimedEvent {
  readonly id: string;
  readonly statement: NaiveStatement;
  readonly userId: string;
  readonly courseId: string;
  readonly courseText: string;
  readonly time: number;
}

function sessionOf(events: readonly TimedEvent[]): NaiveSession {
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) throw new Error('A session has no statements.');
  const { userId, courseId } = first;
  const moduleIds = new Set(events.flatMap(modulesOf));
  const scores = events.flatMap(({ statement }) => thousandthsOf(statement) ?? []);
  const longest = Math.max(...events.map(({ statement }) => durationOf(statement.result?.duration)));
  return {
    userId,
    courseId,
    sessionId: v5(`${userId} ${courseId} ${first.id}`, SESSION_NAMESPACE),
    totalModulesStudied: moduleIds.size,
    averageScore: meanOf(scores),
    timeStudied: Math.max(last.time - first.time, longest),
    completedAt: new Date(last.time).toISOString(),
    moduleIds: Array.from(moduleIds).toSorted(),
  };
}

function ownSession(id: string, { result, timestamp }: NaiveStatement) {
  return {
    sessionId: id,
    totalModulesStudied: result?.extensions?.[COUNT],
    averageScore: result?.score?.raw ?? result?.score?.scaled ?? null,
    timeStudied: durationOf(result?.duration),
    completedAt: timestamp,
  };
}

function isVoiding({ verb }: NaiveStatement): boolean {
  return verb.id === 'http://adlnet.gov/expapi/verbs/voided';
}

function keyOf(statement: NaiveStatement, fallback: string | undefined) {
  const { account, mbox, mbox_sha1sum: sha1, openid } = statement.actor;
  const learner = account?.name ?? mbox?.slice('mailto:'.length) ?? sha1 ?? openid ?? '';
  const { parent = [], grouping = [], category = [] } = statement.context?.contextActivities ?? {};
  const typed = [parent, grouping, category]
    .flat(2)
    .find(({ definition }) => definition?.type?.endsWith('/course'))?.id;
  const [, uuid] =
    [grouping]
      .flat(2)
      .map(({ id }) => /(.{36})$/.exec(id) ?? [])
      .find(([, end = '']) => UUID.test(end)) ?? [];
  const isOwn = statement.result?.extensions?.[COUNT] !== undefined;
  const text = (isOwn ? (uuid ?? typed ?? fallback) : (typed ?? fallback ?? uuid)) ?? '';
  return { userId: derive(learner.trim()), courseId: derive(text), courseText: text };
}

function modulesOf({ statement: { object }, courseText }: TimedEvent): string[] {
  const { objectType = 'Activity', id = '' } = object;
  if (objectType !== 'Activity' || id === courseText) return [];
  return [/^[!-~]{1,128}$/.test(id) && !id.includes(';') ? id : derive(id)];
}

/** Returns a score in thousandths of a percent, rounded because the inputs have fewer decimals. */
function thousandthsOf({ result }: NaiveStatement): number | undefined {
  const { scaled, raw, min = 0, max } = result?.score ?? {};
  if (scaled !== undefined) return Math.round(scaled * 100_000);
  if (raw === undefined || (max !== undefined && max <= min)) return undefined;
  return Math.round(max === undefined ? raw * 1_000 : ((raw - min) / (max - min)) * 100_000);
}

/** Returns the exact mean, rounded half up to 4 decimals as the core does. */
function meanOf(thousandths: readonly number[]): number | null {
  if (thousandths.length === 0) return null;
  const count = BigInt(thousandths.length);
  const sum = thousandths.reduce((total, score) => total + BigInt(score), 0n) * 10n;
  return Number((2n * sum + count) / (2n * count)) / 10_000;
}

const timeOf = ({ timestamp }: NaiveStatement) => Date.parse(timestamp.replace(/(\.\d{3})\d+/, '$1'));

/** Reads hours, minutes and seconds with at most 3 decimals. */
function durationOf(text = 'PT0S'): number {
  const [, hours = '0', minutes = '0', seconds = '0'] =
    /^P(?:0Y0M0DT|T)(?:(\d+)H)?(?:(\d+)M)?(?:([\d.,]+)S)?$/.exec(text) ?? [];
  const [whole = '0', fraction = ''] = seconds.split(/[.,]/);
  return (
    Number(hours) * 3_600_000 +
    Number(minutes) * 60_000 +
    Number(whole) * 1_000 +
    Number(fraction.padEnd(3, '0'))
  );
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join()}}`;
}
